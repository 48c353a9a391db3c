// Signing up, logging in, refreshing, changing and resetting a password: from credentials to tokens.
import type { Config } from "../env.ts";
import type { Clock } from "../lib/clock.ts";
import type { PasswordReset } from "../protocol/admin.ts";
import type { Role } from "../protocol/entities.ts";
import { type ErrorBody, type Outcome, ok, refuse } from "../protocol/errors.ts";
import type { LoginAnswer, LoginBody, PasswordChange, SignupBody, User } from "../protocol/rest.ts";
import { findReset, spendReset } from "../store/password-resets.ts";
import * as people from "../store/people.ts";
import { type Attempt, Attempts } from "./attempts.ts";
import { forKeeper } from "./authentication.ts";
import { isReserved, seedDemoUser } from "./demo.ts";
import { type Grant, type KnownPerson, usernameOf } from "./logins.ts";
import { checkPassword, hashPassword, type PasswordRules } from "./passwords.ts";
import type { Principal } from "./principal.ts";
import { refreshTokenUser } from "./refresh-token.ts";
import { secretHash } from "./secrets.ts";
import { signAccess, signingKey } from "./sign.ts";

/** Where a request comes from: the client's address, and its device in its own words. */
export interface Caller {
  address: string;
  device: string | null;
}

const denied = (error: ErrorBody): Attempt<never> => ({ state: "denied", error });
const taken: ErrorBody = { code: "conflict", message: "This user name is taken.", field: "username" };
const spentLink: ErrorBody = {
  code: "gone",
  message: "This link was used, has expired, or was replaced by a newer one. Ask for another.",
};
const wrong: ErrorBody = { code: "unauthorized", message: "The user name or password is wrong." };

export interface NewUser {
  username: string;
  password: string;
  name: string;
  email: string | null;
  role: Role;
}

export class Accounts {
  #config: Config;
  #clock: Clock;
  #attempts: Attempts;
  #rules: PasswordRules;
  #admins: ReadonlySet<string>;

  constructor(config: Config, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
    this.#attempts = new Attempts(config, clock);
    this.#rules = { pepper: config.PASSWORD_PEPPER ?? null };
    this.#admins = new Set(config.ADMIN_USERS.map(people.usernameKey));
  }

