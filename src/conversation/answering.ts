// Runs the turns of one conversation, one at a time: carries out what turns.ts decides. It alone writes turns, their
// ledger and the answer's text. A turn belongs to the object, not to the socket that asked.
import type { Clock } from "../lib/clock.ts";
import { faultFields, type Log } from "../lib/log.ts";
import type { Model, PromptMessage } from "../models/model.ts";
import { estimateCall } from "../models/tokens.ts";
import type { AnswerStub, TurnState } from "../protocol/entities.ts";
import type { Outcome } from "../protocol/errors.ts";
import { faultOf } from "./attempt.ts";
import { Joiner } from "./joiner.ts";
import type { Journal } from "./journal.ts";
import { Pacer } from "./pacer.ts";
import { answerData, offered, promptFor, toolsFor } from "./prompting.ts";
import { answerMessage, endedAttempt, newAttempt, newTurn, publicTurn, stubOf } from "./records.ts";
import type { Spending } from "./spending.ts";
import type { AttemptRecord, StoredEvent, TurnRecord } from "./tables.ts";
import { type Decision, decide, type Happening } from "./turns.ts";
import { type Patience, Watchdog } from "./watchdog.ts";

export interface AnsweringOptions {
  journal: Journal;
  clock: Clock;
  patience: Patience;
  log: Log;
  resolveModel(name: string): Outcome<Model>;
  /** Committed events, to be sent on. */
  publish(events: StoredEvent[]): void;
  /** A committed piece of the running answer, to be sent on. */
  publishText(turn: TurnRecord, from: number, text: string): void;
  /** In the commit that stores the answer of this turn. */
  answered(turn: TurnRecord): void;
  viewers(): number;
  /** How many an interviewer asks at most. */
  interviewQuestions: number;
  /** A turn runs, or none does any more: the object must be kept awake while one does. */
  running(running: boolean): void;
  /** Whether this user may have a model called now; null where nothing is limited. */
  allowance: Pick<Spending, "borrow" | "settle"> | null;
}

/** The one turn that runs in this process. `text` is what is stored. */
interface Run {
  turn: TurnRecord;
  /** The latest one; null before the first. */
  attempt: AttemptRecord | null;
  text: string;
  /** What the latest attempt asked. */
  asked: PromptMessage[];
  /** Set by the one commit that ended the turn. */
  ended: boolean;
  /** Ends the model's stream; the first happening given here is what the attempt ended by. */
  stop: (happening: Happening) => void;
  pacer: Pacer | null;
}

export class Answering {
  #o: AnsweringOptions;
  #run: Run | null = null;
  #waiters = new Map<number, (() => void)[]>();

  constructor(options: AnsweringOptions) {
    this.#o = options;
  }

  /** The running turn and the stored text of its answer. */
  get running(): { turnId: number; text: string } | null {
    return this.#run && { turnId: this.#run.turn.id, text: this.#run.text };
  }

  /** Writes a new turn, queued or (when none is open) begun; call inside a commit, then `pump`. */
  enqueue(questionId: number, userId: number, model: string, temperature: number | null): TurnRecord {
    const { journal, clock } = this.#o;
    const id = journal.ledger.nextTurnId();
    const turn = newTurn({ id, question_id: questionId, user_id: userId, model, temperature, created_at: clock.now() });
    if (journal.ledger.openTurns().length === 0) return this.#begin(turn);
    journal.ledger.putTurn(turn);
    return turn;
  }

