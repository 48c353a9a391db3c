// An object's alarm in a test's hands: it says when the platform would call, and the test calls.
import type { AlarmStorage } from "../../src/lib/schedule.ts";

export class TestAlarm implements AlarmStorage {
  /** When the platform would call `alarm`, epoch ms. */
  at: number | null = null;

  async setAlarm(at: number): Promise<void> {
    this.at = at;
  }
  async deleteAlarm(): Promise<void> {
    this.at = null;
  }

  /** Time goes on to `until`, from alarm to alarm: `advance` sets the clock, `call` does what the platform would. */
  async pass(until: number, advance: (to: number) => Promise<void>, call: () => Promise<void>): Promise<void> {
    while (this.at !== null && this.at <= until) {
      const { at } = this;
      this.at = null;
      await advance(at);
      await call();
    }
    await advance(until);
  }

  /** A real object's storage with this alarm in place of its own. */
  over(storage: DurableObjectStorage): DurableObjectStorage {
    return new Proxy(storage, {
      get: (target, name) => {
        if (name === "setAlarm") return (at: number) => this.setAlarm(at);
        if (name === "deleteAlarm") return () => this.deleteAlarm();
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  }
}
