// What administrators do with other people's accounts. Whether they may is decided by the policy, in the routes.
import { type Clock, iso } from "../lib/clock.ts";
import type { ManagedUser, ResetLink, UserCreate, UserCreated, UserPatch } from "../protocol/admin.ts";
import { type Outcome, ok, refuse } from "../protocol/errors.ts";
import type { Page } from "../protocol/rest.ts";
import { addReset } from "../store/password-resets.ts";
import { changeStanding, findById, listPeople, type Person } from "../store/people.ts";
import { type Accounts, publicUser } from "./accounts.ts";
import { forKeeper } from "./authentication.ts";
import { newPassword, newSecret, secretHash } from "./secrets.ts";

const LINK_MS = 24 * 3_600_000;

const unknown = refuse("not_found", "There is no such user.", { field: "id" });

export class Administration {
  #accounts: Accounts;
  #clock: Clock;

  constructor(accounts: Accounts, clock: Clock) {
    this.#accounts = accounts;
    this.#clock = clock;
  }

  async create({ username, password, name, role }: UserCreate, db: D1Database): Promise<Outcome<UserCreated>> {
    const made = password === undefined ? newPassword() : null;
    const person = await this.#accounts.add(
      { username, password: password ?? made ?? "", name: name ?? username, email: null, role: role ?? "member" },
      db,
    );
    if (!person) return refuse("conflict", "This user name is taken.", { field: "username" });
    return ok({ user: managed(person), password: made });
  }

  async list(q: string, before: number | null, limit: number, db: D1Database): Promise<Page<ManagedUser>> {
    const { items, next_cursor } = await listPeople(db, q, before, limit);
    return { items: items.map(managed), next_cursor };
  }

  /**
   * The role, and whether the user may log in. D1 first, then the user's object, which ends every session when one of them
   * changed: asked again after a fault in between, it still sees the difference.
   */
  async change(id: number, change: UserPatch, env: Env): Promise<Outcome<ManagedUser>> {
    const before = await findById(env.DB, id);
    if (!before) return unknown;
    const lowered = (change.role ?? "admin") !== "admin";
    if (lowered && before.username && this.#accounts.appoints(before.username))
      return refuse("conflict", "The variable ADMIN_USERS makes this user an administrator: change it there first.", {
        field: "role",
      });
    const person = await changeStanding(env.DB, id, change, this.#clock.now());
    if (!person) return unknown;
    await env.USER.getByName(String(id)).enrol(forKeeper(person));
    return ok(managed(person));
  }

  /** Ends every session, and every token of an outside issuer that was given until now. */
  async revoke(id: number, env: Env): Promise<Outcome<null>> {
    const person = await findById(env.DB, id);
    if (!person) return unknown;
    const keeper = env.USER.getByName(String(id));
    await keeper.enrol(forKeeper(person)); // an object that does not know its user could not refuse anything
    await keeper.endAll();
    return ok(null);
  }

  /** `origin`: where the page is served that asks for the new password. */
  async resetLink(id: number, origin: string, db: D1Database): Promise<Outcome<ResetLink>> {
    const person = await findById(db, id);
    if (!person) return unknown;
    if (person.password === null)
      return refuse("conflict", "This user has no password here: an outside issuer vouches for it.");
    const token = newSecret();
    const expires_at = this.#clock.now() + LINK_MS;
    await addReset(db, { user_id: id, hash: secretHash(token), expires_at });
    // After `#` nothing is sent to a server, nor written into its log.
    return ok({ token, url: `${origin}/reset#${token}`, expires_at: iso(expires_at) });
  }
}

const managed = (person: Person): ManagedUser => ({
  ...publicUser(forKeeper(person)),
  disabled: person.disabled_at !== null,
  has_password: person.password !== null,
  created_at: iso(person.created_at),
});
