// The calls in a conversation's messages: which still wait for a result, and which question they lead back to.
import { isCurrent } from "../../protocol/current.ts";
import type { Message } from "../../protocol/entities.ts";
import { callsOf, resultOf, type ToolCall } from "../../protocol/tools.ts";
import type { Journal } from "../journal/journal.ts";

/** A call is answered while it is among these latest messages. */
const RECENT = 200;

export const recentMessages = (journal: Journal): Message[] =>
  journal.messagesBefore(journal.lastMessageId + 1, RECENT);

/** Calls without a result yet: every client that is here, or comes later, may run them. */
export const openCalls = (journal: Journal): ToolCall[] => waitingIn(journal).flatMap(({ calls }) => calls);

export interface Waiting {
  answer: Message;
  calls: ToolCall[];
}

/** Oldest first. */
export function waitingIn(journal: Journal): Waiting[] {
  if (!journal.head?.tools?.length) return [];
  const recent = recentMessages(journal);
  return recent
    .flatMap((answer) => {
      const brought = resultsOf(answer, recent);
      const calls = callsOf(answer).filter(({ call_id }) => !brought.has(call_id));
      return calls.length > 0 && !answer.deleted_at && stands(journal, answer) ? { answer, calls } : [];
    })
    .reverse();
}

/** No other answer has taken its place, nor that of one that led to it. */
export function stands(journal: Journal, message: Message): boolean {
  const before = journal.message(message.reply_to ?? 0);
  if (message.role === "user" || !before) return true;
  return isCurrent(message, () => before) && stands(journal, before);
}

/** Of all results of an answer's calls the one that came last. */
export const lastResult = (journal: Journal, answer: Message): Message | undefined =>
  journal.messagesAfter(answer.id, RECENT).findLast(({ reply_to }) => reply_to === answer.id);

/** What a person said that led to this message: behind an answer its question, behind a result what called for it. */
export function originOf(journal: Journal, message: Message): Message {
  const follows = message.role === "assistant" || message.role === "tool";
  const before = follows ? journal.message(message.reply_to ?? 0) : null;
  return before ? originOf(journal, before) : message;
}

/** What was brought for the calls of this answer, by the call. */
export function resultsOf(answer: Message, recent: readonly Message[]): Map<string, Message> {
  const results = recent.filter(({ reply_to }) => reply_to === answer.id);
  return new Map(results.map((message) => [resultOf(message)?.call_id ?? "", message]));
}
