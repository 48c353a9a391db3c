// A whole conversation as one file, of any length in little memory: pages are read as fast as the reader takes them.
import type { Message } from "../protocol/entities.ts";
import type { Outcome } from "../protocol/errors.ts";
import type { ConversationListItem } from "../protocol/rest.ts";

export type ExportFormat = "json" | "md";

export interface ExportSource {
  conversation: ConversationListItem;
  /** ISO 8601. */
  at: string;
  /** Messages above this id, ascending; a refusal or a fault breaks the file off, so that it never looks complete. */
  after(id: number): Promise<Outcome<{ messages: Message[]; newer: boolean }>>;
}

export function exported(source: ExportSource, format: ExportFormat): ReadableStream<Uint8Array> {
  const pieces = format === "json" ? asJson(source) : asMarkdown(source);
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}

async function* pages({ after }: ExportSource): AsyncGenerator<Message[], undefined> {
  for (let last = 0, more = true; more; ) {
    const page = await after(last);
    if (!page.ok) throw new Error(`The export broke off: ${page.error.message}`);
    const { messages, newer } = page.value;
    yield messages;
    last = messages.at(-1)?.id ?? last;
    more = newer && messages.length > 0;
  }
}

async function* asJson(source: ExportSource): AsyncGenerator<string, undefined> {
  const { members, role: _, unread: __, last_message: ___, ...conversation } = source.conversation;
  const head = JSON.stringify({ conversation, members: members ?? [], exported_at: source.at });
  yield `${head.slice(0, -1)},"messages":[`;
  let separator = "\n";
  for await (const messages of pages(source)) {
    for (const message of messages) {
      yield `${separator}${JSON.stringify(message)}`;
      separator = ",\n";
    }
  }
  yield "\n]}\n";
}

async function* asMarkdown(source: ExportSource): AsyncGenerator<string, undefined> {
  const { conversation, at } = source;
  const people = conversation.members?.map(({ name, role }) => `${inline(name)} (${role})`).join(", ");
  yield `# ${inline(conversation.title ?? `Conversation ${conversation.id}`)}\n\n`;
  yield `- Begun: ${conversation.created_at}\n- Exported: ${at}\n- People: ${people}\n`;
  /** Question → its current answer, of the questions gone by. */
  const current = new Map<number, number>();
  for await (const messages of pages(source))
    for (const message of messages) {
      if (message.answer_id !== undefined) current.set(message.id, message.answer_id);
      const chosen = current.get(message.reply_to ?? 0);
      yield entry(message, message.role === "assistant" && chosen !== undefined && chosen !== message.id);
    }
}

function entry(message: Message, variant: boolean): string {
  const { id, role, author, created_at, edited_at, deleted_at, reply_to, content } = message;
  const who = author ? inline(author.name) : role === "assistant" ? "Assistant" : role;
  const marks = [
    reply_to === null ? null : `to #${reply_to}`,
    variant ? "another answer" : null,
    edited_at ? `edited ${edited_at}` : null,
  ].filter((mark) => mark !== null);
  const heading = `\n## #${id} ${who}, ${created_at}${marks.length > 0 ? ` (${marks.join(", ")})` : ""}\n\n`;
  return `${heading}${deleted_at ? `*Deleted ${deleted_at}*\n` : quoted(content)}`;
}

/** A block quote: whatever the text holds, it cannot end its own block or begin another message. */
const quoted = (text: string): string =>
  text
    .split(/\r\n|[\n\r\u2028\u2029\u0085]/)
    .map((line) => (line === "" ? ">\n" : `> ${line}\n`))
    .join("");

/** On one line, nothing in it means anything to Markdown or HTML. */
const inline = (text: string): string =>
  text.replace(/\s+/g, " ").replace(/[\\`*_{}[\]<>()#+!|~&]/g, (character) => `\\${character}`);

/** For Content-Disposition: an ASCII name for old clients and the real one (RFC 6266 §4.3, RFC 8187). */
export function attachment(title: string | null, id: number, format: ExportFormat): string {
  const name = `${(title ?? `Conversation ${id}`)
    .replace(/[\p{Cc}\p{Cf}/\\:*?"<>|]/gu, " ")
    .replace(/\s+/g, " ")
    .trim()}.${format}`;
  const plain = name.replace(/[^\x20-\x7e]/g, "_").replace(/["%\\]/g, "_");
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
