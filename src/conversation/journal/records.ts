// From rows to what the protocol shows, and new rows.
import { iso } from "../../lib/clock.ts";
import type { AnswerStub, Attempt, Conversation, Message, Turn } from "../../protocol/entities.ts";
import { type Happening, outcome } from "../turns/turns.ts";
import type { AttemptRecord, NewConversation, TurnRecord } from "./tables.ts";

/** A ledger row as it stands before the call. */
export const newAttempt = (
  turn: TurnRecord,
  reason: AttemptRecord["reason"],
  start: number,
  now: number,
): AttemptRecord => ({
  turn_id: turn.id,
  attempt: turn.attempt,
  reason,
  model: turn.model,
  start,
  outcome: "running",
  error: null,
  usage: null,
  started_at: now,
  first_token_at: null,
  ended_at: null,
});

/** The ledger's row of the call for a title after this turn: none of the turn's own attempts, so it has number 0. */
export const titleAttempt = (turn: TurnRecord, model: string, now: number): AttemptRecord => ({
  ...newAttempt(turn, "title", 0, now),
  attempt: 0,
  model,
});

/** What the ledger says of an attempt that something has ended; one closed before its process died stays as it is. */
export function endedAttempt(attempt: AttemptRecord, happening: Happening, now: number): AttemptRecord {
  if (attempt.outcome !== "running") return attempt;
  const result = outcome(happening);
  const error = happening.type === "fault" ? happening.error.code : happening.type;
  return {
    ...attempt,
    outcome: result,
    error: result === "ok" ? null : error,
    usage: happening.type === "finish" ? happening.usage : null,
    ended_at: now,
  };
}

/** A turn that nothing has happened to. */
export const newTurn = (
  asked: Pick<TurnRecord, "id" | "question_id" | "user_id" | "model" | "temperature" | "created_at">,
): TurnRecord => ({
  ...asked,
  answer_id: null,
  state: "queued",
  attempt: 0,
  finish_reason: null,
  usage: null,
  error: null,
  started_at: null,
  ended_at: null,
});

/** What clients see of a turn. */
export const publicTurn = ({ user_id: _, temperature: __, ...turn }: TurnRecord): Turn => ({
  ...turn,
  created_at: iso(turn.created_at),
  started_at: turn.started_at === null ? null : iso(turn.started_at),
  ended_at: turn.ended_at === null ? null : iso(turn.ended_at),
});

/** The answer as a message. */
export const answerMessage = (turn: TurnRecord, content: string, data: Message["data"], now: number): Message => ({
  id: turn.answer_id ?? turn.question_id + 1,
  role: "assistant",
  author: null,
  content,
  data,
  files: [],
  turn_id: turn.id,
  reply_to: turn.question_id,
  client_id: null,
  created_at: iso(now),
});

/** The answer as its turn's last event carries it. */
export const stubOf = ({ content, ...message }: Message): AnswerStub => ({ ...message, length: content.length });

/** What the turns route shows of the ledger. */
export const publicAttempt = ({ start, ...attempt }: AttemptRecord): Attempt => ({
  ...attempt,
  from: start,
  started_at: iso(attempt.started_at),
  first_token_at: attempt.first_token_at === null ? null : iso(attempt.first_token_at),
  ended_at: attempt.ended_at === null ? null : iso(attempt.ended_at),
});

/** What clients see of a conversation. */
export const publicConversation = (head: NewConversation): Conversation => ({
  id: head.id,
  kind: head.kind,
  title: head.title,
  model: head.model,
  instructions: head.instructions,
  assistant_mode: head.assistant_mode,
  temperature: head.temperature,
  created_at: iso(head.created_at),
});
