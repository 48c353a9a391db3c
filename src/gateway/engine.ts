// The Engine.IO 4 sessions of one gateway object: handshake, polling, change to a WebSocket, heartbeat, end. What it needs
// after hibernation is in each WebSocket's note; polling sessions live in memory (a waiting GET keeps the object awake).
import type { Clock } from "../lib/clock.ts";
import { type Data, decodeBody, decodeFrame, type EnginePacket, encodeBody, encodeFrame } from "./engine-packet.ts";
import { engineRefusal } from "./engine-request.ts";
import { GATEWAY } from "./limits.ts";
import { Line, type Pipe } from "./line.ts";
import type { Caller, Note } from "./notes.ts";
import { CLOSE, NOOP, Polling } from "./polling.ts";
import { newId } from "./shards.ts";

/** What is above the engine. */
export interface Above {
  message(sid: string, data: Data): void;
  /** The session is over; called once. */
  closed(sid: string, reason: string): void;
  /** Nobody has connected to a namespace on it yet. */
  silent(sid: string): boolean;
  /** A session has a WebSocket now, which is to be pinged. */
  beats(): void;
  /** A message, on its way up or down. */
  passed(sid: string, way: "received" | "sent", data: Data): void;
}

interface Session {
  sid: string;
  caller: Caller;
  opened: number;
  link: { by: "polling"; polling: Polling; probe: Line | null; posting: boolean } | { by: "websocket"; line: Line };
}

export class Engine {
  #clock: Clock;
  #shard: string;
  #above: Above;
  #sessions = new Map<string, Session>();
  /** What the next GET of a polling session is told that ended while none waited. */
  #farewells = new Map<string, string>();

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

  get size(): number {
    return this.#sessions.size;
  }
  /** When the next ping of a WebSocket is due, epoch ms; null when there is none. */
  get pingDue(): number | null {
    const due = this.#lines().map(({ line }) => line.pingDue);
    return due.length === 0 ? null : Math.min(...due);
  }

  /** A WebSocket that outlived hibernation. A probe did not: what it belonged to was in memory. */
  adopt(pipe: Pipe): void {
    const { sid, kind, caller, opened } = pipe.note;
    if (kind === "probe") return pipe.close(1000, "");
    this.#sessions.set(sid, { sid, caller, opened, link: { by: "websocket", line: new Line(pipe, this.#clock) } });
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
    const polling = new Polling({ clock: this.#clock, closed: (reason, rest) => this.#closed(sid, reason, rest) });
    const link: Session["link"] = { by: "polling", polling, probe: null, posting: false };
    this.#sessions.set(sid, { sid, caller, opened: this.#clock.now(), link });
    this.#clock.after(GATEWAY.connectMs, () => {
      if (this.#sessions.has(sid) && this.#above.silent(sid)) this.close(sid, "connect timeout");
    });
    return textAnswer(String(encodeFrame(openPacket(sid, ["websocket"]))));
  }

  /** The note of a WebSocket that opens a session; `opened` must follow when it is accepted. */
  newNote(caller: Caller): Note {
    return this.#note(newId(this.#shard), "main", caller);
  }

  opened(pipe: Pipe): void {
    this.adopt(pipe);
    this.#above.beats();
    pipe.send(encodeFrame(openPacket(pipe.note.sid, [])));
  }

  /** The note of a WebSocket that wants to take a polling session over; null when the session has one already. */
  probeNote(sid: string): Note | null {
    const session = this.#sessions.get(sid);
    if (session?.link.by !== "polling" || session.link.probe) return null;
    return this.#note(sid, "probe", session.caller);
  }

  probing(pipe: Pipe): void {
    const session = this.#sessions.get(pipe.note.sid);
    if (session?.link.by !== "polling") return pipe.close(1000, "");
    const line = new Line(pipe, this.#clock);
    session.link.probe = line;
    this.#clock.after(GATEWAY.probeMs, () => {
      if (session.link.by !== "polling" || session.link.probe !== line) return;
      this.#forgetProbe(session);
      pipe.close(1000, "");
    });
  }

