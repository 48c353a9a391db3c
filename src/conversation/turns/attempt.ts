// One call to the model for an answer: what it says is stored, then sent on, until something ends it.
import type { Clock } from "../../lib/clock.ts";
import { faultFields, type Log } from "../../lib/log.ts";
import { type Model, ModelError } from "../../models/model.ts";
import type { Journal } from "../journal/journal.ts";
import type { TurnRecord } from "../journal/tables.ts";
import { Joiner } from "./joiner.ts";
import { Pacer } from "./pacer.ts";
import { offered, promptFor, toolsFor } from "./prompting.ts";
import type { Run } from "./run.ts";
import type { Happening } from "./turns.ts";
import { type Patience, Watchdog } from "./watchdog.ts";

export interface AttemptOptions {
  journal: Journal;
  clock: Clock;
  patience: Patience;
  log: Log;
  /** A committed piece of the running answer, to be sent on. */
  publishText(turn: TurnRecord, from: number, text: string): void;
  viewers(): number;
  /** How many an interviewer asks at most. */
  interviewQuestions: number;
}

export class Attempt {
  #o: AttemptOptions;
  #run: Run;
  #pacer: Pacer;
  #abort = new AbortController();
  /** What it ended by, if that was not the model's own end. */
  #stopped: Happening | null = null;

  constructor(options: AttemptOptions, run: Run) {
    this.#o = options;
    this.#run = run;
    this.#pacer = new Pacer(options.clock, {
      emit: (text) => this.#emit(text),
      viewers: options.viewers,
      fault: (error) => this.#stop(this.#faultOf(error)),
    });
  }

  /** Resolves with what ended it, when all that it brought is durable. */
  async call(model: Model): Promise<Happening> {
    const { clock, patience } = this.#o;
    const { text, turn } = this.#run;
    const stop = (happening: Happening) => this.#stop(happening);
    const joiner = new Joiner(text, this.#pacer, stop);
    const watchdog = new Watchdog(clock, patience, turn.started_at ?? clock.now(), stop);
    const ending = await this.#listen(model, joiner, watchdog).catch((error: unknown) => this.#faultOf(error));
    watchdog.stop();
    if (!this.#stopped) joiner.end();
    await this.#pacer.finish();
    return this.#stopped ?? ending;
  }

  /** What is not stored yet is forgotten. */
  cancel(): void {
    this.#pacer.stop();
    this.#stop({ type: "cancel" });
  }

  async #listen(model: Model, joiner: Joiner, watchdog: Watchdog): Promise<Happening> {
    const { clock, journal, interviewQuestions } = this.#o;
    const run = this.#run;
    run.asked = promptFor(journal, run.turn, interviewQuestions);
    const tools = toolsFor(journal, run.turn);
    const request = { messages: run.asked, partial: run.text, temperature: run.turn.temperature, tools };
    for await (const part of model.stream(request, this.#abort.signal)) {
      if (this.#stopped) break;
      if (part.type === "working") {
        watchdog.working();
        continue;
      }
      watchdog.heard();
      if (run.attempt) run.attempt.first_token_at ??= clock.now();
      if (part.type === "finish") return offered(part, tools);
      joiner.take(part.text);
    }
    return { type: "cut" };
  }

  /** Stored before it is sent. */
  async #emit(text: string): Promise<void> {
    const { journal } = this.#o;
    const run = this.#run;
    const from = run.text.length;
    journal.ledger.addText(run.turn.id, from, text);
    run.text += text;
    this.#o.publishText(run.turn, from, text);
    await journal.durable();
  }

  /** The first happening counts. */
  #stop(happening: Happening): void {
    this.#stopped ??= happening;
    this.#abort.abort();
  }

  #faultOf(error: unknown): Happening {
    if (error instanceof ModelError) {
      const { code, message, retryable, retryAfterMs } = error;
      return { type: "fault", error: { code, message }, retryable, retryAfterMs };
    }
    this.#o.log("error", "model.fault", faultFields(error));
    const message = "Something went wrong on our side while answering.";
    return { type: "fault", error: { code: "internal", message }, retryable: false, retryAfterMs: null };
  }
}
