// The demo user of a development set-up; a production one must not have it.
import type { Config } from "../env.ts";
import type { Clock } from "../lib/clock.ts";
import { addPerson, findByUsername, usernameKey } from "../store/people.ts";
import { hashPassword } from "./passwords.ts";

export const DEMO_USER = { username: "testuser", password: "testpass123" };

/** Makes the demo user when development asks for it by name and it is not there yet. */
export async function seedDemoUser(db: D1Database, username: string, config: Config, clock: Clock): Promise<void> {
  if (config.ENVIRONMENT !== "development" || usernameKey(username) !== DEMO_USER.username) return;
  if (await findByUsername(db, DEMO_USER.username)) return;
  await addPerson(db, {
    username: DEMO_USER.username,
    name: "Test User",
    email: null,
    role: "member",
    password: await hashPassword(DEMO_USER.password, { pepper: config.PASSWORD_PEPPER ?? null }),
    created_at: clock.now(),
  });
}

export const demoUserExists = async (db: D1Database): Promise<boolean> =>
  (await findByUsername(db, DEMO_USER.username)) !== null;

/** A name that nobody may take where it must not exist. */
export const isReserved = (username: string, config: Config): boolean =>
  config.ENVIRONMENT === "production" && usernameKey(username) === DEMO_USER.username;
