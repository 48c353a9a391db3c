// Runs the turns of one conversation, one at a time: carries out what turns.ts decides. It alone writes turns, their
// ledger and the answer's text. A turn belongs to the object, not to the socket that asked.
import type { Clock } from "../lib/clock.ts";
import { faultFields, type Log } from "../lib/log.ts";
import { type Model, ModelError } from "../models/model.ts";
import { estimateTokens } from "../models/tokens.ts";
import type { AnswerStub, TurnState } from "../protocol/entities.ts";
import type { Outcome } from "../protocol/errors.ts";
import { Joiner } from "./joiner.ts";
import type { Journal } from "./journal.ts";
import { Pacer } from "./pacer.ts";
import { buildPrompt } from "./prompt.ts";
import { answerMessage, newAttempt, publicTurn, stubOf } from "./records.ts";
import type { AttemptRecord, StoredEvent, TurnRecord } from "./tables.ts";
import { type Decision, decide, type Happening, outcome } from "./turns.ts";
import { type Patience, Watchdog } from "./watchdog.ts";

/** Messages looked at for the prompt; the token budget cuts earlier. */
const PROMPT_MESSAGES = 200;

export interface AnsweringOptions {
  journal: Journal;
  clock: Clock;
  patience: Patience;
  log: Log;
  resolveModel(name: string): Outcome<Model>;
  /** Committed events, to be sent on. */
  publish(events: StoredEvent[]): void;
  /** A committed piece of the running answer, to be sent on. */
  publishText(turnId: number, from: number, text: string): void;
  viewers(): number;
  /** A turn runs, or none does any more: the object must be kept awake while one does. */
  running(running: boolean): void;
  /** Whether this user may have a model called now; null where nothing is limited. */
  allowance: { borrow(userId: number): Promise<Outcome<null>>; settle(userId: number, tokens: number): void } | null;
}

