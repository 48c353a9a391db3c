// Connections that were let in and whose socket has yet to come: the principal arrives by RPC, the socket brings only a key.
import type { Clock } from "../lib/clock.ts";
import type { Principal } from "./principal.ts";

/** An admission that no socket followed is void after this. */
const ADMISSION_MS = 10_000;

export class Admissions<Admission extends { principal: Principal }> {
  #clock: Clock;
  #open = new Map<string, { admission: Admission; at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A key for exactly one socket. */
  issue(admission: Admission): string {
    this.#sweep();
    const key = crypto.randomUUID();
    this.#open.set(key, { admission, at: this.#clock.now() });
    return key;
  }

  take(key: string): Admission | null {
    this.#sweep();
    const { admission } = this.#open.get(key) ?? { admission: null };
    this.#open.delete(key);
    return admission;
  }

  expects(userId: number): boolean {
    this.#sweep();
    return [...this.#open.values()].some(({ admission }) => admission.principal.user_id === userId);
  }

  revoke(ends: (principal: Principal) => boolean): void {
    for (const [key, { admission }] of this.#open) if (ends(admission.principal)) this.#open.delete(key);
  }

  #sweep(): void {
    const now = this.#clock.now();
    for (const [key, { at }] of this.#open) if (now - at > ADMISSION_MS) this.#open.delete(key);
  }
}
