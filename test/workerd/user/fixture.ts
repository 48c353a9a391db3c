// A user's tables in a real object's storage, with a clock that the test moves.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { KnownPerson } from "../../../src/auth/logins.ts";
import type { Clock } from "../../../src/lib/clock.ts";
import { UserTables } from "../../../src/user/tables.ts";

export const START = 1_800_000_000_000;

export class TestClock implements Clock {
  time = START;
  now = () => this.time;
  after = () => () => {};
}

let names = 5_000_000;
/** An id that no other test uses. */
export const freshId = (): number => names++;

export const known = (user_id: number): KnownPerson => ({
  user_id,
  username: "ada",
  name: "Ada",
  email: "ada@example.org",
  role: "member",
  disabled: false,
});

/** Runs inside an object that nobody else uses; what it does not write is not there. */
export const inFreshObject = <T>(
  run: (tables: UserTables, storage: DurableObjectStorage) => T | Promise<T>,
): Promise<T> =>
  runInDurableObject(env.USER.getByName(String(freshId())), (_, state) =>
    run(new UserTables(state.storage), state.storage),
  );
