// Socket.IO 5 over the engine's sessions: namespaces, events, acknowledgements, and sockets that outlive their transport.
// It knows neither vocabularies nor conversations.
import { Decoder, Encoder, type Packet, PacketType } from "socket.io-parser";
import * as z from "zod";
import type { Principal } from "../auth/principal.ts";
import type { Clock } from "../lib/clock.ts";
import type { ErrorBody, Outcome } from "../protocol/errors.ts";
import type { Engine } from "./engine.ts";
import type { Data } from "./engine-packet.ts";
import { GATEWAY } from "./limits.ts";
import type { Caller } from "./notes.ts";
import { newId, newSocketId } from "./shards.ts";
import type { GatewayTables, SocketRecord } from "./tables.ts";

export const NAMESPACES: ReadonlySet<string> = new Set(["/", "/assistant/realtime"]);

/** Who may connect. `interview`: the conversation this socket was opened for. */
export interface Admitted {
  principal: Principal;
  interview: number | null;
  /** By which they log in. */
  username: string;
}

/** An event of a client. `acknowledge` answers its callback; null when it passed none. */
export interface Heard {
  event: string;
  args: unknown[];
  acknowledge: ((value: unknown) => void) | null;
}

export interface SocketsHost {
  admit(namespace: string, auth: unknown, caller: Caller): Promise<Outcome<Admitted>>;
  /** Calls `attach` with the socket and what it missed; false: there is nothing to recover, and it was not called. */
  recover(wish: Wish, attach: (recovered: Recovered) => void): Promise<boolean>;
  /** It is there and has been told what it missed; `newcomer` null: it is one that came back. */
  connected(socket: SocketRecord, newcomer: Admitted | null): void;
  heard(socket: SocketRecord, heard: Heard): void;
  /** Something broke here; the client is sent away, and may come back. */
  fault(error: unknown): void;
  /** Its transport is gone, or was when the shard woke (`asleep`): it may come back. */
  lost(socket: SocketRecord, asleep: boolean): void;
  /** It is gone for good. */
  left(socket: SocketRecord): void;
}

/** What a client that comes back says of itself, on which session and namespace. */
export interface Wish extends Admitted {
  pid: string;
  offset: string | null;
  session: string;
  namespace: string;
}

export interface Recovered {
  socket: SocketRecord;
  /** Event arguments, each ending with its offset. */
  missed: unknown[][];
}

/** Puts the packets of one session together. */
type Reader = { decoder: Decoder; decoded: Packet[] };

/** Packets of a namespace whose CONNECT is being checked. */
type Held = { held: Packet[] };

const Known = z.object({
  pid: z.string().max(64),
  offset: z
    .string()
    .max(64)
    .nullish()
    .transform((offset) => offset ?? null),
});
const EventData = z.tuple([z.union([z.string(), z.number()])], z.unknown());

const encoder = new Encoder();
/** An event that carries no attachments is one frame. */
export const eventFrame = (namespace: string, args: readonly unknown[]): string =>
  String(encoder.encode({ type: PacketType.EVENT, nsp: namespace, data: args })[0]);

export class Sockets {
  #clock: Clock;
  #shard: string;
  #engine: Engine;
  #tables: GatewayTables;
  #host: SocketsHost;
  #sockets = new Map<string, SocketRecord>();
  #bySession = new Map<string, Map<string, SocketRecord | Held>>();
  #readers = new Map<string, Reader>();
  #offset: number;

  constructor(clock: Clock, shard: string, engine: Engine, tables: GatewayTables, host: SocketsHost) {
    this.#clock = clock;
    this.#shard = shard;
    this.#engine = engine;
    this.#tables = tables;
    this.#host = host;
    this.#offset = tables.lastOffset();
  }

