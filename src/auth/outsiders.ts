// People whom an outside issuer vouches for: which user here they are, made at first sight.
import type { Clock } from "../lib/clock.ts";
import { admitId, admitSubject, type Outsider, type Person } from "../store/people.ts";
import { type Access, DecimalId, SECRET_ISSUER } from "./verify.ts";

type OutsideAccess = Extract<Access, { kind: "outside" }>;

const KEPT = 10_000;

export class Outsiders {
  #clock: Clock;
  #known = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The user's id, without D1 where the token or this isolate already knows it. */
  idOf(access: OutsideAccess): number | null {
    return namedId(access) ?? this.#known.get(`${access.issuer}\n${access.subject}`) ?? null;
  }

  async admit(access: OutsideAccess, db: D1Database): Promise<Person> {
    const { issuer, subject } = access;
    const outsider: Outsider = { issuer, subject, name: access.name ?? subject, role: access.role ?? "member" };
    const id = namedId(access);
    if (id !== null) return admitId(db, id, outsider, this.#clock.now());
    const person = await admitSubject(db, outsider, this.#clock.now());
    if (this.#known.size >= KEPT) this.#known.clear();
    this.#known.set(`${issuer}\n${subject}`, person.id);
    return person;
  }
}

/** The older systems share our secret and number their users: the number is the user. An identity provider's is not. */
function namedId(access: OutsideAccess): number | null {
  const id = access.issuer === SECRET_ISSUER ? DecimalId.safeParse(access.subject) : null;
  return id?.success && id.data < 2 ** 31 ? id.data : null;
}
