// A call to an object that may be made twice. One that was just moved or updated answers at the second call.
import { isRetryable } from "./unavailable.ts";

/** `call` gets its stub anew each time: one that failed stays broken. */
export const again = <T>(call: () => Promise<T>): Promise<T> =>
  call().catch((error: unknown) => {
    if (isRetryable(error)) return call();
    throw error;
  });