  /** Goes on with whatever is stored as open: after a commit that enqueued, and after a wake, when it died. */
  pump(): void {
    if (this.#run) return;
    const { journal } = this.#o;
    const open = journal.ledger.openTurns()[0];
    if (!open) return;
    if (open.state === "queued") {
      const { events } = journal.commit(() => this.#begin(open));
      this.#o.publish(events);
      return this.pump();
    }
    const run = this.#stored(open);
    this.#run = run;
    this.#o.running(true);
    if (run.attempt) this.#o.log("warn", "turn.recovered", { turn: open.id, attempt: run.attempt.attempt });
    this.#answer(run).catch((error: unknown) => {
      this.#o.log("error", "turn.fault", { turn: open.id, ...faultFields(error) });
      if (this.#run === run) this.#run = null; // the heartbeat alarm pumps again, within the attempts left
    });
  }

  /**
   * A person ends an open turn, at once and durably; its state, whichever it is, is the answer. null: no such turn. What
   * there is of its text stays where everybody reads it.
   */
  cancel(turnId: number): TurnState | null {
    const turn = this.#o.journal.ledger.turn(turnId);
    if (!turn || turn.ended_at !== null) return turn?.state ?? null;
    this.#commitEnd(() => this.#cancel(turn, { stays: true }));
    return "cancelled";
  }

  /** Ends open turns in one commit. */
  cancelAll(which: (turn: TurnRecord) => boolean): void {
    this.#commitEnd(() => this.cancelling(which));
  }

  /**
   * Ends open turns within the caller's commit, the waiting ones first, so that none of them begins because the running
   * one has ended. What it returns is to be called when that is committed, before its events are published; then `pump`.
   */
  cancelling(which: (turn: TurnRecord) => boolean): () => void {
    const ended = this.#o.journal.ledger
      .openTurns()
      .filter(which)
      .reverse()
      .map((turn) => this.#cancel(turn, { stays: false }));
    return () => {
      for (const then of ended) then();
    };
  }

  #cancel(turn: TurnRecord, { stays }: { stays: boolean }): () => void {
    const run = this.#run?.turn.id === turn.id ? this.#run : null;
    const ended = run ?? this.#stored(turn);
    const attempt = ended.attempt && endedAttempt(ended.attempt, { type: "cancel" }, this.#o.clock.now());
    const then = this.#writeEnd(ended, { do: "end", state: "cancelled" }, { attempt, stays });
    return () => {
      run?.pacer?.stop();
      then();
      run?.stop({ type: "cancel" });
    };
  }

  /** Resolves when the turn has ended. */
  async settled(turnId: number): Promise<void> {
    const turn = this.#o.journal.ledger.turn(turnId);
    if (!turn || turn.ended_at !== null) return;
    await new Promise<void>((resolve) => {
      this.#waiters.set(turnId, [...(this.#waiters.get(turnId) ?? []), resolve]);
    });
  }

  /** The turn's time has come: number for its answer and event in the caller's commit. */
  #begin(queued: TurnRecord): TurnRecord {
    const { journal, clock } = this.#o;
    const now = clock.now();
    const turn: TurnRecord = {
      ...queued,
      state: "running",
      answer_id: journal.nextMessageId(),
      started_at: now,
    };
    journal.ledger.putTurn(turn);
    journal.append("turn.started", { turn: publicTurn(turn) }, turn.id);
    return turn;
  }

  /** Attempts until the turn has ended. One on record that is not ours died with its process. */
  async #answer(run: Run): Promise<void> {
    let decision = this.#resumed(run);
    while (decision.do === "attempt") {
      if (decision.afterMs > 0) await this.#pause(run, decision.afterMs);
      const happening = run.ended ? null : await this.#try(run, decision.reason);
      if (run.ended || !happening) return;
      decision = this.#judge(run, happening);
    }
    const ending = decision;
    this.#commitEnd(() => this.#writeEnd(run, ending));
  }

  #resumed(run: Run): Decision {
    if (run.attempt) return this.#judge(run, { type: "died" });
    // An allowance that cannot be asked holds a turn up, but not for longer than a turn may take.
    if (this.#progress(run).remainingMs <= 0) return this.#judge(run, { type: "time_up" });
    return { do: "attempt", reason: "first", afterMs: 0 };
  }

