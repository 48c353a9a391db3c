// The demo users of a development set-up, one for each role; a production one must have none of them.
import type { Config } from "../env.ts";
import type { Clock } from "../lib/clock.ts";
import type { Role } from "../protocol/entities.ts";
import { addPerson, anyOfThese, findByUsername, usernameKey } from "../store/people.ts";
import { hashPassword } from "./passwords.ts";

const PASSWORD = "testpass123";

const DEMO_USERS: readonly { username: string; name: string; role: Role }[] = [
  { username: "testuser", name: "Test User", role: "member" },
  { username: "demo_admin", name: "Demo Administrator", role: "admin" },
  { username: "demo_doctor", name: "Demo Doctor", role: "doctor" },
  { username: "demo_patient", name: "Demo Patient", role: "patient" },
  { username: "demo_hospital", name: "Demo Hospital", role: "hospital" },
];

const demoUser = (username: string) => DEMO_USERS.find((user) => user.username === usernameKey(username));

/** Makes a demo user when development asks for it by name and it is not there yet. */
export async function seedDemoUser(db: D1Database, username: string, config: Config, clock: Clock): Promise<void> {
  const user = config.ENVIRONMENT === "development" ? demoUser(username) : undefined;
  if (!user || (await findByUsername(db, user.username))) return;
  const password = await hashPassword(PASSWORD, { pepper: config.PASSWORD_PEPPER ?? null });
  await addPerson(db, { ...user, email: null, password, created_at: clock.now() });
}

export const demoUserExists = (db: D1Database): Promise<boolean> =>
  anyOfThese(
    db,
    DEMO_USERS.map(({ username }) => username),
  );

/** A name that nobody may take where it must not exist. */
export const isReserved = (username: string, config: Config): boolean =>
  config.ENVIRONMENT === "production" && demoUser(username) !== undefined;