  /** After a wake, when the engine has its WebSockets back: a socket whose transport did not survive is gone since now. */
  wake(): void {
    for (const socket of this.#tables.sockets()) {
      this.#sockets.set(socket.id, socket);
      if (this.#engine.has(socket.session)) this.#namespaces(socket.session).set(socket.namespace, socket);
      else if (socket.gone === null) this.#detach(socket, true);
    }
  }

  get(id: string): SocketRecord | undefined {
    return this.#sockets.get(id);
  }
  *all(): Iterable<SocketRecord> {
    yield* this.#sockets.values();
  }
  /** Nobody connected to a namespace on this session yet. */
  silent(session: string): boolean {
    return !this.#bySession.has(session);
  }

  /** Offsets rise, over restarts too: they follow the clock. */
  nextOffset(): number {
    this.#offset = Math.max(this.#offset + 1, this.#clock.now() * 1024);
    return this.#offset;
  }

  /** To one socket, of its own: kept so that it can be recovered. */
  emit(socket: SocketRecord, event: string, payload: unknown): void {
    if (socket.pid === null) return this.transmit(socket, eventFrame(socket.namespace, [event, payload]));
    const offset = this.nextOffset();
    this.transmit(socket, eventFrame(socket.namespace, [event, payload, offset.toString(36)]));
    this.#tables.sentPacket(offset, `s${socket.id}`, [event, payload]);
  }

  /** It sends a message by this name of its own: also after a kill, and at another shard, it is known as the sender. */
  says(socket: SocketRecord, clientId: string): void {
    const now = this.#sockets.get(socket.id) ?? socket;
    now.said = [...now.said, clientId].slice(-GATEWAY.said);
    this.#tables.socketSaid(now.id, now.said);
  }

  /** Frames made elsewhere; a socket without transport gets nothing. */
  transmit(socket: SocketRecord, ...frames: string[]): void {
    if (socket.gone === null) this.#engine.send(socket.session, frames);
  }

  /** Data of a session, from the engine. */
  message(session: string, data: Data): void {
    const { decoder, decoded } = this.#reader(session);
    try {
      decoder.add(typeof data === "string" ? data : Buffer.from(data));
    } catch {
      return this.#engine.close(session, "parse error");
    }
    for (const packet of decoded.splice(0)) this.#packet(session, packet);
  }

  /** The engine's session is over: its sockets may come back for a while. */
  closed(session: string): void {
    this.#readers.get(session)?.decoder.destroy();
    this.#readers.delete(session);
    const namespaces = this.#bySession.get(session);
    this.#bySession.delete(session);
    for (const socket of namespaces?.values() ?? []) {
      if ("held" in socket) continue;
      this.#detach(socket);
      if (socket.pid === null) this.forget(socket);
    }
  }

  /** Ends a socket by the server's will, with its transport: a stock client then comes back by itself. */
  expel(socket: SocketRecord): void {
    if (socket.gone === null) this.#engine.close(socket.session, "forced close");
    this.forget(socket);
  }

  /** Ends the socket for good, with a DISCONNECT: the client does not come back by itself. */
  dismiss(socket: SocketRecord): void {
    this.transmit(socket, String(encoder.encode({ type: PacketType.DISCONNECT, nsp: socket.namespace })[0]));
    this.#bySession.get(socket.session)?.delete(socket.namespace);
    this.forget(socket);
  }

  forget(socket: SocketRecord): void {
    if (!this.#sockets.delete(socket.id)) return;
    this.#host.left(socket);
    this.#tables.forgetSocket(socket.id);
  }

  /** Its transport, half dead or not, makes room for another one. */
  takeOver(socket: SocketRecord): void {
    if (socket.gone !== null) return;
    this.#bySession.get(socket.session)?.delete(socket.namespace);
    this.#detach(socket);
    this.#engine.close(socket.session, "taken over");
  }

  /** By the shard's alarm: those that did not come back within two minutes. */
  forgetGone(): void {
    const since = this.#clock.now() - GATEWAY.recoveryMs;
    for (const socket of [...this.#sockets.values()])
      if (socket.gone !== null && socket.gone <= since) this.forget(socket);
  }

  #detach(socket: SocketRecord, asleep = false): void {
    socket.gone = this.#clock.now();
    this.#tables.putSocket(socket);
    this.#host.lost(socket, asleep);
  }

  #packet(session: string, packet: Packet): void {
    const known = this.#bySession.get(session)?.get(packet.nsp);
    if (packet.type === PacketType.CONNECT) {
      if (known) return this.#engine.close(session, "parse error");
      this.#connect(session, packet).catch((error: unknown) => {
        this.#host.fault(error);
        this.#engine.close(session, "server error");
      });
      return;
    }
    if (!known) return this.#engine.close(session, "parse error");
    if ("held" in known) {
      known.held.push(packet);
      if (known.held.length > GATEWAY.heldPackets) this.#engine.close(session, "parse error");
      return;
    }
    this.#received(session, known, packet);
  }