  async poll(sid: string, signal: AbortSignal): Promise<Response> {
    const farewell = this.#farewells.get(sid);
    if (farewell !== undefined) {
      this.#farewells.delete(sid);
      return textAnswer(farewell);
    }
    const link = this.#sessions.get(sid)?.link;
    if (link?.by !== "polling") return engineRefusal(link ? "request" : "session");
    const body = link.polling.poll(signal);
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
      link.polling.abort("overlapping posts"); // at once: the body may take as long as its sender likes
      await read();
      return engineRefusal("request");
    }
    link.posting = true;
    const body = await read().finally(() => {
      link.posting = false;
    });
    if (body === null) {
      link.polling.abort("too large");
      return new Response(null, { status: 413 });
    }
    const packets = decodeBody(body);
    if (!packets) {
      link.polling.abort("parse error");
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
    const packet = decodeFrame(data);
    if (kind === "probe") return this.#probed(session, pipe, packet);
    if (session.link.by !== "websocket" || session.link.line.pipe !== pipe) return;
    if (byteLength(data) > GATEWAY.maxPayload) {
      this.#drop(session, "too large");
      return pipe.close(1009, "");
    }
    session.link.line.heard(packet);
    if (packet) this.#receive(session, packet);
    else this.#fail(session, "parse error");
  }

  /** A WebSocket is gone, whoever closed it. */
  gone(pipe: Pipe): void {
    const session = this.#sessions.get(pipe.note.sid);
    if (session?.link.by === "polling" && session.link.probe?.pipe === pipe) this.#forgetProbe(session);
    else if (session?.link.by === "websocket" && session.link.line.pipe === pipe)
      this.#drop(session, "transport close");
  }

  send(sid: string, messages: readonly Data[]): void {
    const link = this.#sessions.get(sid)?.link;
    if (!link) return;
    for (const data of messages) this.#above.passed(sid, "sent", data);
    const packets = messages.map((data): EnginePacket => ({ type: "message", data }));
    if (link.by === "polling") return link.polling.send(packets);
    link.line.send(packets);
    if (link.line.choked) this.close(sid, "not reading");
  }

  /** Ends a session's transport in order; the client may come back with a new one. */
  close(sid: string, reason: string): void {
    const session = this.#sessions.get(sid);
    if (!session) return;
    const { link } = session;
    if (link.by === "polling") return link.polling.end(reason);
    this.#drop(session, reason);
    link.line.pipe.close(1000, "");
  }

  /** By the shard's one alarm: pings every WebSocket, and ends those that said nothing since the last ping. */
  tick(): void {
    const now = this.#clock.now();
    for (const { session, line } of this.#lines()) {
      if (line.dead) this.close(session.sid, "ping timeout");
      else if (this.#above.silent(session.sid) && now - session.opened > GATEWAY.connectMs)
        this.close(session.sid, "connect timeout");
      else line.ping();
    }
  }

  #receive(session: Session, packet: EnginePacket): void {
    switch (packet.type) {
      case "message":
        this.#above.passed(session.sid, "received", packet.data);
        return this.#above.message(session.sid, packet.data);
      case "pong":
      case "noop":
        return;
      case "close":
        return this.#fail(session, "transport close", NOOP);
      case "ping":
      case "open":
      case "upgrade":
        return this.#fail(session, "parse error");
      default:
        return packet satisfies never;
    }
  }

  #probed(session: Session, pipe: Pipe, packet: EnginePacket | null): void {
    if (session.link.by !== "polling" || session.link.probe?.pipe !== pipe) return pipe.close(1000, "");
    const { polling, probe: line } = session.link;
    if (packet?.type === "ping" && packet.data === "probe") {
      line.send([{ type: "pong", data: "probe" }]);
      return polling.probe(true);
    }
    if (packet?.type !== "upgrade") {
      this.#forgetProbe(session);
      return pipe.close(1000, "");
    }
    pipe.keep({ ...pipe.note, kind: "main", pinged: this.#clock.now() });
    session.link = { by: "websocket", line };
    line.send(polling.handOver());
    this.#above.beats();
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

  /** The client broke the protocol, or said good-bye: a waiting GET gets `last`, and no later one finds the session. */
  #fail(session: Session, reason: string, last: EnginePacket = CLOSE): void {
    if (session.link.by === "polling") session.link.polling.abort(reason, last);
    else this.close(session.sid, reason);
  }

  /** A polling session is over; `rest` is for its next GET. */
  #closed(sid: string, reason: string, rest: readonly EnginePacket[]): void {
    const session = this.#sessions.get(sid);
    if (session?.link.by !== "polling") return;
    if (rest.length > 0) {
      this.#farewells.set(sid, encodeBody(rest));
      this.#clock.after(GATEWAY.farewellMs, () => this.#farewells.delete(sid));
    }
    session.link.probe?.pipe.close(1000, "");
    this.#drop(session, reason);
  }

  #lines(): { session: Session; line: Line }[] {
    return [...this.#sessions.values()].flatMap((session) =>
      session.link.by === "websocket" ? { session, line: session.link.line } : [],
    );
  }

  #note(sid: string, kind: Note["kind"], caller: Caller): Note {
    const now = this.#clock.now();
    return { sid, kind, caller, opened: now, pinged: now, awaiting: false, sent: 0 };
  }
}

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
