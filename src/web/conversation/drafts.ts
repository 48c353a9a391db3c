// What is being written and not sent, for each conversation, kept in this browser until it is sent or its person logs out.
import * as z from "zod";

const PREFIX = "edgewise.draft.";

/** A message of one's own whose text is being changed, `from` what it said when that was begun. */
const Edit = z.object({ message_id: z.int(), text: z.string(), from: z.string() });
export type Edit = z.infer<typeof Edit>;

const keys = {
  text: (conversationId: number) => PREFIX + conversationId,
  reply: (conversationId: number) => `${PREFIX}${conversationId}.reply`,
  edit: (conversationId: number) => `${PREFIX}${conversationId}.edit`,
};

const keep = (key: string, value: string): void =>
  value === "" ? localStorage.removeItem(key) : localStorage.setItem(key, value);

export const readDraft = (conversationId: number): string => localStorage.getItem(keys.text(conversationId)) ?? "";
export const keepDraft = (conversationId: number, text: string): void => keep(keys.text(conversationId), text);

/** The message that the draft replies to. */
export const readReply = (conversationId: number): number | null =>
  Number(localStorage.getItem(keys.reply(conversationId))) || null;
export const keepReply = (conversationId: number, messageId: number | null): void =>
  keep(keys.reply(conversationId), messageId === null ? "" : String(messageId));

export function readEdit(conversationId: number): Edit | null {
  const kept = localStorage.getItem(keys.edit(conversationId));
  if (kept === null) return null;
  try {
    return Edit.safeParse(JSON.parse(kept)).data ?? null;
  } catch {
    return null; // not ours, or half written: nothing to lose but a draft
  }
}
export const keepEdit = (conversationId: number, edit: Edit | null): void =>
  keep(keys.edit(conversationId), edit === null ? "" : JSON.stringify(edit));

/** The next person at this browser must not find them. */
export function forgetDrafts(): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
}
