// What the timeline shows, from the client's state: pure, so that its rules are tested without a browser.
import type { ConversationState, PendingMessage, TurnView } from "../../client/types.ts";
import type { Message } from "../../protocol/entities.ts";
import { endedWithoutText, isOpen, type Turns } from "./turn-notes.ts";

export type TimelineItem =
  | { kind: "day"; key: string; date: string }
  | { kind: "message"; key: string; message: Message; own: boolean; continued: boolean; note: "queued" | null }
  | AnswerItem
  | { kind: "failure"; key: string; turn: TurnView; question: Message | null }
  | { kind: "pending"; key: string; pending: PendingMessage };

interface AnswerItem {
  kind: "answer";
  key: string;
  /** Null while it is being written. */
  message: Message | null;
  turn: TurnView | null;
  text: string;
  question: Message | null;
  /** It stands neither right under its question nor under another answer to it. */
  apart: boolean;
  /** A later turn answers the same question. */
  superseded: boolean;
}

/** Messages of one author this close together share one heading. */
const CONTINUED_MS = 5 * 60_000;

type Source = Pick<ConversationState, "messages" | "turns" | "pending">;

export function buildTimeline({ messages, turns, pending }: Source, userId: number | null): TimelineItem[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const latest = latestTurns(turns);
  const answering = answeringTurns(messages, turns);
  const items: TimelineItem[] = [];
  let previous: Message | null = null;

  const answer = (message: Message | null, turn: TurnView | null, key: string, text: string): AnswerItem => {
    const question = byId.get(turn?.question_id ?? message?.reply_to ?? 0) ?? null;
    const turnId = turn?.id ?? message?.turn_id ?? 0;
    return {
      kind: "answer",
      key,
      message,
      turn,
      text,
      question,
      apart: question !== null && question.id !== previous?.id && question.id !== previous?.reply_to,
      superseded: question !== null && turnId < (answering.get(question.id) ?? 0),
    };
  };

  for (const message of messages) {
    if (!previous || localDay(previous.created_at) !== localDay(message.created_at))
      items.push({ kind: "day", key: `day-${message.id}`, date: message.created_at });
    if (message.role === "assistant") {
      // Keyed by turn, so that the row of the running answer becomes the row of the finished one.
      const key = message.turn_id === null ? `message-${message.id}` : turnKey(message.turn_id);
      const turn = (message.turn_id !== null && turns.get(message.turn_id)) || null;
      items.push(answer(message, turn, key, message.content));
    } else {
      const turn = latest.get(message.id);
      items.push({
        kind: "message",
        key: `message-${message.id}`,
        message,
        own: message.author?.user_id === userId,
        continued: continues(previous, message) && items.at(-1)?.kind === "message",
        note: turn?.state === "queued" ? "queued" : null,
      });
      if (turn && endedWithoutText(turn) && !hasMessage(turn, byId))
        items.push({ kind: "failure", key: turnKey(turn.id), turn, question: message });
    }
    previous = message;
  }

  for (const turn of turns.values())
    if (isOpen(turn) && !hasMessage(turn, byId)) items.push(answer(null, turn, turnKey(turn.id), turn.text));
  const acknowledged = new Set(messages.map((message) => message.client_id));
  for (const message of pending)
    if (!acknowledged.has(message.client_id))
      items.push({ kind: "pending", key: `pending-${message.client_id}`, pending: message });
  return items;
}

const turnKey = (id: number) => `turn-${id}`;

const hasMessage = (turn: TurnView, byId: ReadonlyMap<number, Message>) =>
  turn.answer_id !== null && byId.has(turn.answer_id);

/** Of several turns of one question only the last one counts: an earlier failure is settled by its retry. */
function latestTurns(turns: Turns): Map<number, TurnView> {
  const latest = new Map<number, TurnView>();
  for (const turn of turns.values()) {
    const known = latest.get(turn.question_id);
    if (!known || known.id < turn.id) latest.set(turn.question_id, turn);
  }
  return latest;
}

/** For each question the last turn that has an answer to show, or is writing one. */
function answeringTurns(messages: readonly Message[], turns: Turns): Map<number, number> {
  const answering = new Map<number, number>();
  const count = (questionId: number, turnId: number) =>
    answering.set(questionId, Math.max(turnId, answering.get(questionId) ?? 0));
  for (const { role, reply_to, turn_id } of messages)
    if (role === "assistant" && reply_to !== null && turn_id !== null) count(reply_to, turn_id);
  for (const turn of turns.values()) if (isOpen(turn)) count(turn.question_id, turn.id);
  return answering;
}

function continues(previous: Message | null, message: Message): boolean {
  if (!previous?.author || previous.role !== message.role) return false;
  const gap = Date.parse(message.created_at) - Date.parse(previous.created_at);
  return previous.author.user_id === message.author?.user_id && gap < CONTINUED_MS;
}

const localDay = (timestamp: string) => new Date(timestamp).toDateString();
