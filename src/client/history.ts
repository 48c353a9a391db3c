// What is loaded of a conversation: messages with ascending ids, none twice, and where some between two are missing.
import { isCurrent } from "../protocol/current.ts";
import type { Message } from "../protocol/entities.ts";

export interface History {
  messages: readonly Message[];
  /** There are messages before the first one. */
  older: boolean;
  /** The loaded messages behind which some are not loaded, by id. The newest are always there. */
  gaps: ReadonlySet<number>;
}

/** All that there is from one number to another. */
export interface Stretch {
  from: number;
  to: number;
  messages: readonly Message[];
}

/** With a stretch in its place. What is loaded stays as it is: it has followed every event. */
export function withStretch(history: History, { from, to, messages: found }: Stretch): History {
  const loaded = history.messages;
  const byId = new Map([...found, ...loaded].map((message) => [message.id, message]));
  const messages = [...byId.values()].sort((a, b) => a.id - b.id);
  const gaps = new Set([...history.gaps].filter((id) => id < from - 1 || id > to));
  const next = loaded.findIndex(({ id }) => id > to);
  const before = loaded[next - 1];
  const missing = before ? history.gaps.has(before.id) : history.older;
  const last = messages.findLast(({ id }) => id <= to);
  if (last && missing && to + 1 < (loaded[next]?.id ?? 0)) gaps.add(last.id);
  return { messages, older: history.older && from > 1, gaps };
}

/** With `message` in its place; one with the same id is replaced. */
export function withMessage(history: History, message: Message): History {
  const { id } = message;
  return history.messages.some((known) => known.id === id)
    ? { ...history, messages: changeMessage(history.messages, id, message) }
    : withStretch(history, { from: id, to: id, messages: [message] });
}

/** The message that arrived last: an answer bears the time of its end, whatever its number. */
export function latestOf(messages: readonly Message[]): Message | null {
  let latest: Message | null = null;
  for (const message of messages) if (!latest || message.created_at >= latest.created_at) latest = message;
  return latest;
}

/** Without what is deleted, and of several answers to a question with the current one only. */
export function withoutOthers(messages: readonly Message[]): readonly Message[] {
  const known = new Map(messages.map((message) => [message.id, message]));
  return messages.filter((message) => !message.deleted_at && isCurrent(message, (id) => known.get(id)));
}

/** One message as it is now, if it is loaded. */
export const replaceMessage = (messages: readonly Message[], message: Message): readonly Message[] =>
  messages.map((known) => (known.id === message.id ? message : known));

/** One message changed, if it is loaded. */
export const changeMessage = (messages: readonly Message[], id: number, change: Partial<Message>): readonly Message[] =>
  messages.map((message) => (message.id === id ? { ...message, ...change } : message));

/** With this answer as the current one of its question. */
export const withAnswer = (messages: readonly Message[], questionId: number, answerId: number): readonly Message[] =>
  changeMessage(messages, questionId, { answer_id: answerId });

/** With a question of which this was the current answer left without one. */
export const withoutAnswer = (messages: readonly Message[], answerId: number): readonly Message[] =>
  messages.map((message) => {
    if (message.answer_id !== answerId) return message;
    const { answer_id: _, ...question } = message;
    return question;
  });
