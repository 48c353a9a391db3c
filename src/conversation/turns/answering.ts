// Runs the turns of one conversation, one at a time: carries out what turns.ts decides. It alone, with attempt.ts and
// ending.ts, writes turns, their ledger and the answer's text. A turn belongs to the object, not to the socket that asked.
import { faultFields } from "../../lib/log.ts";
import type { Model } from "../../models/model.ts";
import { estimateCall } from "../../models/tokens.ts";
import type { TurnState } from "../../protocol/entities.ts";
import type { Outcome } from "../../protocol/errors.ts";
import { endedAttempt, newAttempt, newTurn, publicTurn } from "../journal/records.ts";
import type { AttemptRecord, StoredEvent, TurnRecord } from "../journal/tables.ts";
import { Attempt, type AttemptOptions } from "./attempt.ts";
import { type End, Ending, type EndingOptions, endFields } from "./ending.ts";
import { type Run, type RunningAnswer, storedAnswer, storedRun } from "./run.ts";
import type { Spending } from "./spending.ts";
import { type Decision, decide, type Happening } from "./turns.ts";

export interface AnsweringOptions extends AttemptOptions, EndingOptions {
  resolveModel(name: string): Outcome<Model>;
  /** Committed events, to be sent on. */
  publish(events: StoredEvent[]): void;
  /** In the commit that stores the answer of this turn. */
  answered(turn: TurnRecord): void;
  /** A turn runs, or none does any more: the object must be kept awake while one does. */
  running(running: boolean): void;
  /** Whether this user may have a model called now; null where nothing is limited. */
  allowance: Pick<Spending, "borrow" | "settle"> | null;
}

export class Answering {
  #o: AnsweringOptions;
  #ending: Ending;
  /** The one turn that runs in this process. */
  #run: Run | null = null;
  #waiters = new Map<number, (() => void)[]>();

  constructor(options: AnsweringOptions) {
    this.#o = options;
    this.#ending = new Ending(options);
  }

  get running(): RunningAnswer | null {
    if (this.#run) return { turnId: this.#run.turn.id, text: this.#run.text };
    return storedAnswer(this.#o.journal);
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
    const run = storedRun(journal, open);
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
    const run = this.#run?.turn.id === turn.id ? this.#run : storedRun(this.#o.journal, turn);
    const then = this.#writeEnd(run, { do: "end", state: "cancelled" }, stays);
    return () => {
      run.stop();
      then();
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
    const end = decision;
    this.#commitEnd(() => this.#writeEnd(run, end, end.state === "finished"));
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

  #attempt(run: Run, model: Model): Promise<Happening> {
    const attempt = new Attempt(this.#o, run);
    run.stop = () => attempt.cancel();
    return attempt.call(model);
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
  #writeEnd(run: Run, end: End, stays: boolean): () => void {
    const { journal } = this.#o;
    const turn = this.#ending.write(run, end, stays);
    if (run.text !== "") this.#o.answered(turn);
    const next = journal.ledger.openTurns()[0];
    if (next?.state === "queued") this.#begin(next);
    return () => this.#ended(run, turn);
  }

  #ended(run: Run, turn: TurnRecord): void {
    run.ended = true;
    if (this.#run === run) this.#run = null;
    if (!this.#run) this.#o.running(false);
    const rows = this.#o.journal.takeRowsWritten(); // all that were written here since the last such line
    this.#o.log("info", "turn.ended", { ...endFields(turn, run), rows });
    for (const wake of this.#waiters.get(turn.id) ?? []) wake();
    this.#waiters.delete(turn.id);
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
