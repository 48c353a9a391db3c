// A whole conversation as one file, of any length in little memory: a page is read when the reader has taken the one
// before it. A file that cannot be finished breaks off with an error, so that it never looks complete.
import { isCurrent } from "../protocol/current.ts";
import type { Outcome } from "../protocol/errors.ts";
import type { ConversationListItem } from "../protocol/rest.ts";
import { disposition } from "./disposition.ts";
import { type ExportedMessage, entry, heading } from "./export-markdown.ts";

export type ExportFormat = "json" | "md";

export interface ExportSource {
  conversation: ConversationListItem;
  /** ISO 8601. */
  at: string;
  /** Messages above this id, ascending. */
  after(id: number): Promise<Outcome<{ messages: ExportedMessage[]; newer: boolean }>>;
  /** Called once, however it ended; `complete` when everything was taken. */
  ended(messages: number, complete: boolean): void;
}

export function exported(source: ExportSource, format: ExportFormat): ReadableStream<Uint8Array> {
  const read = new Pages(source);
  const pieces = format === "json" ? asJson(source, read) : asMarkdown(source, read);
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await pieces.next().catch((fault: unknown) => {
          source.ended(read.count, false);
          throw fault;
        });
        if (!next.done) return controller.enqueue(encoder.encode(next.value));
        source.ended(read.count, true);
        controller.close();
      },
      cancel: () => source.ended(read.count, false),
    },
    { highWaterMark: 0 },
  );
}

class Pages {
  count = 0;
  #source: ExportSource;

  constructor(source: ExportSource) {
    this.#source = source;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ExportedMessage[], undefined> {
    for (let last = 0, more = true; more; ) {
      const page = await this.#source.after(last);
      if (!page.ok) throw new Error(`the export broke off: ${page.error.code}`);
      const { messages, newer } = page.value;
      this.count += messages.length;
      yield messages;
      last = messages.at(-1)?.id ?? last;
      more = newer && messages.length > 0;
    }
  }
}

async function* asJson(source: ExportSource, read: Pages): AsyncGenerator<string, undefined> {
  const { members, role: _, unread: __, last_message: ___, ...conversation } = source.conversation;
  const head = JSON.stringify({ conversation, members: members ?? [], exported_at: source.at });
  yield `${head.slice(0, -1)},"messages":[`;
  let separator = "\n";
  for await (const messages of read) {
    if (messages.length === 0) continue;
    yield separator + messages.map((message) => JSON.stringify(message)).join(",\n");
    separator = ",\n";
  }
  yield "\n]}\n";
}

async function* asMarkdown(source: ExportSource, read: Pages): AsyncGenerator<string, undefined> {
  yield heading(source.conversation, source.at);
  /** Of the questions gone by, what says which of their answers is current. */
  const questions = new Map<number, Pick<ExportedMessage, "answer_id" | "edited_at">>();
  for await (const messages of read) {
    let text = "";
    for (const message of messages) {
      const { id, answer_id, edited_at } = message;
      if (answer_id !== undefined || edited_at !== undefined) questions.set(id, { answer_id, edited_at });
      text += entry(message, !isCurrent(message, (question) => questions.get(question)));
    }
    yield text;
  }
}

/** For Content-Disposition: an ASCII name for old clients and the real one (RFC 6266 §4.3, RFC 8187). */
export function attachment(title: string | null, id: number, format: ExportFormat): string {
  const name = `${(title ?? `Conversation ${id}`)
    .replace(/[\p{Cc}\p{Cf}/\\:*?"<>|]/gu, " ")
    .replace(/\s+/g, " ")
    .trim()}.${format}`;
  return disposition("attachment", name);
}
