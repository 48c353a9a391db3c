// Native sockets as the audience sees them. What must outlive hibernation is in the socket's attachment, nothing else.
import type { Connection } from "partyserver";
import * as z from "zod";
import { Principal } from "../../auth/principal.ts";
import { Bucket } from "../../lib/bucket.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import type { CloseCode } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { Sink } from "./audience.ts";
import type { Cursor, Frame } from "./replay.ts";

const Place = z.object({
  epoch: z.string().nullable(),
  since: z.number().nullable(),
  turn: z.number().nullable(),
  offset: z.number(),
});
const Attachment = Principal.extend({ since: z.number(), place: Place.nullable() });
type Attachment = z.infer<typeof Attachment>;

export class SocketSink implements Sink {
  readonly id: string;
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #autoResponseAt: () => number;
  #attachment: Attachment;
  #heardAt: number;
  #commands: Bucket;
  #malformed: number[] = [];

  /** Writes who is behind a socket just accepted into its attachment. */
  static attach(connection: Connection, principal: Principal, clock: Clock): void {
    const { user_id, name, role, sid, iat, exp } = principal;
    const attachment: Attachment = { user_id, name, role, sid, iat, exp, since: clock.now(), place: null };
    connection.setState(attachment);
  }

  /** A socket with its attachment. `autoResponseAt`: when the platform last answered its `ping`, epoch ms or 0. */
  constructor(connection: Connection, clock: Clock, log: Log, autoResponseAt: () => number) {
    this.id = connection.id;
    this.#connection = connection;
    this.#clock = clock;
    this.#log = log;
    this.#autoResponseAt = autoResponseAt;
    this.#attachment = Attachment.parse(connection.state);
    this.#heardAt = clock.now();
    this.#commands = new Bucket(clock, LIMITS.socketCommands.perSecond, LIMITS.socketCommands.burst);
  }

  get since(): number {
    return this.#attachment.since;
  }
  get place(): Cursor | null {
    return this.#attachment.place;
  }
  get principal(): Principal {
    const { user_id, name, role, sid, iat, exp } = this.#attachment;
    return { user_id, name, role, sid, iat, exp };
  }

  /** A fresh token of the same user. */
  renew(principal: Principal): void {
    const { role, sid, iat, exp } = principal;
    this.#keep({ ...this.#attachment, role, sid, iat, exp });
  }
  keepPlace(place: Cursor | null): void {
    this.#keep({ ...this.#attachment, place });
  }

  send(frame: Frame): void {
    this.#log("debug", "frame.sent", { socket: this.id, type: frame.type, size: frame.json.length });
    this.#connection.send(frame.json);
  }
  close(code: CloseCode, reason: string): void {
    this.#connection.close(code, reason);
  }
  heardAt(): number {
    return Math.max(this.#heardAt, this.#autoResponseAt());
  }
  heard(): void {
    this.#heardAt = this.#clock.now();
  }

  /** 0, or the milliseconds until this socket may send its next command. */
  takeCommand(): number {
    return this.#commands.take();
  }
  /** true when this was one malformed frame too many. */
  countMalformed(): boolean {
    const now = this.#clock.now();
    this.#malformed = [...this.#malformed.filter((at) => now - at < LIMITS.badFrames.windowMs), now];
    return this.#malformed.length >= LIMITS.badFrames.count;
  }

  #keep(attachment: Attachment): void {
    this.#attachment = attachment;
    this.#connection.setState(attachment);
  }
}
