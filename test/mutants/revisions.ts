// What is done to messages afterwards, and the titles that conversations are given (R1, R3, R4, R5, R8, R11, S2, S10).
import type { Mutant } from "./mutant.ts";

const ASKING = "src/conversation/turns/asking.ts";
const REVISING = "src/conversation/turns/revising.ts";
const JOURNAL = "src/conversation/journal/journal.ts";
const READING = "src/conversation/reading.ts";
const TITLING = "src/conversation/turns/titling.ts";

const DELETED = ["message.delete leaves the message's place, and nothing of its content"];
const OVERWRITTEN = [
  "message.delete overwrites the text in its place before it goes, since SQLite leaves deleted bytes in free pages",
];
const EDITED_SINCE = [
  "an answer to a text that was edited since is current for nobody: not for the model, a list or an export",
];
const OWN_EDITS = ["message.edit is for one's own messages that stand there and are not too old"];
const OWN_DELETIONS = ["message.delete is for one's own messages and the answers to them, and for whoever keeps order"];

export const REVISIONS: readonly Mutant[] = [
  {
    promise: "R3",
    name: "a message is known again by its text as it is now",
    file: ASKING,
    find: "const receipt = journal.receipt(actor.user_id, command.client_id);",
    replace:
      "const first = journal.receipt(actor.user_id, command.client_id);\n    const now = first && journal.message(first.message_id);\n    const receipt = first && now ? { ...first, digest: digestOf(now.content, now.reply_to ?? undefined, []) } : first;",
    tests: ["message.edit leaves a client_id its first result"],
  },
  {
    promise: "R4",
    name: "a title is asked for again after a death",
    file: TITLING,
    find: '    if (titling === "asked") return this.#conclude(ended("lost", "died"));\n    if (titling !== "due") return;\n',
    replace: '    if (titling !== "due" && titling !== "asked") return;\n',
    tests: [
      "after a kill while the model was asked it is not asked again: the first words name it, and the row says lost",
    ],
  },
  {
    promise: "R4",
    name: "the call for a title has no row before it is made",
    file: TITLING,
    find: "      journal.ledger.putAttempt(titleAttempt(turn, model.name, clock.now()));\n    });\n    const ending = await this.#listen(model, prompt, call);\n",
    replace:
      "    });\n    const ending = await this.#listen(model, prompt, call);\n    journal.ledger.putAttempt(titleAttempt(turn, model.name, clock.now()));\n",
    tests: ["a model that is asked for a title is in the ledger before it is called"],
  },
  {
    promise: "R8",
    name: "an edit leaves the answer to the old text going",
    file: ASKING,
    find: "stopped = answering.cancelling((turn) => turn.question_id === message_id);",
    replace: "stopped = answering.cancelling((turn) => turn.question_id < 0);",
    tests: ["message.edit ends the answer under way, in the same commit; what there was of it stays a variant"],
  },
  {
    promise: "R8",
    name: "a deleted question is answered to the end",
    file: REVISING,
    find: "stopped = answering.cancelling((turn) => turn.question_id === message.id);",
    replace: "stopped = answering.cancelling((turn) => turn.question_id < 0);",
    tests: ["message.delete of a question ends its answer, in the same commit"],
  },
  {
    promise: "R1",
    name: "an edit is told and not stored",
    file: ASKING,
    find: "      journal.editMessage(after, seq);\n",
    replace: "",
    tests: ["a killed object keeps what was edited, deleted and chosen, and answers what was asked anew"],
  },
  {
    promise: "R5",
    name: "the model is shown the newest answer, whichever was chosen",
    file: "src/conversation/turns/prompt.ts",
    find: "(newestFirst.map((m) => [m.id, m]))",
    replace: "()",
    tests: ["answer.select makes an answer the current one, for everybody and for the model"],
  },
  {
    promise: "S10",
    name: "the answers to a deleted question go on repeating it",
    file: REVISING,
    find: "for (const answer of journal.answersTo(message.id)) this.#blank(answer, null);",
    replace: "journal.answersTo(message.id);",
    tests: ["message.delete of a question takes all answers to it along, which repeat what it said"],
  },
  {
    promise: "R5",
    name: "what was answered before an edit stays current",
    file: JOURNAL,
    find: "seq = ?, answer_id = NULL WHERE",
    replace: "seq = ? WHERE",
    tests: EDITED_SINCE,
  },
  {
    promise: "R5",
    name: "D1 goes on to show the answer to a text that was edited away",
    file: "src/conversation/outbox/outbox.ts",
    find: "questionId: event.message.id, answerId: null",
    replace: "questionId: -1, answerId: null",
    tests: EDITED_SINCE,
  },
  {
    promise: "R5",
    name: "a deleted answer stays the current one",
    file: REVISING,
    find: "      if (question && next !== null) this.#select(question.id, next, null);\n",
    replace: "",
    tests: ["message.delete of the current answer makes the newest one left current, in the same commit"],
  },
  {
    promise: "R5",
    name: "an answer to an earlier text can be chosen",
    file: REVISING,
    find: "    if (journal.answersEarlierText(messageId, question.id)) return EARLIER;\n",
    replace: "",
    tests: ["answer.select of an answer to a text that was edited since is refused, and says what to do"],
  },
  {
    promise: "R5",
    name: "the end of an answer overrules what was chosen while it was written",
    file: "src/conversation/turns/ending.ts",
    find: "journal.chosenDuring(turn.question_id, turn.id) ?? whole",
    replace: "whole",
    tests: ["answer.select while a further answer is written stands when that one ends, also after a restart"],
  },
  {
    promise: "R11",
    name: "D1 does not hear of a choice",
    file: "src/conversation/outbox/outbox.ts",
    find: 'return [{ of: "answer", seq, questionId: event.question_id, answerId: event.message_id }];',
    replace: "return [];",
    tests: ["D1 follows edits, deletions and choices, and its list shows what is left"],
  },
  {
    promise: "S2",
    name: "anybody edits any message",
    file: ASKING,
    find: "const own = !message || message.author?.user_id === actor.user_id;",
    replace: "const own = !message || message.author !== undefined;",
    tests: OWN_EDITS,
  },
  {
    promise: "S2",
    name: "what was deleted can be written anew",
    file: ASKING,
    find: '    if (!message || message.deleted_at)\n      return refuse("not_found", "There is no such message."',
    replace: '    if (!message)\n      return refuse("not_found", "There is no such message."',
    tests: OWN_EDITS,
  },
  {
    promise: "S2",
    name: "any answer is one's own to delete",
    file: REVISING,
    find: "return (message.author?.user_id ?? turn?.user_id) === actor.user_id;",
    replace: "return (message.author?.user_id ?? (turn ? actor.user_id : null)) === actor.user_id;",
    tests: OWN_DELETIONS,
  },
  {
    promise: "S2",
    name: "the answer to one's own question is nobody's to delete",
    file: REVISING,
    find: "return (message.author?.user_id ?? turn?.user_id) === actor.user_id;",
    replace: "return turn?.state !== undefined ? false : message.author?.user_id === actor.user_id;",
    tests: OWN_DELETIONS,
  },
  {
    promise: "S2",
    name: "who may delete is decided before the archive is asked",
    file: REVISING,
    find: 'const allowed = allows(journal, actor, "message.delete", own); // much may have happened meanwhile',
    replace: 'const allowed = own ? asked : allows(journal, actor, "message.delete", own);',
    tests: [
      "message.delete of a message that only the archive has is decided by who wrote it, and again after the archive was asked",
    ],
  },
  {
    promise: "S10",
    name: "a deleted message keeps its text",
    file: JOURNAL,
    find: "UPDATE message SET content = '', data = '{}', files = '[]', seq = ?1,",
    replace: "UPDATE message SET seq = ?1,",
    tests: ["message.delete leaves the message's place, and nothing of its content"],
  },
  {
    promise: "S10",
    name: "the log keeps the text of a deleted message",
    file: JOURNAL,
    find: "  blankMessage(id: number, seq: number): void {\n    this.forgetText(this.#broughtBy(id));\n",
    replace: "  blankMessage(id: number, seq: number): void {\n",
    tests: DELETED,
  },
  {
    promise: "S10",
    name: "a deleted text stays in free pages of the object",
    file: JOURNAL,
    find: '")} WHERE id = ?`, id);',
    replace: '")} WHERE id = ? AND id < 0`, id);',
    tests: OVERWRITTEN,
  },
  {
    promise: "S10",
    name: "a deleted text stays in free pages of the log",
    file: JOURNAL,
    find: '")} WHERE seq = ?`, seq);',
    replace: '")} WHERE seq = ? AND seq < 0`, seq);',
    tests: OVERWRITTEN,
  },
  {
    promise: "S10",
    name: "the end of a turn tells how long a deleted answer was",
    file: JOURNAL,
    find: "json('[]'),\n       '$.message.length', 0)",
    replace: "json('[]'))",
    tests: ["message.delete of an answer leaves nothing of its text, and a replay that is whole"],
  },
  {
    promise: "S10",
    name: "the log keeps the old text of an edited message",
    file: JOURNAL,
    find: "  editMessage({ id, content, edited_at }: Message, seq: number): void {\n    this.forgetText(this.#broughtBy(id));\n",
    replace: "  editMessage({ id, content, edited_at }: Message, seq: number): void {\n",
    tests: ["message.edit leaves nothing of the old text in the object"],
  },
  {
    promise: "S10",
    name: "what D1 still has of a deleted message is shown",
    file: READING,
    find: "return deleted_at === undefined ? message : {",
    replace: "return deleted_at === undefined || message.content ? message : {",
    tests: [
      "message.delete of a message that only the archive has is not shown any more, though D1 has not heard of it",
    ],
  },
  {
    promise: "S10",
    name: "the model is shown that something was deleted",
    file: "src/conversation/turns/prompt.ts",
    find: "if (message.deleted_at || saysNothing(message)) continue;",
    replace: "if (message.deleted_at === null) continue;",
    tests: ["message.delete is never shown to the model"],
  },
];
