// The Engine.IO 4 sessions of one gateway object: handshake, polling, change to a WebSocket, heartbeat, end. What it needs
// after hibernation is in each WebSocket's note; polling sessions live in memory (a waiting GET keeps the object awake).
import type { Principal } from "../auth/principal.ts";
import type { Clock } from "../lib/clock.ts";
import { type Data, decodeBody, decodeFrame, type EnginePacket, encodeFrame } from "./engine-packet.ts";
import { engineRefusal } from "./engine-request.ts";
import { GATEWAY } from "./limits.ts";
import { Polling } from "./polling.ts";
import { newId } from "./shards.ts";

/** What the worker found out about who opens a session. */
export interface Caller {
  /** Of the token in the address or the cookie; null when there is none that counts. */
  fallback: Principal | null;
  /** The client understands connection state recovery. */
  recovers: boolean;
  /** Hash of the client's address. */
  address: string;
}

/** What outlives hibernation with a WebSocket. */
export interface Note {
  sid: string;
  kind: "main" | "probe";
  caller: Caller;
  /** Epoch ms. */
  opened: number;
  /** A ping is out and nothing came since. */
  awaiting: boolean;
}

/** A WebSocket, as the platform gives it. */
export interface Pipe {
  readonly note: Note;
  keep(note: Note): void;
  send(data: Data): void;
  close(code: number, reason: string): void;
}

/** What is above the engine. */
export interface Above {
  message(sid: string, data: Data): void;
  /** The session is over; called once. */
  closed(sid: string, reason: string): void;
  /** Nobody has connected to a namespace on it yet. */
  silent(sid: string): boolean;
}

interface Session {
  sid: string;
  caller: Caller;
  opened: number;
  link: { by: "polling"; polling: Polling; probe: Pipe | null; posting: boolean } | { by: "websocket"; pipe: Pipe };
}

export class Engine {
  #clock: Clock;
  #shard: string;
  #above: Above;
  #sessions = new Map<string, Session>();
  /** Polling sessions that ended while no GET waited: the next one is told. */
  #ended = new Map<string, Polling>();

  constructor(clock: Clock, shard: string, above: Above) {
    this.#clock = clock;
    this.#shard = shard;
    this.#above = above;
  }

