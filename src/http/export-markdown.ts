// A conversation as Markdown. What people and models wrote stands in block quotes, in which nothing can end its block, begin
// a message, or act as HTML on what stands around it.
import type { Message } from "../protocol/entities.ts";
import type { ConversationListItem } from "../protocol/rest.ts";

/** A message as files show it: an answer with the model that wrote it. */
export type ExportedMessage = Message & { model?: string };

export function heading(conversation: ConversationListItem, at: string): string {
  const people = (conversation.members ?? []).map(({ name, role }) => `${inline(name)} (${role})`).join(", ");
  return [
    `# ${inline(conversation.title ?? `Conversation ${conversation.id}`)}`,
    "",
    `- Begun: ${conversation.created_at}`,
    `- Exported: ${at}`,
    `- People: ${people}`,
    "",
  ].join("\n");
}

/** `other`: an answer besides the current one, folded away. */
export function entry(message: ExportedMessage, other: boolean): string {
  const { id, role, author, created_at, edited_at, deleted_at, reply_to, model } = message;
  const who = author ? inline(author.name) : role === "assistant" ? "Assistant" : role;
  const notes = [
    model === undefined ? null : inline(model),
    reply_to === null ? null : `to #${reply_to}`,
    edited_at ? `edited ${edited_at}` : null,
  ].filter((note) => note !== null);
  const line = `#${id} ${who}, ${created_at}${notes.length > 0 ? ` (${notes.join(", ")})` : ""}`;
  const body = deleted_at ? `*Deleted ${deleted_at}*\n` : quoted(message.content);
  return other
    ? `\n<details><summary>Another answer</summary>\n\n**${line}**\n\n${body}\n</details>\n`
    : `\n## ${line}\n\n${body}`;
}

/** Opened at the very beginning of a line: a fence inside a list would end with its item, unseen here. */
const OPENS = /^(?:(`{3,})[^`]*|(~{3,}).*)$/;
const CLOSES = /^ {0,3}(`{3,}|~{3,})[ \t]*$/;

/**
 * Each line behind a `>`. Code in fences stays as it is; elsewhere no tag and no definition of a link can begin, nor a fence
 * that is not seen here: of what looked like its end everything behind it would be taken for code.
 */
function quoted(text: string): string {
  let fence: string | null = null;
  return text
    .split(/\r\n|[\n\r\u2028\u2029\u0085]/)
    .map((line) => {
      const code: boolean = fence !== null;
      if (fence !== null && CLOSES.exec(line)?.[1]?.startsWith(fence)) fence = null;
      else if (fence === null) {
        const [, ticks, tildes] = OPENS.exec(line) ?? [];
        fence = ticks ?? tildes ?? null;
      }
      const opens = !code && fence !== null;
      const tagless = code ? line : line.replaceAll("<", "&lt;").replaceAll("]:", "]&#58;");
      const harmless = code || opens ? tagless : tagless.replace(/`{3,}|~{3,}/g, (run) => run.replaceAll(/./g, "\\$&"));
      return harmless === "" ? ">\n" : `> ${harmless}\n`;
    })
    .join("");
}

/** On one line, nothing in it means anything to Markdown or HTML. */
const inline = (text: string): string =>
  text.replace(/\s+/g, " ").replace(/[\\`*_{}[\]<>()#+!|~&]/g, (character) => `\\${character}`);