  /** Closes the attempt by what ended it, and decides. */
  #judge(run: Run, happening: Happening): Decision {
    const decision = decide(this.#progress(run), happening);
    run.attempt = run.attempt && endedAttempt(run.attempt, happening, this.#o.clock.now());
    if (decision.do === "attempt" && run.attempt) this.#o.journal.ledger.putAttempt(run.attempt);
    return decision;
  }

  /** One attempt, paid for: the ledger's row is committed before the model is called (R4). */
  async #try(run: Run, reason: AttemptRecord["reason"]): Promise<Happening> {
    const { allowance, resolveModel } = this.#o;
    const model = resolveModel(run.turn.model);
    if (!model.ok) return { type: "fault", error: model.error, retryable: false, retryAfterMs: null };
    if (!allowance) {
      this.#openAttempt(run, reason);
      return this.#attempt(run, model.value);
    }
    const { user_id } = run.turn;
    const afford = await allowance.borrow(user_id);
    if (!afford.ok) return { type: "fault", error: afford.error, retryable: false, retryAfterMs: null };
    const had = run.text.length;
    let used: number | undefined;
    try {
      if (run.ended) return { type: "cancel" };
      this.#openAttempt(run, reason);
      const happening = await this.#attempt(run, model.value);
      if (happening.type === "finish") used = happening.usage?.total_tokens;
      return happening;
    } finally {
      allowance.settle(user_id, used ?? estimateCall(run.asked, run.text.slice(had)));
    }
  }

  /** One call to the model: streams into the pacer until something ends it. */
  async #attempt(run: Run, model: Model): Promise<Happening> {
    const { clock, patience, journal } = this.#o;
    const abort = new AbortController();
    let stopped: Happening | null = null;
    run.stop = (happening) => {
      stopped ??= happening;
      abort.abort();
    };
    const pacer = new Pacer(clock, {
      emit: async (text) => {
        const from = run.text.length;
        journal.ledger.addText(run.turn.id, from, text);
        run.text += text;
        this.#o.publishText(run.turn, from, text);
        await journal.durable();
      },
      viewers: this.#o.viewers,
      fault: (error) => run.stop(faultOf(error, this.#o.log)),
    });
    run.pacer = pacer;
    const joiner = new Joiner(run.text, pacer, (happening) => run.stop(happening));
    const watchdog = new Watchdog(clock, patience, run.turn.started_at ?? clock.now(), (h) => run.stop(h));
    let ending: Happening = { type: "cut" };
    try {
      run.asked = promptFor(journal, run.turn, this.#o.interviewQuestions);
      const tools = toolsFor(journal, run.turn);
      const request = { messages: run.asked, partial: run.text, temperature: run.turn.temperature, tools };
      for await (const part of model.stream(request, abort.signal)) {
        if (stopped) break;
        if (part.type === "working") {
          watchdog.working();
          continue;
        }
        watchdog.heard();
        if (run.attempt) run.attempt.first_token_at ??= clock.now();
        if (part.type === "finish") {
          ending = offered(part, tools);
          break;
        }
        joiner.take(part.text);
      }
    } catch (error) {
      ending = faultOf(error, this.#o.log);
    } finally {
      watchdog.stop();
    }
    if (!stopped) joiner.end();
    await pacer.finish();
    return stopped ?? ending;
  }

  #progress(run: Run) {
    const elapsed = this.#o.clock.now() - (run.turn.started_at ?? this.#o.clock.now());
    return {
      attempt: run.turn.attempt,
      length: run.text.length,
      remainingMs: this.#o.patience.totalMs - elapsed,
    };
  }

  #openAttempt(run: Run, reason: AttemptRecord["reason"]): void {
    const { journal, clock } = this.#o;
    const { events } = journal.commit(() => {
      run.turn = { ...run.turn, attempt: run.turn.attempt + 1 };
      if (reason === "restart") {
        journal.ledger.clearText(run.turn.id);
        run.text = "";
        const fields = { turn_id: run.turn.id, attempt: run.turn.attempt, reason: "The answer begins anew." };
        journal.append("turn.reset", fields, run.turn.id);
      }
      run.attempt = newAttempt(run.turn, reason, run.text.length, clock.now());
      journal.ledger.putTurn(run.turn);
      journal.ledger.putAttempt(run.attempt);
    });
    this.#o.publish(events);
  }

  /** The one commit that ends a turn, what follows from it here, and the next turn. */
  #commitEnd(write: () => () => void): void {
    const { value: then, events } = this.#o.journal.commit(write);
    then();
    this.#o.publish(events);
    this.pump();
  }

