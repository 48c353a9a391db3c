// The list of messages: ascending ids, no message twice, no hole between the oldest loaded and the newest.
import { isCurrent } from "../protocol/current.ts";
import type { Message } from "../protocol/entities.ts";

export interface History {
  messages: readonly Message[];
  /** There are messages before the first one. */
  older: boolean;
}

/** With `message` in its place; one with the same id is replaced. */
export function withMessage(messages: readonly Message[], message: Message): readonly Message[] {
  const after = messages.findLastIndex((known) => known.id <= message.id);
  const known = messages[after]?.id === message.id;
  return messages.toSpliced(known ? after : after + 1, known ? 1 : 0, message);
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

/** A page that was asked for before the message `before`; null when that one is no longer the oldest. */
export function withOlder(history: History, before: number, page: History): History | null {
  if (history.messages[0]?.id !== before) return null;
  const earlier = page.messages.filter((message) => message.id < before);
  return { messages: [...earlier, ...history.messages], older: page.older };
}
