// The gateway's Durable Object: gives one shard of Socket.IO sessions its WebSockets, requests, alarm and RPC methods.
// It decides nothing: engine.ts speaks Engine.IO, sockets.ts Socket.IO, gateway.ts does what is asked.
import { DurableObject } from "cloudflare:workers";
import type { Revocable, Revocation } from "../auth/logins.ts";
import { requireConfig } from "../env.ts";
import { systemClock } from "../lib/clock.ts";
import { createLog, faultFields } from "../lib/log.ts";
import type { Told } from "../protocol/happenings.ts";
import type { ProjectNews } from "../protocol/projects.ts";
import type { Data } from "./engine-packet.ts";
import { engineRefusal, readEngineRequest } from "./engine-request.ts";
import { Gateway } from "./gateway.ts";
import { hostOf } from "./host.ts";
import { GATEWAY } from "./limits.ts";
import type { Pipe } from "./line.ts";
import { readNote, WorkerWord } from "./notes.ts";
import { connectPacket, heardPlain, plainPipe } from "./plain.ts";
import type { Claim, Claimed } from "./recovery.ts";

export class GatewayServer extends DurableObject<Env> implements Revocable {
  #log = createLog(requireConfig(this.env).LOG_LEVEL, { object: "gateway", shard: this.ctx.id.name });
  #gateway = new Gateway(hostOf(this.ctx, this.env, systemClock, this.#log));
  #pipes = new WeakMap<WebSocket, Pipe>();
  /** How each is accepted when it is first spoken to: workerd keeps a hibernating one open that never spoke (decision 052). */
  #unaccepted = new WeakMap<WebSocket, (lastWord: boolean) => void>();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#gateway.wake(ctx.getWebSockets().map((socket) => this.#pipe(socket)));
  }

  /** From the worker only, which wrote the request itself. */
  override async fetch(request: Request): Promise<Response> {
    const query = new URL(request.url).searchParams;
    const upgrade = request.headers.has("upgrade");
    const asked = readEngineRequest(query, request.method, upgrade);
    const { engine } = this.#gateway;
    switch (asked.ask) {
      case "refused":
        return engineRefusal(asked.error);
      case "open": {
        const { caller, auth } = WorkerWord.parse(JSON.parse(request.headers.get("x-edgewise-caller") ?? ""));
        if (engine.full(caller.address)) return new Response(null, { status: 503 });
        if (asked.transport === "polling") return engine.openPolling(caller);
        if (auth) return this.#acceptPlain(engine.newNote(caller), auth);
        return this.#accept(engine.newNote(caller), (pipe) => engine.opened(pipe));
      }
      case "websocket": {
        const note = engine.probeNote(asked.sid);
        if (note) return this.#accept(note, (pipe) => engine.probing(pipe));
        return engine.has(asked.sid) ? closedQuietly() : engineRefusal("session");
      }
      case "poll":
        return engine.poll(asked.sid, request.signal);
      case "post":
        return engine.post(asked.sid, () => bounded(request));
      default:
        return asked satisfies never;
    }
  }

  async deliver(conversation: number, batch: Told[]): Promise<number> {
    return this.#gateway.rooms.deliver(conversation, batch);
  }

  async deliverNews(project: number, news: ProjectNews[]): Promise<number> {
    return this.#gateway.projects.deliver(project, news);
  }

  async release(claim: Claim): Promise<Claimed | null> {
    return this.#gateway.recovery.release(claim);
  }

  async revoke(order: Revocation): Promise<void> {
    this.#gateway.revoke(order);
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    const data: Data = typeof message === "string" ? message : new Uint8Array(message);
    const pipe = this.#pipe(socket);
    try {
      this.#gateway.engine.frame(pipe, pipe.note.caller.plain ? heardPlain(data) : data);
    } catch (error) {
      this.#log("error", "socket.fault", faultFields(error));
      socket.close(1011, "");
    }
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#gateway.engine.gone(this.#pipe(socket));
    // 1005 and 1006 cannot be sent (RFC 6455 §7.4.1); the platform waits for our half of the close.
    socket.close(code === 1005 || code === 1006 ? 1000 : code, "");
  }

  override webSocketError(socket: WebSocket): void {
    this.#gateway.engine.gone(this.#pipe(socket));
  }

  override async alarm(): Promise<void> {
    await this.#gateway.alarm();
  }

  #accept(note: Pipe["note"], accepted: (pipe: Pipe) => void): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    server.serializeAttachment(note);
    accepted(this.#pipe(server));
    return new Response(null, { status: 101, webSocket: client });
  }

  /** A client that says nothing first is accepted with the first word to it: hibernating, unless that word is the last. */
  async #acceptPlain(note: Pipe["note"], auth: object): Promise<Response> {
    const { 0: client, 1: server } = new WebSocketPair();
    server.serializeAttachment(note);
    const { promise: spokenTo, resolve } = Promise.withResolvers<void>();
    this.#unaccepted.set(server, (lastWord) => {
      this.#unaccepted.delete(server);
      if (lastWord) server.accept();
      else this.ctx.acceptWebSocket(server);
      resolve();
    });
    const pipe = this.#pipe(server);
    this.#gateway.engine.opened(pipe);
    this.#gateway.engine.frame(pipe, connectPacket(auth));
    await spokenTo;
    return new Response(null, { status: 101, webSocket: client });
  }

  #pipe(socket: WebSocket): Pipe {
    const known = this.#pipes.get(socket);
    if (known) return known;
    let note = readNote(socket.deserializeAttachment());
    const bare: Pipe = {
      get note() {
        return note;
      },
      keep(next) {
        note = next;
        socket.serializeAttachment(next);
      },
      send: (data) => {
        this.#unaccepted.get(socket)?.(false);
        socket.send(data);
      },
      close: (code, reason) => {
        this.#unaccepted.get(socket)?.(true);
        socket.close(code, reason);
      },
    };
    const answer = (frame: string) => this.#gateway.engine.frame(pipe, frame);
    const pipe = note.caller.plain ? plainPipe(bare, answer) : bare;
    this.#pipes.set(socket, pipe);
    return pipe;
  }
}

/** A WebSocket for a session that has one: accepted and closed, since a refused upgrade is an error event for clients. */
function closedQuietly(): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.close(1000, "");
  return new Response(null, { status: 101, webSocket: client });
}

/** The whole body, or null when it is too large; read to its end either way, up to a bound. */
async function bounded(request: Request): Promise<string | null> {
  const declared = Number(request.headers.get("content-length") ?? 0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > GATEWAY.maxPayload * 4) break;
    if (size <= GATEWAY.maxPayload) chunks.push(chunk);
  }
  if (declared > GATEWAY.maxPayload || size > GATEWAY.maxPayload) return null;
  return Buffer.concat(chunks).toString("utf8");
}