  /** Writes a turn's end; the next one in the queue begins in the same commit. Returns what follows once that is done. */
  #writeEnd(
    run: Run,
    decision: Extract<Decision, { do: "end" }>,
    { attempt = run.attempt, stays = decision.state === "finished" } = {},
  ): () => void {
    const { journal, clock, interviewQuestions } = this.#o;
    const now = clock.now();
    const turn: TurnRecord = { ...run.turn, state: decision.state, ended_at: now };
    if (decision.state === "finished") {
      turn.finish_reason = decision.finish;
      turn.usage = decision.usage;
    } else if (decision.state !== "cancelled") turn.error = decision.error;
    if (attempt) journal.ledger.putAttempt(attempt);
    journal.ledger.putTurn(turn);
    const calls = decision.state === "finished" ? decision.calls : undefined;
    const data = {
      ...answerData(journal, turn, run.text, interviewQuestions),
      ...(calls ? { tool_calls: calls } : {}),
    };
    const message = run.text === "" && !calls ? null : answerMessage(turn, run.text, data, now);
    const { seq } = this.#appendEnd(turn, message && stubOf(message));
    if (message) {
      const whole = stays ? null : this.#wholeAnswer(turn.question_id);
      journal.addMessage(message, seq);
      if (whole === null) journal.setAnswer(turn.question_id, message.id);
      else journal.append("answer.selected", { question_id: turn.question_id, message_id: whole });
      if (run.text !== "") this.#o.answered(turn);
    }
    journal.ledger.clearText(turn.id);
    const next = journal.ledger.openTurns()[0];
    if (next?.state === "queued") this.#begin(next);
    return () => this.#ended(run, turn);
  }

  /** The current answer, if it was not broken off: a further one that breaks off does not take its place. */
  #wholeAnswer(questionId: number): number | null {
    const { journal } = this.#o;
    const current = journal.message(journal.message(questionId)?.answer_id ?? 0);
    const whole = current?.turn_id && !current.deleted_at && journal.ledger.turn(current.turn_id)?.state === "finished";
    return whole ? current.id : null;
  }

  #ended(run: Run, turn: TurnRecord): void {
    run.ended = true;
    if (this.#run === run) this.#run = null;
    if (!this.#run) this.#o.running(false);
    this.#o.log("info", "turn.ended", {
      turn: turn.id,
      user: turn.user_id,
      state: turn.state,
      model: turn.model,
      attempts: turn.attempt,
      ms: (turn.ended_at ?? 0) - turn.created_at,
      first_token_ms: run.attempt?.first_token_at && run.attempt.first_token_at - turn.created_at,
      length: run.text.length,
      rows: this.#o.journal.takeRowsWritten(), // all that were written here since the last such line
      error: turn.error?.code,
    });
    for (const wake of this.#waiters.get(turn.id) ?? []) wake();
    this.#waiters.delete(turn.id);
  }

  #appendEnd(turn: TurnRecord, message: AnswerStub | null): StoredEvent {
    const { journal } = this.#o;
    const { state } = turn;
    if (state === "finished" && message)
      return journal.append("turn.finished", { turn: publicTurn(turn), message }, turn.id);
    if (state === "cancelled" || state === "interrupted")
      return journal.append(`turn.${state}`, { turn: publicTurn(turn), ...(message ? { message } : {}) }, turn.id);
    return journal.append("turn.failed", { turn: publicTurn(turn) }, turn.id);
  }

  /** An open turn as it is stored. */
  #stored(turn: TurnRecord): Run {
    const { journal } = this.#o;
    const attempt = journal.ledger.attempts(turn.id).at(-1) ?? null;
    return { turn, attempt, text: journal.ledger.text(turn.id), asked: [], ended: false, stop: () => {}, pacer: null };
  }

  #pause(run: Run, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#o.clock.after(ms, resolve);
      run.stop = () => {
        cancel();
        resolve();
      };
    });
  }
}
