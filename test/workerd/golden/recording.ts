// What passes between one client and the server, written down as it happens.
import * as z from "zod";
import type { Line } from "../../support/golden.ts";
import { type Place, TestSocket, upgrade } from "../conversation/socket.ts";
import { type Call, call, type Fetch, worker } from "../http/client.ts";

const Frame = z.record(z.string(), z.unknown());
const ENDS = /^turn\.(finished|failed|cancelled|interrupted)$/;

/** How somebody connects; `as` says it in words where it matters. */
export interface Credentials {
  as?: string;
  headers?: Record<string, string>;
  query?: string;
}

export class Recording {
  readonly lines: Line[] = [];
  /** Over: what comes now is not part of it. */
  stopped = false;

  write(line: Line): void {
    if (!this.stopped) this.lines.push(line);
  }

  async connect(id: number, { as, headers, query = "" }: Credentials, place: Place = {}) {
    this.write({ connect: { ...place }, ...(as === undefined ? {} : { with: as }) });
    const cursor = new URLSearchParams(Object.entries(place).map(([name, value]) => [name, String(value)]));
    const response = await upgrade(`/parties/conversation/${id}?${cursor}&${query}`, headers);
    if (response.webSocket) return RecordedSocket.on(response.webSocket, this, place);
    this.write({ refused: { status: response.status, body: Frame.parse(await response.json()) } });
    return null;
  }

  /** A request over HTTP and its answer. */
  async request(path: string, asked: Call, fetch: Fetch = worker): Promise<void> {
    const { method = asked.body === undefined ? "GET" : "POST", headers, body = null } = asked;
    const login = asked.token === undefined ? {} : { authorization: "Bearer AN_ACCESS_TOKEN" };
    this.write({ request: { method, path, headers: { ...login, ...headers }, body } });
    const response = await call(path, asked, fetch);
    const pause = response.headers.get("retry-after");
    const answered = pause === null ? {} : { "retry-after": pause };
    this.write({ response: { status: response.status, headers: answered, body: await response.json() } });
  }
}

export class RecordedSocket extends TestSocket {
  #recording: Recording;
  #since: number;
  #cut = false;

  /** Listens before anybody else does, so that what is answered at once comes after what it answers. */
  static on(socket: WebSocket, recording: Recording, place: Place): RecordedSocket {
    let recorded: RecordedSocket | null = null;
    socket.addEventListener("message", ({ data }) => {
      if (recorded === null || recorded.#cut) return;
      recording.write({ to: "client", frame: Frame.parse(JSON.parse(String(data))) });
    });
    recorded = new RecordedSocket(socket, recording, place);
    return recorded;
  }

  private constructor(socket: WebSocket, recording: Recording, place: Place) {
    super(socket);
    this.#recording = recording;
    this.#since = Number(place.since ?? 0);
    socket.addEventListener("close", ({ code, reason }) => {
      if (!this.#cut) recording.write({ close: { code, reason } });
    });
  }

  override send(frame: object | string): void {
    this.#recording.write(
      typeof frame === "string"
        ? { to: "server", text: frame }
        : { to: "server", frame: Frame.parse(JSON.parse(JSON.stringify(frame))) },
    );
    super.send(frame);
  }

  /** A long text, written down as what is repeated and how often. */
  sendLong(frame: { content: string; [field: string]: unknown } | string, times: number): void {
    const repeated = (text: string) => text.repeat(times);
    if (typeof frame === "string") {
      this.#recording.write({ to: "server", text: frame, times: { text: times } });
      return super.send(repeated(frame));
    }
    this.#recording.write({ to: "server", frame, times: { content: times } });
    super.send({ ...frame, content: repeated(frame.content) });
  }

  /** The network fails without a word. */
  cut(): Place {
    const { place } = this;
    this.#cut = true;
    this.#recording.write({ cut: true });
    this.close();
    return place;
  }

  /** Where a client stands that has seen all of this. */
  get place(): Place {
    let since = this.snapshot?.seq ?? this.#since;
    let turn = this.snapshot?.turns.find(({ state }) => state === "running")?.id ?? null;
    for (const event of this.events) {
      since = event.seq;
      if (event.type === "turn.started") turn = event.turn.id;
      else if (ENDS.test(event.type) && "turn" in event && event.turn.id === turn) turn = null;
    }
    const text = turn === null ? {} : { turn, offset: this.answer().length };
    return { epoch: this.welcome.epoch, since, ...text };
  }
}
