// What may be changed of what stands there: a message is deleted, another answer made the current one.
import type { Principal } from "../../auth/principal.ts";
import type { Message } from "../../protocol/entities.ts";
import { type Outcome, ok, refuse } from "../../protocol/errors.ts";
import type { Journal } from "../journal/journal.ts";
import type { Head, StoredEvent } from "../journal/tables.ts";
import { allows } from "../people/access.ts";
import type { Archived, Reading } from "../reading.ts";
import type { Answering } from "./answering.ts";
import type { Titling } from "./titling.ts";

export interface RevisingOptions {
  journal: Journal;
  answering: Answering;
  reading: Reading;
  titling: Pick<Titling, "forget">;
  /** Files that nobody may read any more are to be deleted. */
  filesDropped(): void;
  /** Committed events, to be sent on. */
  publish(events: StoredEvent[]): void;
}

export class Revising {
  #o: RevisingOptions;

  constructor(options: RevisingOptions) {
    this.#o = options;
  }

  /** Its text goes, here and in D1, and that of all answers to it; their places stay. Again it changes nothing. */
  async remove(actor: Principal, messageId: number): Promise<Outcome<{ seq: number }>> {
    const { journal, reading } = this.#o;
    const asked = allows(journal, actor, "conversation.read");
    if (!asked.ok) return asked;
    const archived = messageId < asked.value.kept_from ? await reading.archived(messageId) : ok(null);
    if (!archived.ok) return archived;
    const answers = archived.value && goAlong(asked.value) ? await reading.archivedAnswers(messageId) : ok([]);
    if (!answers.ok) return answers;
    const message = archived.value?.message ?? journal.message(messageId);
    const own = !message || this.#owns(actor, message); // what is not there is nobody else's: not_found
    const allowed = allows(journal, actor, "message.delete", own); // much may have happened meanwhile
    if (!allowed.ok) return allowed;
    if (!message) return refuse("not_found", "There is no such message.", { field: "message_id" });
    if (message.deleted_at) return ok({ seq: journal.seq });
    if (journal.summaries.isSigned(messageId)) return refuse("conflict", "This summary is signed: it stays.");
    return this.#delete(message, archived.value, answers.value);
  }

  /** `archived`, `answers`: the message and its answers, where only the archive has them. */
  #delete(message: Message, archived: Archived | null, answers: readonly Archived[]): Outcome<{ seq: number }> {
    const { journal, answering } = this.#o;
    let stopped = () => {};
    const { value, events } = journal.commit(() => {
      stopped = answering.cancelling((turn) => turn.question_id === message.id);
      const question = message.role === "assistant" ? journal.message(message.reply_to ?? 0) : null;
      const seq = this.#blank(message, archived);
      for (const answer of answers) this.#blank(answer.message, answer);
      if (goAlong(journal.head)) for (const answer of journal.answersTo(message.id)) this.#blank(answer, null);
      const next = question?.answer_id === message.id ? journal.newestAnswer(question.id) : null;
      if (question && next !== null) this.#select(question.id, next, null);
      return { seq };
    });
    stopped();
    this.#o.publish(events);
    answering.pump();
    return ok(value);
  }

  #blank(message: Message, archived: Archived | null): number {
    const { journal, titling } = this.#o;
    const { seq } = journal.append("message.deleted", { message_id: message.id });
    if (archived) journal.forgetText(archived.seq);
    else journal.blankMessage(message.id, seq);
    titling.forget(message);
    journal.summaries.forget(message.id);
    if (journal.files.drop(message.id)) this.#o.filesDropped();
    return seq;
  }

  /** Makes an answer the current one of its question, for everyone. */
  select(actor: Principal, messageId: number): Outcome<{ seq: number }> {
    const { journal } = this.#o;
    const answer = journal.message(messageId);
    const own = !answer || this.#owns(actor, answer);
    const allowed = allows(journal, actor, "answer.select", own);
    if (!allowed.ok) return allowed;
    if (!answer && messageId < allowed.value.kept_from) return TOO_OLD;
    if (answer?.role !== "assistant" || answer.deleted_at)
      return refuse("not_found", "There is no such answer.", { field: "message_id" });
    const question = journal.message(answer.reply_to ?? 0);
    if (!question) return TOO_OLD;
    if (journal.answersEarlierText(messageId, question.id)) return EARLIER;
    const during = journal.ledger.openTurns().find(({ question_id }) => question_id === question.id)?.id ?? null;
    if (question.answer_id === messageId && during === null) return ok({ seq: journal.seq });
    const { value, events } = journal.commit(() => this.#select(question.id, messageId, during));
    this.#o.publish(events);
    return ok({ seq: value.seq });
  }

  /** `during`: the turn that is open while a person chooses. */
  #select(questionId: number, messageId: number, during: number | null): StoredEvent {
    const { journal } = this.#o;
    journal.setAnswer(questionId, messageId, during);
    return journal.append("answer.selected", { question_id: questionId, message_id: messageId });
  }

  /** An answer is owned by whoever asked for it. */
  #owns(actor: Principal, message: Message): boolean {
    const turn = message.turn_id === null ? null : this.#o.journal.ledger.turn(message.turn_id);
    return (message.author?.user_id ?? turn?.user_id) === actor.user_id;
  }
}

/** Answers repeat what their question said, and go with it; an interviewer's questions stand for themselves. */
const goAlong = (head: Pick<Head, "kind"> | null): boolean => head?.kind !== "interview";

const EARLIER = refuse(
  "conflict",
  "This answers an earlier text of the question. Have the new text answered instead.",
  {
    field: "message_id",
  },
);
const TOO_OLD = refuse("gone", "This question is too old for another choice of its answer.", { field: "message_id" });
