// Gives a conversation without a title one after its first answer: by its model, asked at most once, else by the first
// words of the question. What is due and what was asked is stored first, and nothing waits for it (decision 033).
import type { Clock } from "../../lib/clock.ts";
import { faultFields, type Log } from "../../lib/log.ts";
import type { Schedule } from "../../lib/schedule.ts";
import { type Model, ModelError, type PromptMessage } from "../../models/model.ts";
import { estimateTokens } from "../../models/tokens.ts";
import type { Message } from "../../protocol/entities.ts";
import type { Outcome } from "../../protocol/errors.ts";
import type { Journal } from "../journal/journal.ts";
import { publicConversation, titleAttempt } from "../journal/records.ts";
import type { AttemptRecord, StoredEvent, TurnRecord } from "../journal/tables.ts";
import { originOf } from "./calls.ts";
import type { Spending } from "./spending.ts";
import { firstWords, titleFrom, titlePrompt } from "./titles.ts";

/** For the allowance and the model together. */
const PATIENCE_MS = 15_000;
/** UTF-16 units of what a model says that are listened to. */
const LISTENED = 500;
/** What a title may cost beside its prompt, tokens. */
const ANSWER_TOKENS = 30;

export interface TitlingOptions {
  journal: Journal;
  clock: Clock;
  log: Log;
  schedule: Schedule;
  resolveModel(name: string | null): Outcome<Model>;
  /** Committed events, to be sent on. */
  publish(events: StoredEvent[]): void;
  /** null where nothing is limited. */
  allowance: Pick<Spending, "charge"> | null;
}

/** How the model's call ended, as its row of the ledger says it; `title` null: none that could be used. */
type Ending = Pick<AttemptRecord, "outcome" | "error" | "usage" | "first_token_at"> & { title: string | null };

const ended = (outcome: AttemptRecord["outcome"], error: string | null): Ending => ({
  title: null,
  outcome,
  error,
  usage: null,
  first_token_at: null,
});

export class Titling {
  #o: TitlingOptions;
  /** The call that is on its way in this process. */
  #call: AbortController | null = null;

  constructor(options: TitlingOptions) {
    this.#o = options;
  }