/** The one turn that runs in this process. `text` is what is stored. */
interface Run {
  turn: TurnRecord;
  /** The latest one; null before the first. */
  attempt: AttemptRecord | null;
  text: string;
  /** Estimated tokens of what the latest attempt asked. */
  asked: number;
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
    const turn: TurnRecord = {
      id: journal.nextTurnId(),
      question_id: questionId,
      answer_id: null,
      user_id: userId,
      state: "queued",
      model,
      attempt: 0,
      temperature,
      finish_reason: null,
      usage: null,
      error: null,
      created_at: clock.now(),
      started_at: null,
      ended_at: null,
    };
    if (journal.openTurns().length === 0) return this.#begin(turn);
    journal.putTurn(turn);
    return turn;
  }

  /** Goes on with whatever is stored as open: after a commit that enqueued, and after a wake, when it died. */
  pump(): void {
    if (this.#run) return;
    const { journal } = this.#o;
    const open = journal.openTurns()[0];
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

  /** Ends an open turn at once and durably; its state, whichever it is, is the answer. null: no such turn. */
  cancel(turnId: number): TurnState | null {
    const turn = this.#o.journal.turn(turnId);
    if (!turn || turn.ended_at !== null) return turn?.state ?? null;
    const run = this.#run?.turn.id === turnId ? this.#run : null;
    run?.pacer?.stop();
    const ended = run ?? this.#stored(turn);
    close(ended, { type: "cancel" }, this.#o.clock.now());
    this.#end(ended, { do: "end", state: "cancelled" });
    run?.stop({ type: "cancel" });
    return "cancelled";
  }

  /** Ends open turns, the waiting ones first, so that none of them begins because the running one has ended. */
  cancelAll(which: (turn: TurnRecord) => boolean): void {
    for (const turn of this.#o.journal.openTurns().filter(which).reverse()) this.cancel(turn.id);
  }

  /** Resolves when the turn has ended. */
  async settled(turnId: number): Promise<void> {
    const turn = this.#o.journal.turn(turnId);
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
    journal.putTurn(turn);
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
    this.#end(run, decision);
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
    close(run, happening, this.#o.clock.now());
    if (decision.do === "attempt" && run.attempt) this.#o.journal.putAttempt(run.attempt);
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
    try {
      if (run.ended) return { type: "cancel" };
      this.#openAttempt(run, reason);
      return await this.#attempt(run, model.value);
    } finally {
      const used = run.attempt?.usage?.total_tokens ?? run.asked + estimateTokens(run.text.slice(had));
      allowance.settle(user_id, used);
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
        journal.addText(run.turn.id, from, text);
        run.text += text;
        this.#o.publishText(run.turn.id, from, text);
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
      const messages = this.#prompt(run.turn);
      if (this.#o.allowance) run.asked = messages.reduce((sum, { content }) => sum + estimateTokens(content), 0);
      const request = { messages, partial: run.text, temperature: run.turn.temperature };
      for await (const part of model.stream(request, abort.signal)) {
        if (stopped) break;
        if (part.type === "working") {
          watchdog.working();
          continue;
        }
        watchdog.heard();
        if (run.attempt) run.attempt.first_token_at ??= clock.now();
        if (part.type === "finish") {
          ending = part;
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

  #prompt(turn: TurnRecord) {
    const { journal } = this.#o;
    const newestFirst = journal.messagesBefore(turn.answer_id ?? turn.question_id + 1, PROMPT_MESSAGES);
    const oldestTurn = newestFirst.reduce((least, m) => Math.min(least, m.turn_id ?? least), turn.id);
    return buildPrompt({
      instructions: journal.head?.instructions ?? null,
      questionId: turn.question_id,
      newestFirst,
      questions: journal.questions(oldestTurn),
      several: journal.members().length > 1,
    });
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
        journal.clearText(run.turn.id);
        run.text = "";
        const fields = { turn_id: run.turn.id, attempt: run.turn.attempt, reason: "The answer begins anew." };
        journal.append("turn.reset", fields, run.turn.id);
      }
      run.attempt = newAttempt(run.turn, reason, run.text.length, clock.now());
      journal.putTurn(run.turn);
      journal.putAttempt(run.attempt);
    });
    this.#o.publish(events);
  }

  /** The one commit that ends a turn; the next one in the queue begins in it. */
  #end(run: Run, decision: Extract<Decision, { do: "end" }>): void {
    const { journal, clock, log } = this.#o;
    const now = clock.now();
    const turn: TurnRecord = { ...run.turn, state: decision.state, ended_at: now };
    if (decision.state === "finished") {
      turn.finish_reason = decision.finish;
      turn.usage = decision.usage;
    } else if (decision.state !== "cancelled") turn.error = decision.error;
    const { events } = journal.commit(() => {
      if (run.attempt) journal.putAttempt(run.attempt);
      journal.putTurn(turn);
      const message = run.text === "" ? null : answerMessage(turn, run.text, now);
      if (message) journal.addMessage(message);
      journal.clearText(turn.id);
      this.#appendEnd(turn, message && stubOf(message));
      const next = journal.openTurns()[0];
      if (next?.state === "queued") this.#begin(next);
    });
    run.ended = true;
    if (this.#run === run) this.#run = null;
    if (!this.#run) this.#o.running(false);
    log("info", "turn.ended", {
      turn: turn.id,
      user: turn.user_id,
      state: turn.state,
      model: turn.model,
      attempts: turn.attempt,
      ms: now - turn.created_at,
      first_token_ms: run.attempt?.first_token_at && run.attempt.first_token_at - turn.created_at,
      length: run.text.length,
      error: turn.error?.code,
    });
    this.#o.publish(events);
    for (const wake of this.#waiters.get(turn.id) ?? []) wake();
    this.#waiters.delete(turn.id);
    this.pump();
  }

  #appendEnd(turn: TurnRecord, message: AnswerStub | null): void {
    const { journal } = this.#o;
    const state = turn.state;
    if (state === "finished" && message) journal.append("turn.finished", { turn: publicTurn(turn), message }, turn.id);
    else if (state === "cancelled" || state === "interrupted")
      journal.append(`turn.${state}`, { turn: publicTurn(turn), ...(message ? { message } : {}) }, turn.id);
    else journal.append("turn.failed", { turn: publicTurn(turn) }, turn.id);
  }

  /** An open turn as it is stored. */
  #stored(turn: TurnRecord): Run {
    const { journal } = this.#o;
    const attempt = journal.attempts(turn.id).at(-1) ?? null;
    return { turn, attempt, text: journal.text(turn.id), asked: 0, ended: false, stop: () => {}, pacer: null };
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

/** What the ledger says of the attempt; one that was closed before its process died stays as it is. */
function close(run: Run, happening: Happening, now: number): void {
  if (run.attempt?.outcome !== "running") return;
  const result = outcome(happening);
  const error = happening.type === "fault" ? happening.error.code : happening.type;
  run.attempt = {
    ...run.attempt,
    outcome: result,
    error: result === "ok" ? null : error,
    usage: happening.type === "finish" ? happening.usage : null,
    ended_at: now,
  };
}

function faultOf(error: unknown, log: Log): Happening {
  if (error instanceof ModelError) {
    const { code, message, retryable, retryAfterMs } = error;
    return { type: "fault", error: { code, message }, retryable, retryAfterMs };
  }
  log("error", "model.fault", faultFields(error));
  const message = "Something went wrong on our side while answering.";
  return { type: "fault", error: { code: "internal", message }, retryable: false, retryAfterMs: null };
}
