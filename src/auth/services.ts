// Services: machines with a key of their own, that may do what its scopes say and nothing else (security.md §1).
import type { Clock } from "../lib/clock.ts";
import type { KeyCreate, KeyCreated } from "../protocol/admin.ts";
import { type Outcome, ok, refuse } from "../protocol/errors.ts";
import { addKey, findKey, touchKey } from "../store/api-keys.ts";
import type { Principal, Service } from "./principal.ts";
import { newSecret, secretHash } from "./secrets.ts";

const KEY = /^ek_[\w-]{43}$/;
/** A key that was taken back is refused everywhere within this time. */
const FRESH_MS = 5_000;
const KEPT = 1_000;

const refused = refuse("unauthorized", "The key is not valid.");

type Background = Pick<ExecutionContext, "waitUntil">;

export class Services {
  #clock: Clock;
  #known = new Map<string, { service: Service; at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async issue(body: KeyCreate, creator: Principal, db: D1Database): Promise<KeyCreated> {
    const key = `ek_${newSecret()}`;
    const { name, scopes } = body;
    const row = { hash: secretHash(key), name, scopes, created_by: creator.user_id, created_at: this.#clock.now() };
    return { ...(await addKey(db, row)), key };
  }

  /** By the header alone: never from an address or a cookie. Unknown, taken back and misshapen keys are refused alike. */
  async ofRequest(request: Request, db: D1Database, context: Background): Promise<Outcome<Service>> {
    const key = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
    if (!KEY.test(key)) return refused;
    return this.#service(secretHash(key), db, context);
  }

  /** What this isolate itself has taken back. */
  forget(keyId: number): void {
    for (const [hash, { service }] of this.#known) if (service.key_id === keyId) this.#known.delete(hash);
  }

  /** Refusals are never remembered. */
  async #service(hash: string, db: D1Database, context: Background): Promise<Outcome<Service>> {
    const now = this.#clock.now();
    const known = this.#known.get(hash);
    if (known && now - known.at < FRESH_MS) return ok(known.service);
    this.#known.delete(hash);
    const found = await findKey(db, hash);
    if (!found) return refused;
    // That it was used is worth a row, not a failed request.
    context.waitUntil(touchKey(db, found.id, now).catch(() => {}));
    const service: Service = { kind: "service", key_id: found.id, name: found.name, scopes: found.scopes };
    if (this.#known.size >= KEPT) this.#known.clear();
    this.#known.set(hash, { service, at: now });
    return ok(service);
  }
}
