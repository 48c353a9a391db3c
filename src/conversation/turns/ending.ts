// Writes the end of a turn: its row and its last attempt's, the answer as a message, which answer is current, the event that
// tells of it. All of it within the caller's commit.
import type { Clock } from "../../lib/clock.ts";
import type { LogFields } from "../../lib/log.ts";
import type { AnswerStub, Message } from "../../protocol/entities.ts";
import type { Journal } from "../journal/journal.ts";
import { answerMessage, endedAttempt, publicTurn, stubOf } from "../journal/records.ts";
import type { StoredEvent, TurnRecord } from "../journal/tables.ts";
import { answerData } from "./prompting.ts";
import type { Run } from "./run.ts";
import type { Decision } from "./turns.ts";

export interface EndingOptions {
  journal: Journal;
  clock: Clock;
  /** How many an interviewer asks at most. */
  interviewQuestions: number;
}

export type End = Extract<Decision, { do: "end" }>;

/** What there is of a turn when it ends. */
type Written = Pick<Run, "turn" | "attempt" | "text">;

export class Ending {
  #o: EndingOptions;

  constructor(options: EndingOptions) {
    this.#o = options;
  }

  /**
   * `stays`: its answer becomes the current one, also where an earlier one is whole, but not where a person has chosen
   * one meanwhile. Returns the turn as it has ended.
   */
  write(written: Written, end: End, stays: boolean): TurnRecord {
    const { journal, clock } = this.#o;
    const now = clock.now();
    const turn = endedTurn(written.turn, end, now);
    journal.ledger.putTurn(turn);
    // Any that ended by itself is closed already.
    if (written.attempt) journal.ledger.putAttempt(endedAttempt(written.attempt, { type: "cancel" }, now));
    const message = this.#message(turn, end, written.text, now);
    const { seq } = this.#append(turn, message && stubOf(message));
    if (message) {
      const whole = stays ? null : this.#wholeAnswer(turn.question_id);
      const kept = journal.chosenDuring(turn.question_id, turn.id) ?? whole;
      journal.addMessage(message, seq);
      if (kept === null) journal.setAnswer(turn.question_id, message.id);
      else journal.append("answer.selected", { question_id: turn.question_id, message_id: kept });
    }
    journal.ledger.clearText(turn.id);
    return turn;
  }

  #message(turn: TurnRecord, end: End, text: string, now: number): Message | null {
    const { journal, interviewQuestions } = this.#o;
    const calls = end.state === "finished" ? end.calls : undefined;
    if (text === "" && !calls) return null;
    const data = answerData(journal, turn, text, interviewQuestions);
    return answerMessage(turn, text, calls ? { ...data, tool_calls: calls } : data, now);
  }

  /** The current answer, if it was not broken off: a further one that breaks off does not take its place. */
  #wholeAnswer(questionId: number): number | null {
    const { journal } = this.#o;
    const current = journal.message(journal.message(questionId)?.answer_id ?? 0);
    const whole = current?.turn_id && !current.deleted_at && journal.ledger.turn(current.turn_id)?.state === "finished";
    return whole ? current.id : null;
  }

  #append(record: TurnRecord, message: AnswerStub | null): StoredEvent {
    const { journal } = this.#o;
    const turn = publicTurn(record);
    const { state } = turn;
    if (state === "finished" && message) return journal.append("turn.finished", { turn, message }, turn.id);
    if (state === "cancelled" || state === "interrupted")
      return journal.append(`turn.${state}`, { turn, ...(message ? { message } : {}) }, turn.id);
    return journal.append("turn.failed", { turn }, turn.id);
  }
}

function endedTurn(turn: TurnRecord, end: End, now: number): TurnRecord {
  const ended = { ...turn, state: end.state, ended_at: now };
  switch (end.state) {
    case "finished":
      return { ...ended, finish_reason: end.finish, usage: end.usage };
    case "failed":
    case "interrupted":
      return { ...ended, error: end.error };
    case "cancelled":
      return ended;
    default:
      return end satisfies never;
  }
}

/** What the log says of it. */
export const endFields = (turn: TurnRecord, { attempt, text }: Written): LogFields => ({
  turn: turn.id,
  user: turn.user_id,
  state: turn.state,
  model: turn.model,
  attempts: turn.attempt,
  ms: (turn.ended_at ?? 0) - turn.created_at,
  first_token_ms: attempt?.first_token_at && attempt.first_token_at - turn.created_at,
  length: text.length,
  error: turn.error?.code,
});
