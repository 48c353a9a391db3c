// What happens with a frame from a socket: bounded, parsed, its sender's login confirmed, carried out, answered.
import type { Identity } from "../../auth/logins.ts";
import type { Principal } from "../../auth/principal.ts";
import { faultFields, type Log } from "../../lib/log.ts";
import { isUnavailable } from "../../lib/unavailable.ts";
import type { ClientSignal, Command } from "../../protocol/commands.ts";
import { type ErrorBody, type ErrorCode, type Outcome, refuse } from "../../protocol/errors.ts";
import { FAREWELL } from "../../protocol/farewells.ts";
import { utf8Length } from "../../protocol/json.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { Audience } from "./audience.ts";
import { type Inbound, readFrame } from "./inbound.ts";
import type { Presence } from "./presence.ts";
import { signalFrame } from "./replay.ts";
import type { SocketSink } from "./sockets.ts";
import type { Turnstile } from "./turnstile.ts";

/** The sender of a frame. */
export type Peer = Pick<SocketSink, "id" | "principal" | "heard" | "takeCommand" | "countMalformed" | "renew">;

export interface ReceptionOptions {
  audience: Audience;
  presence: Presence;
  log: Log;
  turnstile: Turnstile;
  /** Has the token behind this connection run out? */
  expired(principal: Principal): boolean;
  /** Was the login confirmed a short while ago? */
  fresh(principal: Principal): boolean;
  confirm(principal: Principal): Promise<Outcome<Identity>>;
  /** A frame was answered with this error. */
  refused(code: ErrorCode): void;
  carryOut(socket: Peer, command: Command): Promise<Outcome<object>>;
}

export class Reception {
  #o: ReceptionOptions;
  /** Frames of a socket wait here, in order, while a commit is on its way or its login is being confirmed. */
  #waiting = new WeakMap<Peer, Promise<boolean>>();

  constructor(options: ReceptionOptions) {
    this.#o = options;
  }

  /** Never rejects: what throws is ours, is logged, and the client is told by its id (reliability.md §2.8). */
  async receive(socket: Peer, message: string | ArrayBuffer | ArrayBufferView): Promise<void> {
    try {
      await this.#take(socket, message);
    } catch (error) {
      this.#answer(socket, null, this.#fault(error, socket, "frame"));
    }
  }