  #received(session: string, socket: SocketRecord, packet: Packet): void {
    if (packet.type === PacketType.DISCONNECT) {
      this.#bySession.get(session)?.delete(socket.namespace);
      return this.forget(socket);
    }
    if (packet.type === PacketType.ACK) return; // nothing here asks a client for an acknowledgement
    const data = EventData.safeParse(packet.data);
    if (
      packet.type !== PacketType.EVENT ||
      !data.success ||
      (packet.id !== undefined && !Number.isSafeInteger(packet.id))
    )
      return this.#engine.close(session, "parse error");
    const [event, ...args] = data.data;
    socket.heard = this.#clock.now();
    this.#tables.socketHeard(socket.id, socket.heard);
    this.#host.heard(socket, { event: String(event), args, acknowledge: this.#acknowledgement(socket, packet.id) });
  }

  #acknowledgement(socket: SocketRecord, id: number | undefined): Heard["acknowledge"] {
    if (id === undefined) return null;
    let answered = false;
    return (value) => {
      if (answered) return;
      answered = true;
      const packet = { type: PacketType.ACK, nsp: socket.namespace, id, data: [value] };
      this.transmit(socket, String(encoder.encode(packet)[0]));
    };
  }

  async #connect(session: string, { nsp, data }: Packet): Promise<void> {
    const caller = this.#engine.caller(session);
    if (!caller) return;
    if (!NAMESPACES.has(nsp)) return this.#refuse(session, nsp, { message: "Invalid namespace" });
    const held: Held = { held: [] };
    this.#namespaces(session).set(nsp, held);
    const admitted = await this.#host.admit(nsp, data, caller);
    if (!admitted.ok) {
      this.#bySession.get(session)?.delete(nsp);
      if (this.#bySession.get(session)?.size === 0) this.#bySession.delete(session);
      return this.#refuse(session, nsp, refusal(admitted.error));
    }
    const known = Known.safeParse(data);
    const recovered =
      known.success &&
      caller.recovers &&
      (await this.#host.recover({ ...admitted.value, ...known.data, session, namespace: nsp }, (found) =>
        this.#enter(found.socket, found.missed, held, null),
      ));
    const newcomer = admitted.value;
    if (!recovered) this.#enter(this.#newSocket(session, nsp, caller, newcomer), [], held, newcomer);
  }

  /** Connected: the greeting with its ids, what it missed, and the packets that were too early. */
  #enter(socket: SocketRecord, missed: unknown[][], { held }: Held, newcomer: Admitted | null): void {
    const before = this.#sockets.get(socket.id);
    if (!this.#engine.has(socket.session)) {
      // Nobody knows a new one yet. One that came back may come once more, unless it has meanwhile.
      if (newcomer) return this.#host.left(socket);
      if (before) return;
      this.#sockets.set(socket.id, socket);
      return this.#detach(socket);
    }
    if (before) this.takeOver(before);
    this.#sockets.set(socket.id, socket);
    this.#tables.putSocket(socket);
    this.#namespaces(socket.session).set(socket.namespace, socket);
    const data = { sid: socket.id, ...(socket.pid === null ? {} : { pid: socket.pid }) };
    this.transmit(socket, String(encoder.encode({ type: PacketType.CONNECT, nsp: socket.namespace, data })[0]));
    this.transmit(socket, ...missed.map((args) => eventFrame(socket.namespace, args)));
    this.#host.connected(socket, newcomer);
    for (const packet of held) if (this.#sockets.has(socket.id)) this.#received(socket.session, socket, packet);
  }

  #newSocket(session: string, namespace: string, caller: Caller, { principal, interview }: Admitted): SocketRecord {
    const pid = caller.recovers ? newId(this.#shard) : null;
    return {
      id: newSocketId(),
      session,
      namespace,
      pid,
      principal,
      interview,
      first: this.nextOffset(),
      came: null,
      gone: null,
      heard: this.#clock.now(),
      said: [],
    };
  }

  #refuse(session: string, nsp: string, data: object): void {
    this.#engine.send(session, encoder.encode({ type: PacketType.CONNECT_ERROR, nsp, data }).map(String));
  }

  #namespaces(session: string): Map<string, SocketRecord | Held> {
    const namespaces = this.#bySession.get(session) ?? new Map<string, SocketRecord | Held>();
    this.#bySession.set(session, namespaces);
    return namespaces;
  }

  #reader(session: string): Reader {
    const known = this.#readers.get(session);
    if (known) return known;
    const reader: Reader = { decoder: new Decoder(), decoded: [] };
    reader.decoder.on("decoded", (packet) => reader.decoded.push(packet));
    this.#readers.set(session, reader);
    return reader;
  }
}

const refusal = ({ code, message }: ErrorBody) => ({ message, data: { code } });
