// Messages on their way in: acknowledged, kept as they are, kept once (R1 to R3).
import type { Mutant } from "./mutant.ts";

const ASKING = "src/conversation/turns/asking.ts";
const JOURNAL = "src/conversation/journal/journal.ts";
const ANSWERING = "src/conversation/turns/answering.ts";

export const SENDING: readonly Mutant[] = [
  {
    promise: "R1",
    name: "a message is acknowledged before it is written",
    file: ASKING,
    find: "      journal.addMessage(message, seq, command, speaksForPatient(journal.parties.of(actor.user_id)));\n",
    replace: "      queueMicrotask(() => journal.addMessage(message, seq, command));\n",
  },
  {
    promise: "R1",
    name: "an event is sent and not written",
    file: JOURNAL,
    find: "INSERT INTO event (seq, at, type, turn_id, json) VALUES (?, ?, ?, ?, ?)",
    replace: "SELECT ?, ?, ?, ?, ?",
  },
  {
    promise: "R1",
    name: "a turn is begun in memory only",
    file: ANSWERING,
    find: '    journal.ledger.putTurn(turn);\n    journal.append("turn.started"',
    replace: '    journal.append("turn.started"',
  },
  {
    promise: "R1",
    name: "what failed half-way is kept half",
    file: JOURNAL,
    find: "this.#storage.transactionSync(work)",
    replace: "work()",
  },
  {
    promise: "R2",
    name: "white space around a message is cut off",
    file: ASKING,
    find: "content: command.content,",
    replace: "content: command.content.trim(),",
  },
  {
    promise: "R2",
    name: "letters are composed anew",
    file: ASKING,
    find: "content: command.content,",
    replace: "content: command.content.normalize(),",
  },
  {
    promise: "R2",
    name: "a message is stored otherwise than it was sent on",
    file: JOURNAL,
    find: "m.author?.name ?? null, m.content, JSON.stringify",
    replace: "m.author?.name ?? null, m.content.trimEnd(), JSON.stringify",
  },
  {
    promise: "R2",
    name: "text that was seen is not stored",
    file: "src/conversation/turns/attempt.ts",
    find: "    journal.ledger.addText(run.turn.id, from, text);\n",
    replace: "    if (from === 0) journal.ledger.addText(run.turn.id, from, text);\n",
  },
  {
    promise: "R2",
    name: "a piece of text ends inside a surrogate pair",
    file: "src/conversation/turns/pacer.ts",
    find: "  if (last >= 0xd800 && last <= 0xdbff) end -= 1;\n",
    replace: "",
  },
  {
    promise: "R3",
    name: "a message sent again is a new one",
    file: ASKING,
    find: "    if (receipt) return ok({ ...acknowledged(receipt), repeated: true });\n",
    replace: "",
  },
  {
    promise: "R3",
    name: "another text under the same client_id is the same message",
    file: ASKING,
    find: "if (receipt && receipt.digest !== digest)",
    replace: "if (receipt && receipt.digest === null)",
  },
  {
    promise: "R3",
    name: "another message replied to under the same client_id is the same message",
    file: ASKING,
    find: "[content, replyTo ?? null, ",
    replace: "[content, replyTo === null, ",
  },
  {
    promise: "R3",
    name: "two people's client_ids are one",
    file: JOURNAL,
    find: "FROM receipt WHERE user_id = ? AND client_id = ?",
    replace: "FROM receipt WHERE user_id <= ? + 1000 AND client_id = ?",
  },
  {
    promise: "R3",
    name: "receipts are forgotten",
    file: ASKING,
    find: "      journal.addReceipt(actor.user_id, command.client_id, first);\n",
    replace: "",
  },
  {
    promise: "R3",
    name: "a message sent again is limited like a new one",
    file: ASKING,
    find: "    const digest = digestOf(command.content, command.reply_to, files);\n",
    replace:
      '    const digest = digestOf(command.content, command.reply_to, files);\n    if (this.#takeMessage(actor.user_id) > 0) return refuse("rate_limited", "Too many.");\n',
  },
  {
    promise: "R3",
    name: "the client sends an unacknowledged message again under a new name",
    file: "src/client/outbox.ts",
    find: 'events.send({ type: "message.send", ...head.message })',
    replace: 'events.send({ type: "message.send", ...head.message, client_id: crypto.randomUUID() })',
  },
];
