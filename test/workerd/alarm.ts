// A real object's storage whose alarm is the test's: it says when the platform would call, and the test calls.
export function withOwnAlarm(storage: DurableObjectStorage, arm: (at: number | null) => void): DurableObjectStorage {
  return new Proxy(storage, {
    get: (target, name) => {
      if (name === "setAlarm") return async (at: number) => arm(at);
      if (name === "deleteAlarm") return async () => arm(null);
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