  /** In the commit that stores an answer: the first one makes a title due. */
  answered(turn: TurnRecord): void {
    const { journal, schedule, clock } = this.#o;
    if (!this.#wanted) return;
    journal.setTitling("due", turn.id);
    schedule.set("title", clock.now());
  }

  /** In the commit of a message where the assistant is off: there is no answer to wait for. */
  unanswered(message: Message): void {
    if (this.#wanted) this.#give(firstWords(message.content), message.id, null);
  }

  /** In the commit by which a person sets or clears the title: it stays so. The turn whose ledger this has changed. */
  decided(): number | null {
    const changed = this.#close(ended("cancelled", "cancel"));
    this.#o.journal.setTitling("done", null);
    this.stop();
    return changed;
  }

  /** In the commit that changes or deletes a message: a title that was made of it goes too, and another one may be made. */
  forget(message: Message): void {
    const { journal } = this.#o;
    const { head } = journal;
    const origin = originOf(journal, message);
    const question = origin.role === "assistant" ? origin.reply_to : origin.id; // of one that only the archive has
    const underway = this.#question(journal.ledger.turn(head?.title_turn ?? 0))?.id;
    if (!head || (question !== head.title_of && question !== underway) || question === null) return;
    const changed = this.#close(ended("cancelled", "cancel"));
    this.stop();
    if (head.title !== null) journal.forgetTitle(head.title);
    journal.configure({ ...head, title: null });
    journal.setTitling("open", null);
    journal.append("conversation.configured", { conversation: publicConversation({ ...head, title: null }) }, changed);
  }

  /** After a wake. */
  resume(): void {
    const { journal, schedule, clock } = this.#o;
    if (journal.head?.titling === "due" || journal.head?.titling === "asked") schedule.set("title", clock.now());
  }

  stop(): void {
    this.#call?.abort();
    this.#call = null;
    this.#o.schedule.clear("title");
  }

  /** Its time has come. What was asked by a process that died, or takes too long, is not asked again. */
  run(): void {
    const { journal, clock, log, schedule } = this.#o;
    const { titling } = journal.head ?? {};
    if (this.#call) return this.#conclude(ended("failed", "silent"));
    if (titling === "asked") return this.#conclude(ended("lost", "died"));
    if (titling !== "due") return;
    const turn = journal.ledger.turn(journal.head?.title_turn ?? 0);
    const model = this.#o.resolveModel(journal.head?.model ?? null);
    const askable = model.ok && !model.value.name.startsWith("builtin/");
    if (!turn || !askable || !this.#question(turn)?.content) return this.#conclude(null);
    const call = new AbortController();
    this.#call = call;
    schedule.set("title", clock.now() + PATIENCE_MS);
    this.#ask(turn, model.value, call).catch((error: unknown) => {
      log("warn", "title.failed", faultFields(error));
      if (this.#call === call) this.#conclude(null);
    });
  }

  async #ask(turn: TurnRecord, model: Model, call: AbortController): Promise<void> {
    const { journal, clock } = this.#o;
    const prompt = titlePrompt(this.#question(turn)?.content ?? "", this.#text(turn.answer_id));
    const cost = prompt.reduce((sum, { content }) => sum + estimateTokens(content), ANSWER_TOKENS);
    const afford = await this.#charge(turn.user_id, cost);
    if (this.#call !== call) return this.#giveBack(turn.user_id, afford ? cost : 0);
    if (!afford) return this.#conclude(null);
    journal.commit(() => {
      journal.setTitling("asked", turn.id);
      journal.ledger.putAttempt(titleAttempt(turn, model.name, clock.now()));
    });
    const ending = await this.#listen(model, prompt, call);
    if (this.#call !== call) return;
    this.#conclude(ending);
    if (ending.usage) await this.#giveBack(turn.user_id, cost - ending.usage.total_tokens);
  }

  async #listen(model: Model, messages: PromptMessage[], call: AbortController): Promise<Ending> {
    let said = "";
    let first_token_at: number | null = null;
    try {
      for await (const part of model.stream({ messages, partial: "", temperature: 0 }, call.signal)) {
        first_token_at ??= this.#o.clock.now();
        if (part.type === "text") said += part.text;
        const whole = part.type === "finish";
        if (whole || said.length > LISTENED)
          return { ...ended("ok", null), title: titleFrom(said), usage: whole ? part.usage : null, first_token_at };
      }
      return { ...ended("lost", "cut"), first_token_at };
    } catch (error) {
      if (!(error instanceof ModelError)) this.#o.log("error", "model.fault", faultFields(error));
      return { ...ended("failed", error instanceof ModelError ? error.code : "internal"), first_token_at };
    }
  }

  /** The one commit that ends it. null: no model was asked. */
  #conclude(ending: Ending | null): void {
    const { journal, publish } = this.#o;
    const turn = journal.ledger.turn(journal.head?.title_turn ?? 0);
    const { events } = journal.commit(() => {
      const changed = ending && this.#close(ending);
      const question = this.#question(turn);
      this.#give(ending?.title ?? firstWords(question?.content ?? ""), question?.id ?? null, changed);
    });
    this.stop();
    publish(events);
  }

  /** Ends the open row of the ledger; the turn it belongs to, null when there is none. */
  #close({ title: _, ...ending }: Ending): number | null {
    const { journal, clock } = this.#o;
    const turnId = journal.head?.titling === "asked" ? journal.head.title_turn : null;
    const row = turnId === null ? undefined : journal.ledger.attempts(turnId).find(({ reason }) => reason === "title");
    if (row) journal.ledger.putAttempt({ ...row, ...ending, ended_at: clock.now() });
    return row?.turn_id ?? null;
  }

  /** The event also carries the changed ledger of a turn to D1. */
  #give(title: string | null, question: number | null, turnId: number | null): void {
    const { journal } = this.#o;
    const { head } = journal;
    if (!head) return;
    if (title !== null) journal.configure({ ...head, title });
    journal.setTitling("done", null, question);
    journal.append("conversation.configured", { conversation: publicConversation({ ...head, title }) }, turnId);
  }

  /** What a person asked, also where a tool's result led on to the answer. */
  #question(turn: TurnRecord | null): Message | null {
    const { journal } = this.#o;
    const question = turn && journal.message(turn.question_id);
    return question && originOf(journal, question);
  }

  /** "" of a message that was deleted. */
  #text(id: number | null): string {
    return this.#o.journal.message(id ?? 0)?.content ?? "";
  }

  async #charge(userId: number, tokens: number): Promise<boolean> {
    const { allowance } = this.#o;
    return allowance === null || (await allowance.charge(userId, tokens)).ok;
  }

  async #giveBack(userId: number, tokens: number): Promise<void> {
    if (tokens !== 0) await this.#charge(userId, -tokens);
  }

  /** Nobody has given it a title, or decided that it has none. */
  get #wanted(): boolean {
    const { head } = this.#o.journal;
    return head?.title === null && head.titling === "open";
  }
}