  /** `conflict` when the name is taken, which counts as a failure: names cannot be tried out without end. */
  async signUp(body: SignupBody, caller: Caller, env: Env): Promise<Outcome<LoginAnswer>> {
    const able = signingKey(this.#config);
    if (!able.ok) return able;
    const { username, password } = body;
    const made = await this.#attempts.guard(env.DB, `sign-up ${username}`, caller.address, async () => {
      const name = body.name ?? username;
      const person = await this.add({ username, password, name, email: body.email ?? null, role: "member" }, env.DB);
      return person ? { state: "done", value: person } : denied(taken);
    });
    return made.ok ? this.#begin(made.value, caller, env) : made;
  }

  /** Null when the user name is taken. */
  async add(user: NewUser, db: D1Database): Promise<people.Person | null> {
    const { username, password } = user;
    await seedDemoUser(db, username, this.#config, this.#clock);
    if (isReserved(username, this.#config) || (await people.findByUsername(db, username)) !== null) return null;
    return people.addPerson(db, {
      ...user,
      role: this.appoints(username) ? "admin" : user.role,
      password: await hashPassword(password, this.#rules),
      created_at: this.#clock.now(),
    });
  }

  /** Is this name in ADMIN_USERS? */
  appoints(username: string): boolean {
    return this.#admins.has(people.usernameKey(username));
  }

  /** A wrong name, a wrong password and a disabled user get the same answer for the same work. */
  async logIn({ username, password }: LoginBody, caller: Caller, env: Env): Promise<Outcome<LoginAnswer>> {
    const able = signingKey(this.#config);
    if (!able.ok) return able;
    await seedDemoUser(env.DB, username, this.#config, this.#clock);
    const proved = await this.#attempts.guard(env.DB, username, caller.address, async () => {
      const person = await people.findByUsername(env.DB, username);
      const check = await checkPassword(password, person?.password ?? null, this.#rules);
      if (!check.match || !person || person.disabled_at !== null) return denied(wrong);
      if (check.rehash) await people.setPassword(env.DB, person.id, await hashPassword(password, this.#rules));
      return { state: "done", value: person };
    });
    if (!proved.ok) return proved;
    return this.#begin(await this.#promoted(proved.value, env.DB), caller, env);
  }

  /** `requestId` is the client's: with the same one a lost answer is given again (security.md §4). */
  async refresh(token: string, requestId: string | null, env: Env): Promise<Outcome<LoginAnswer>> {
    const refused = refuse("unauthorized", "The token is not valid.");
    const userId = refreshTokenUser(token);
    if (userId === null) return refused;
    const refreshed = await env.USER.getByName(String(userId)).refresh(token, requestId);
    return refreshed.state === "refreshed" ? this.#answer(refreshed.grant) : refused;
  }

  /** Ends the caller's other sessions. */
  async changePassword(principal: Principal, body: PasswordChange, caller: Caller, env: Env): Promise<Outcome<null>> {
    const person = await people.findById(env.DB, principal.user_id);
    if (!person?.username || person.password === null)
      return refuse("conflict", "This user has no password here: an outside issuer vouches for it.");
    const proved = await this.#attempts.guard(env.DB, person.username, caller.address, async () => {
      const check = await checkPassword(body.current_password, person.password, this.#rules);
      return check.match
        ? { state: "done", value: null }
        : denied({ code: "unprocessable", message: "The current password is wrong.", field: "current_password" });
    });
    if (!proved.ok) return proved;
    await people.setPassword(env.DB, person.id, await hashPassword(body.new_password, this.#rules));
    await env.USER.getByName(String(person.id)).endOthers(principal.sid);
    return ok(null);
  }

  /** By an administrator's link; ends every session of its user. */
  async resetPassword({ token, new_password }: PasswordReset, caller: Caller, env: Env): Promise<Outcome<number>> {
    const hash = secretHash(token);
    const proved = await this.#attempts.guard<number>(env.DB, `reset ${hash}`, caller.address, async () => {
      const userId = await findReset(env.DB, hash, this.#clock.now());
      if (userId === null) return denied(spentLink);
      const password = await hashPassword(new_password, this.#rules);
      return (await spendReset(env.DB, hash, password)) ? { state: "done", value: userId } : denied(spentLink);
    });
    if (proved.ok) await env.USER.getByName(String(proved.value)).endAll();
    return proved;
  }

  async #begin(person: people.Person, caller: Caller, env: Env): Promise<Outcome<LoginAnswer>> {
    const grant = await env.USER.getByName(String(person.id)).begin(forKeeper(person), caller.device);
    return grant.ok ? this.#answer(grant.value) : grant;
  }

  async #answer(grant: Grant): Promise<Outcome<LoginAnswer>> {
    const { person, sid, jti, iat, refresh_token } = grant;
    const { user_id, name, role } = person;
    const access_token = await signAccess({ user_id, name, role, sid, jti, iat }, this.#config);
    if (!access_token.ok) return access_token;
    return ok({
      access_token: access_token.value,
      refresh_token,
      token_type: "bearer",
      expires_in: this.#config.ACCESS_TOKEN_TTL_S,
      user: publicUser(person),
    });
  }

  /** Names in ADMIN_USERS are administrators from their first log-in. */
  async #promoted(person: people.Person, db: D1Database): Promise<people.Person> {
    if (person.role === "admin" || !person.username || !this.appoints(person.username)) return person;
    const now = this.#clock.now();
    return (await people.changeStanding(db, person.id, { role: "admin" }, now)) ?? person;
  }
}

/** A user as the routes show it. */
export const publicUser = (person: KnownPerson): User => {
  const { user_id, name, email, role } = person;
  return { id: user_id, username: usernameOf(person), name, role, email };
};
