// Who may connect, and who of the connected may still act. What a refused client reads is decided here.
import * as z from "zod";
import { Confirmations } from "../auth/confirmations.ts";
import { endsLogin, type LoginKeeper, type Revocation } from "../auth/logins.ts";
import type { Principal } from "../auth/principal.ts";
import type { Clock } from "../lib/clock.ts";
import { faultFields, type Log } from "../lib/log.ts";
import { Rates } from "../lib/rates.ts";
import { type ErrorCode, type Outcome, ok, refuse } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import { WireId } from "../vocabularies/payload.ts";
import type { Caller } from "./notes.ts";
import { SHARDS } from "./shards.ts";
import type { Admitted } from "./sockets.ts";

export interface ReceptionOptions {
  clock: Clock;
  log: Log;
  shard: string;
  /** Who a token belongs to. */
  identify(token: string): Promise<Outcome<Principal>>;
  keeperOf(userId: number): Pick<LoginKeeper, "check" | "enter" | "leave">;
  /** May this person open the interview, as this entity? */
  openInterview(principal: Principal, sessionId: number, entityId: number | null): Promise<Outcome<object>>;
}

/** A blank field counts as absent, and is read as null. */
const absent = z.union([
  z.null(),
  z
    .string()
    .regex(/^\s*$/)
    .transform(() => null),
]);
const Auth = z.object({
  token: z.union([absent, z.string()]).optional(),
  /** 0 when it is no number that a session can have. */
  session_id: z.union([absent, WireId, z.union([z.string(), z.number()]).transform(() => 0)]).optional(),
  user_entity_id: z.union([absent, WireId]).optional(),
});

const MESSAGES: Partial<Record<ErrorCode, string>> = {
  unauthorized: "Authentication failed",
  not_found: "Session not found",
  forbidden: "Access denied",
  invalid: "Missing parameters",
};

export class Reception {
  #o: ReceptionOptions;
  #logins: Confirmations;
  #refusals: Rates;

  constructor(options: ReceptionOptions) {
    this.#o = options;
    this.#refusals = new Rates(options.clock, LIMITS.refusedHandshakesPerMinute / SHARDS);
    this.#logins = new Confirmations(options.clock, { kind: "gateway", name: options.shard }, options.keeperOf);
  }

  /** Whoever may connect never waits. After many refusals the clients of that address are told only to wait. */
  async admit(namespace: string, auth: unknown, caller: Caller): Promise<Outcome<Admitted>> {
    const admitted = await this.#decide(namespace, auth, caller);
    if (admitted.ok || admitted.error.code === "unavailable") return admitted;
    return this.#refusals.take(caller.address) > 0 ? refuse("rate_limited", TOO_MANY_REFUSED) : admitted;
  }

  /** The first token present decides: `auth.token`, else what the handshake carried. */
  async #decide(namespace: string, auth: unknown, caller: Caller): Promise<Outcome<Admitted>> {
    const given = Auth.safeParse(auth ?? {});
    if (!given.success) return refused("invalid");
    const { token, session_id, user_entity_id = null } = given.data;
    const interview = namespace === "/" && (session_id !== undefined || user_entity_id !== null);
    if (interview && (session_id == null || !(token || caller.bears))) return refused("invalid");
    const known = token
      ? await this.#o.identify(token)
      : caller.fallback
        ? ok(caller.fallback)
        : refused("unauthorized");
    if (!known.ok) return known.error.code === "unavailable" ? known : refused("unauthorized");
    if (this.#isOver(known.value)) return refused("unauthorized");
    if (interview && session_id != null) {
      const opened = session_id > 0 ? await this.#o.openInterview(known.value, session_id, user_entity_id) : NOWHERE;
      if (!opened.ok) return refused(opened.error.code);
    }
    const entered = await this.#logins.enter(known.value);
    if (!entered.ok) return refused("unauthorized");
    const { username } = entered.value;
    return ok({ principal: known.value, interview: interview ? (session_id ?? null) : null, username });
  }

  /** What a new socket is told first. */
  greeting(namespace: string, { interview, principal, username }: Admitted): { event: string; payload: unknown }[] {
    if (namespace !== "/" || interview !== null) return [];
    const { user_id, role } = principal;
    const user = { id: user_id, username, role };
    return [
      { event: "connected", payload: { status: "success", message: "Connected", user_id, user } },
      { event: "connection_status", payload: { status: "connected" } },
    ];
  }

  /** May this login act now? Asked anew when the last answer is a minute old. */
  async confirm(principal: Principal): Promise<Outcome<unknown>> {
    if (this.#isOver(principal)) return refused("unauthorized");
    return this.#logins.fresh(principal) ? ok(null) : this.#logins.check(principal);
  }

  /** Without the tolerance for clocks that tokens have elsewhere: a socket let in by that would be closed again at once. */
  #isOver({ exp }: Principal): boolean {
    return exp * 1000 <= this.#o.clock.now();
  }

  ends(order: Revocation, principal: Principal): boolean {
    return principal.user_id === order.user_id && endsLogin(order, principal);
  }
  forget(userId: number): void {
    this.#logins.forget(userId);
  }
  /** The user's last socket here is gone. */
  left(userId: number): void {
    this.#logins.leave(userId).catch((error: unknown) => this.#o.log("warn", "leave.failed", faultFields(error)));
  }
}

const TOO_MANY_REFUSED = "Too many refused attempts from your address. Try again later.";
const NOWHERE = refuse("not_found", "Session not found");
/** In the words that clients of interviews read. */
const refused = (code: ErrorCode) => refuse(code, MESSAGES[code] ?? "Access denied");