  has(sid: string): boolean {
    return this.#sessions.has(sid);
  }
  caller(sid: string): Caller | null {
    return this.#sessions.get(sid)?.caller ?? null;
  }
  get websockets(): number {
    return [...this.#sessions.values()].filter(({ link }) => link.by === "websocket").length;
  }

  /** A WebSocket that outlived hibernation. A probe did not: what it belonged to was in memory. */
  adopt(pipe: Pipe): void {
    const { sid, kind, caller, opened } = pipe.note;
    if (kind === "main") this.#sessions.set(sid, { sid, caller, opened, link: { by: "websocket", pipe } });
    else pipe.close(1000, "");
  }

  /** A new session here would be one too many; `address`: or one too many of this address that says nothing. */
  full(address: string): boolean {
    if (this.#sessions.size >= GATEWAY.sessions) return true;
    const silent = [...this.#sessions.values()].filter(
      (s) => s.caller.address === address && this.#above.silent(s.sid) && this.#clock.now() - s.opened > 5_000,
    );
    return silent.length >= GATEWAY.silentSessions;
  }

  openPolling(caller: Caller): Response {
    const sid = newId(this.#shard);
    const polling = new Polling({ clock: this.#clock, closed: (reason) => this.#closed(sid, reason) });
    const link: Session["link"] = { by: "polling", polling, probe: null, posting: false };
    this.#sessions.set(sid, { sid, caller, opened: this.#clock.now(), link });
    this.#clock.after(GATEWAY.connectMs, () => {
      if (this.#sessions.has(sid) && this.#above.silent(sid)) this.close(sid, "connect timeout");
    });
    return textAnswer(String(encodeFrame(openPacket(sid, ["websocket"]))));
  }

  /** The note of a WebSocket that opens a session; `opened` must follow when it is accepted. */
  newNote(caller: Caller): Note {
    return { sid: newId(this.#shard), kind: "main", caller, opened: this.#clock.now(), awaiting: false };
  }

  opened(pipe: Pipe): void {
    this.adopt(pipe);
    pipe.send(encodeFrame(openPacket(pipe.note.sid, [])));
  }

  /** The note of a WebSocket that wants to take a polling session over; null when the session has one already. */
  probeNote(sid: string): Note | null {
    const session = this.#sessions.get(sid);
    if (session?.link.by !== "polling" || session.link.probe) return null;
    return { sid, kind: "probe", caller: session.caller, opened: this.#clock.now(), awaiting: false };
  }

  probing(pipe: Pipe): void {
    const session = this.#sessions.get(pipe.note.sid);
    if (session?.link.by !== "polling") return pipe.close(1000, "");
    session.link.probe = pipe;
    this.#clock.after(GATEWAY.probeMs, () => {
      if (session.link.by !== "polling" || session.link.probe !== pipe) return;
      this.#forgetProbe(session);
      pipe.close(1000, "");
    });
  }

  async poll(sid: string, signal: AbortSignal): Promise<Response> {
    const link = this.#sessions.get(sid)?.link;
    const polling = link?.by === "polling" ? link.polling : this.#ended.get(sid);
    if (!polling) return engineRefusal(link ? "request" : "session");
    const body = polling.poll(signal);
    return body ? textAnswer(await body) : engineRefusal("request");
  }

  /** `body` bounded already; null when it was too large. */
  async post(sid: string, read: () => Promise<string | null>): Promise<Response> {
    const session = this.#sessions.get(sid);
    if (session?.link.by !== "polling") {
      await read();
      return engineRefusal(session ? "request" : "session");
    }
    const { link } = session;
    if (link.posting) {
      await read();
      link.polling.end("overlapping posts");
      return engineRefusal("request");
    }
    link.posting = true;
    const body = await read().finally(() => {
      link.posting = false;
    });
    if (body === null) {
      link.polling.end("too large");
      return new Response(null, { status: 413 });
    }
    const packets = decodeBody(body);
    if (!packets) {
      link.polling.end("parse error");
      return engineRefusal("request");
    }
    link.polling.heard();
    for (const packet of packets) if (this.#sessions.has(sid)) this.#receive(session, packet);
    return new Response("ok", { headers: { "Content-Type": "text/html", "Cache-Control": "no-store" } });
  }

  /** A frame of a WebSocket. */
  frame(pipe: Pipe, data: Data): void {
    const { sid, kind } = pipe.note;
    const session = this.#sessions.get(sid);
    if (!session) return pipe.close(1000, "");
    if (byteLength(data) > GATEWAY.maxPayload) {
      this.#drop(session, "too large");
      return pipe.close(1009, "");
    }
    const packet = decodeFrame(data);
    if (kind === "probe") return this.#probed(session, pipe, packet);
    if (session.link.by !== "websocket" || session.link.pipe !== pipe) return;
    if (pipe.note.awaiting) pipe.keep({ ...pipe.note, awaiting: false });
    if (packet) this.#receive(session, packet);
    else this.close(sid, "parse error");
  }

  /** A WebSocket is gone, whoever closed it. */
  gone(pipe: Pipe): void {
    const session = this.#sessions.get(pipe.note.sid);
    if (session?.link.by === "polling" && session.link.probe === pipe) this.#forgetProbe(session);
    else if (session?.link.by === "websocket" && session.link.pipe === pipe) this.#drop(session, "transport close");
  }

  send(sid: string, messages: readonly Data[]): void {
    const link = this.#sessions.get(sid)?.link;
    if (!link) return;
    const packets = messages.map((data) => messagePacket(data));
    if (link.by === "polling") return link.polling.send(packets);
    for (const packet of packets) transmit(link.pipe, packet);
  }

  /** Ends a session's transport; the client may come back with a new one. */
  close(sid: string, reason: string): void {
    const session = this.#sessions.get(sid);
    if (!session) return;
    const { link } = session;
    if (link.by === "polling") return link.polling.end(reason);
    this.#drop(session, reason);
    link.pipe.close(1000, "");
  }

  /** By the shard's one alarm: pings every WebSocket, and ends those that said nothing since the last ping. */
  tick(): void {
    const now = this.#clock.now();
    for (const session of [...this.#sessions.values()]) {
      if (session.link.by !== "websocket") continue;
      const { pipe } = session.link;
      if (pipe.note.awaiting) this.close(session.sid, "ping timeout");
      else if (this.#above.silent(session.sid) && now - session.opened > GATEWAY.connectMs)
        this.close(session.sid, "connect timeout");
      else {
        pipe.keep({ ...pipe.note, awaiting: true });
        transmit(pipe, { type: "ping", data: "" });
      }
    }
  }

  #receive(session: Session, packet: EnginePacket): void {
    switch (packet.type) {
      case "message":
        return this.#above.message(session.sid, packet.data);
      case "pong":
      case "noop":
        return;
      case "close":
        return this.close(session.sid, "transport close");
      case "ping":
      case "open":
      case "upgrade":
        return this.close(session.sid, "parse error");
      default:
        return packet satisfies never;
    }
  }

  #probed(session: Session, pipe: Pipe, packet: EnginePacket | null): void {
    if (session.link.by !== "polling" || session.link.probe !== pipe) return pipe.close(1000, "");
    const { polling } = session.link;
    if (packet?.type === "ping" && packet.data === "probe") {
      transmit(pipe, { type: "pong", data: "probe" });
      return polling.probe(true);
    }
    if (packet?.type !== "upgrade") {
      this.#forgetProbe(session);
      return pipe.close(1000, "");
    }
    pipe.keep({ ...pipe.note, kind: "main" });
    session.link = { by: "websocket", pipe };
    for (const waiting of polling.handOver()) transmit(pipe, waiting);
  }

  #forgetProbe(session: Session): void {
    if (session.link.by !== "polling") return;
    session.link.probe = null;
    session.link.polling.probe(false);
  }

  /** The transport is gone already. */
  #drop(session: Session, reason: string): void {
    if (this.#sessions.delete(session.sid)) this.#above.closed(session.sid, reason);
  }

  #closed(sid: string, reason: string): void {
    const session = this.#sessions.get(sid);
    if (session?.link.by !== "polling") return;
    this.#ended.set(sid, session.link.polling);
    this.#clock.after(GATEWAY.farewellMs, () => this.#ended.delete(sid));
    session.link.probe?.close(1000, "");
    this.#drop(session, reason);
  }
}

const messagePacket = (data: Data): EnginePacket =>
  typeof data === "string" ? { type: "message", data } : { type: "message", data };

const openPacket = (sid: string, upgrades: string[]): EnginePacket => ({
  type: "open",
  data: JSON.stringify({
    sid,
    upgrades,
    pingInterval: GATEWAY.pingIntervalMs,
    pingTimeout: GATEWAY.pingTimeoutMs,
    maxPayload: GATEWAY.maxPayload,
  }),
});

const textAnswer = (body: string): Response =>
  new Response(body, { headers: { "Content-Type": "text/plain; charset=UTF-8", "Cache-Control": "no-store" } });

const byteLength = (data: Data): number => (typeof data === "string" ? Buffer.byteLength(data) : data.byteLength);

/** A transport that is gone throws; its close event follows. */
function transmit(pipe: Pipe, packet: EnginePacket): void {
  try {
    pipe.send(encodeFrame(packet));
  } catch {
    // told by `gone`
  }
}