  async #take(socket: Peer, message: string | ArrayBuffer | ArrayBufferView): Promise<void> {
    if (!this.#o.audience.has(socket.id)) return; // said farewell to, and not yet closed
    socket.heard();
    if (this.#o.expired(socket.principal)) return this.#o.audience.dismiss(socket.id, FAREWELL.expired);
    if (typeof message !== "string")
      return this.#malformed(socket, null, refuse("invalid", "Send text, not bytes.").error);
    if (message === "ping") return;
    if (utf8Length(message) > LIMITS.frameBytes) return this.#o.audience.dismiss(socket.id, FAREWELL.tooLarge);
    const inbound = readFrame(message);
    this.#o.log("debug", "frame.received", { socket: socket.id, type: typeOf(inbound), size: message.length });
    if (isProof(inbound) && this.#o.audience.proof(socket.id, inbound.signal.n)) return;
    const wait = socket.takeCommand();
    if (wait > 0) return this.#flood(socket, refOf(inbound), wait);
    if (inbound.kind === "bad") {
      if (inbound.malformed) return this.#malformed(socket, inbound.ref, inbound.error);
      return this.#answer(socket, inbound.ref, { ok: false, error: inbound.error });
    }
    const earlier = this.#waiting.get(socket);
    const { closed } = this.#o.turnstile;
    if (!earlier && !closed && this.#o.fresh(socket.principal)) return this.#accept(socket, inbound);
    const entry = (earlier ?? closed ?? Promise.resolve()).then(() => this.#confirmed(socket));
    this.#waiting.set(socket, entry);
    const confirmed = await entry.finally(() => {
      if (this.#waiting.get(socket) === entry) this.#waiting.delete(socket);
    });
    // Those behind it wait for it to come in, not for what it asks: a page of history may be as slow as D1.
    if (confirmed && this.#o.audience.has(socket.id)) await this.#accept(socket, inbound);
  }

  async #confirmed(socket: Peer): Promise<boolean> {
    const { principal } = socket;
    if (this.#o.fresh(principal)) return true;
    const identity = await this.#o.confirm(principal);
    if (!identity.ok) {
      this.#o.audience.dismiss(socket.id, FAREWELL.ended);
      return false;
    }
    if (identity.value.role !== principal.role) socket.renew({ ...principal, role: identity.value.role });
    return true;
  }

  async #accept(
    socket: Peer,
    inbound: { kind: "command"; command: Command } | { kind: "signal"; signal: ClientSignal },
  ): Promise<void> {
    if (inbound.kind === "signal") return this.#o.presence.signalled(socket.principal, inbound.signal);
    const { ref } = inbound.command;
    const { type } = inbound.command;
    if (type === "history" && this.#o.audience.crowded(socket.id))
      return this.#answer(socket, ref, refuse("rate_limited", "Read what was sent first.", { retry_after_ms: 500 }));
    const work = this.#o.carryOut(socket, inbound.command).catch((error: unknown) => this.#fault(error, socket, type));
    this.#o.turnstile.close();
    const outcome = await work;
    const code = outcome.ok ? "ok" : outcome.error.code;
    this.#o.log("info", "command", { command: type, user: socket.principal.user_id, outcome: code });
    this.#answer(socket, ref, outcome);
  }

  #fault(error: unknown, socket: Peer, command: string): Outcome<never> {
    const request_id = crypto.randomUUID();
    const user = socket.principal.user_id;
    this.#o.log("error", "fault", { request_id, command, user, ...faultFields(error) });
    return isUnavailable(error)
      ? refuse("unavailable", "A part of the service is away. Try again soon.", { retry_after_ms: 2_000, request_id })
      : refuse("internal", "Something went wrong on our side.", { request_id });
  }

  #answer(socket: Peer, ref: number | null, outcome: Outcome<object>): void {
    if (!outcome.ok) this.#o.refused(outcome.error.code);
    if (ref !== null)
      this.#o.audience.tell(socket.id, [{ type: "reply", json: JSON.stringify(replyOf(ref, outcome)), id: null }]);
    else if (!outcome.ok) this.#o.audience.tell(socket.id, [signalFrame({ type: "error", error: outcome.error })]);
  }

  #malformed(socket: Peer, ref: number | null, error: ErrorBody): void {
    this.#answer(socket, ref, { ok: false, error });
    if (socket.countMalformed()) this.#o.audience.dismiss(socket.id, FAREWELL.malformed);
  }

  #flood(socket: Peer, ref: number | null, wait: number): void {
    this.#answer(socket, ref, refuse("rate_limited", FAREWELL.flood.message, { retry_after_ms: wait }));
    this.#o.audience.dismiss(socket.id, FAREWELL.flood);
  }
}

/** null: of no type that we know. */
const typeOf = (inbound: Inbound): string | null =>
  inbound.kind === "command" ? inbound.command.type : inbound.kind === "signal" ? inbound.signal.type : null;

const isProof = (inbound: Inbound): inbound is { kind: "signal"; signal: Extract<ClientSignal, { type: "probe" }> } =>
  inbound.kind === "signal" && inbound.signal.type === "probe";

const refOf = (inbound: Inbound): number | null =>
  inbound.kind === "command" ? inbound.command.ref : inbound.kind === "bad" ? inbound.ref : null;

const replyOf = (ref: number, outcome: Outcome<object>) =>
  outcome.ok
    ? { type: "reply", ref, ok: true, ...outcome.value }
    : { type: "reply", ref, ok: false, error: outcome.error };
