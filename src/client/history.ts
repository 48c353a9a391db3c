// The list of messages: ascending ids, no message twice, no hole between the oldest loaded and the newest.
import type { Message } from "../protocol/entities.ts";
import type { Snapshot } from "../protocol/frames.ts";

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

/** A snapshot's messages, behind the older ones already loaded when there is no hole between. */
export function withSnapshot(history: History, snapshot: Snapshot): History {
  const first = snapshot.messages[0];
  const last = history.messages.at(-1);
  const joined = first !== undefined && last !== undefined && first.id <= last.id + 1;
  const before = joined ? history.messages.filter((message) => message.id < first.id) : [];
  return before.length > 0
    ? { messages: [...before, ...snapshot.messages], older: history.older }
    : { messages: snapshot.messages, older: snapshot.older };
}

/** A page that was asked for before the message `before`; null when that one is no longer the oldest. */
export function withOlder(history: History, before: number, page: History): History | null {
  if (history.messages[0]?.id !== before) return null;
  const earlier = page.messages.filter((message) => message.id < before);
  return { messages: [...earlier, ...history.messages], older: page.older };
}
