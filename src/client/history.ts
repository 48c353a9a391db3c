// The list of messages: ascending ids, no message twice, no hole between the oldest loaded and the newest.
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
