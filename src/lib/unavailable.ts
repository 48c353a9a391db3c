// Tells a dependency that is away (D1, an object being moved or overloaded) from a bug of ours.

/** D1 names its errors in the message; objects mark theirs with `retryable` and `overloaded`. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (/^D1_(EXEC_)?ERROR/.test(error.message)) return !/SQLITE_(CONSTRAINT|ERROR|MISMATCH|RANGE)/.test(error.message);
  return flag(error, "retryable") || flag(error, "overloaded") || /^Network connection lost/.test(error.message);
}

/** May the same call be made again at once, if it is harmless to repeat? Never to an object that is overloaded. */
export const isRetryable = (error: unknown): boolean =>
  error instanceof Error && flag(error, "retryable") && !flag(error, "overloaded");

const flag = (error: Error, name: string): boolean => Reflect.get(error, name) === true;
