// A reader of server-sent events, as a test sees it.
import { Changes } from "../../support/changes.ts";
import { call, errorOf } from "../http/client.ts";

export interface StreamEvent {
  event: string;
  id: string | null;
  data: Record<string, unknown>;
}

export class TestStream {
  readonly events: StreamEvent[] = [];
  #reader: ReadableStreamDefaultReader<string>;
  #finished: Promise<void>;
  #changes = new Changes();
  #done = false;

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.pipeThrough(new TextDecoderStream()).getReader();
    this.#finished = this.#read();
  }

  async until(fits: (event: StreamEvent) => boolean): Promise<StreamEvent> {
    for (;;) {
      const found = this.events.find(fits);
      if (found) return found;
      if (this.#done) throw new Error("the stream ended before the event came");
      await this.#changes.next();
    }
  }
  ended(): Promise<void> {
    return this.#finished;
  }
  /** The reader goes away. */
  leave(): Promise<void> {
    return this.#reader.cancel();
  }
  get types(): string[] {
    return this.events.map(({ event }) => event);
  }
  get text(): string {
    return this.events.map(({ event, data }) => (event === "text" ? String(data.text) : "")).join("");
  }

  async #read(): Promise<void> {
    let rest = "";
    for (;;) {
      const { done, value } = await this.#reader.read().catch(() => ({ done: true, value: undefined }));
      if (done) break;
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop() ?? "";
      this.events.push(...blocks.filter((block) => !block.startsWith(":")).map(parse));
      this.#changes.tell();
    }
    this.#done = true;
    this.#changes.tell();
  }
}

function parse(block: string): StreamEvent {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1] ?? null;
  return { event: field("event") ?? "message", id: field("id"), data: JSON.parse(field("data") ?? "null") };
}

export async function watch(id: number, token: string, lastId?: string): Promise<TestStream> {
  const headers = lastId === undefined ? {} : { "last-event-id": lastId };
  return streamOf(await call(`/api/v1/conversations/${id}/events`, { token, headers }));
}

export async function streamOf(response: Response): Promise<TestStream> {
  if (!response.ok || !response.body) throw new Error(`refused: ${JSON.stringify(await errorOf(response))}`);
  return new TestStream(response.body);
}
