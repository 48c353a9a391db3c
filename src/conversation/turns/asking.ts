// What people write and ask for: messages, their answers, the same question again with another text or without. Each is
// one commit; whoever may not, or has to wait, is refused as a whole.
import { hash } from "node:crypto";
import { speaksForPatient } from "../../auth/interviews.ts";
import type { Principal } from "../../auth/principal.ts";
import { Bucket } from "../../lib/bucket.ts";
import { type Clock, iso } from "../../lib/clock.ts";
import type { Model } from "../../models/model.ts";
import type { Command } from "../../protocol/commands.ts";
import type { Message, TurnState } from "../../protocol/entities.ts";
import { type Outcome, ok, refuse } from "../../protocol/errors.ts";
import type { Replies } from "../../protocol/frames.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { mentionsAssistant } from "../../protocol/mention.ts";
import { type FileRecord, publicFile } from "../journal/files.ts";
import type { Journal } from "../journal/journal.ts";
import type { Head, StoredEvent, Wish } from "../journal/tables.ts";
import { allows } from "../people/access.ts";
import type { Answering } from "./answering.ts";
import type { Titling } from "./titling.ts";

export interface AskingOptions {
  journal: Journal;
  answering: Answering;
  titling: Pick<Titling, "unanswered" | "forget">;
  clock: Clock;
  /** Of one user in this conversation; 0 = no limit. */
  messagesPerMinute: number;
  resolveModel(name: string | null): Outcome<Model>;
  /** Committed events, to be sent on. */
  publish(events: StoredEvent[]): void;
}

type Fields<T extends Command["type"]> = Omit<Extract<Command, { type: T }>, "type" | "ref">;
/** `data`: what the door through which it came keeps with it. */
export type Outgoing = Fields<"message.send"> & { data?: Record<string, unknown> };

const BURST = 10;
const EDITED_MEANWHILE = refuse(
  "conflict",
  "This message was edited elsewhere meanwhile. Look at it, and save again if yours is to stand.",
  { field: "edited_at" },
);

export class Asking {
  #o: AskingOptions;
  #messages = new Map<number, Bucket>();

  constructor(options: AskingOptions) {
    this.#o = options;
  }

  /** The message, its event, its turn and the turn's first ledger row: one commit. */
  send(actor: Principal, command: Outgoing): Outcome<Replies["message.send"]> {
    const { journal, answering, clock, titling } = this.#o;
    const allowed = allows(journal, actor, "conversation.send");
    if (!allowed.ok) return allowed;
    const { value: head } = allowed;
    const { file_ids = [] } = command;
    const files = journal.files.uploaded(file_ids, actor.user_id);
    const digest = digestOf(command.content, command.reply_to, files);
    const receipt = journal.receipt(actor.user_id, command.client_id);
    if (receipt && receipt.digest !== digest)
      return refuse("conflict", "This client_id was used for another message.", { field: "client_id" });
    if (receipt) return ok({ ...acknowledged(receipt), repeated: true });

    if (files.filter(({ message_id }) => message_id === null).length < file_ids.length)
      return refuse("not_found", "There is no such file.", { field: "file_ids" });
    const { reply_to } = command;
    if (reply_to !== undefined && reply_to >= head.kept_from && !journal.message(reply_to))
      return refuse("not_found", "There is no such message.", { field: "reply_to" });
    const answer = command.answer ?? wantsAnswer(head, command.content);
    const model = answer ? this.#modelFor(command.model ?? head.model, journal.ledger.openTurns().length) : null;
    if (model && !model.ok) return model;
    const wait = this.#takeMessage(actor.user_id);
    if (wait > 0) return refuse("rate_limited", "You are sending too many messages.", { retry_after_ms: wait });

    const { value, events } = journal.commit(() => {
      const id = journal.nextMessageId();
      const temperature = command.temperature ?? head.temperature;
      const message: Message = {
        id,
        role: "user",
        author: { user_id: actor.user_id, name: journal.members.nameOf(actor) },
        content: command.content,
        data: command.data ?? {},
        files: files.map(publicFile),
        turn_id: null,
        reply_to: reply_to ?? null,
        client_id: command.client_id,
        created_at: iso(clock.now()),
      };
      const { seq } = journal.append("message.created", { message });
      journal.addMessage(message, seq, command, speaksForPatient(journal.parties.of(actor.user_id)));
      journal.files.attach(file_ids, id);
      const turn = model ? answering.enqueue(id, actor.user_id, model.value.name, temperature) : null;
      if (!turn && head.assistant_mode === "off") titling.unanswered(message);
      const first = { digest, message_id: id, turn_id: turn?.id ?? null, seq };
      journal.addReceipt(actor.user_id, command.client_id, first);
      return acknowledged(first);
    });
    this.#o.publish(events);
    if (value.turn_id !== undefined) answering.pump();
    return ok({ ...value, repeated: false });
  }

  /** The new text, the end of the answer under way (what there is of it stays a variant) and the new turn: one commit. */
  edit(actor: Principal, { message_id, content, edited_at }: Fields<"message.edit">): Outcome<Replies["message.edit"]> {
    const { journal, answering, clock, titling } = this.#o;
    const message = journal.message(message_id);
    const own = !message || message.author?.user_id === actor.user_id; // what is not there is nobody else's: not_found
    const allowed = allows(journal, actor, "message.edit", own);
    if (!allowed.ok) return allowed;
    const { value: head } = allowed;
    if (!message && message_id < head.kept_from)
      return refuse("gone", "This message is too old to be edited. Send it anew.", { field: "message_id" });
    if (!message || message.deleted_at)
      return refuse("not_found", "There is no such message.", { field: "message_id" });
    const open = journal.ledger.openTurns();
    const current = open.find((turn) => turn.question_id === message_id);
    if (message.content === content) return ok(edited(journal.seq, current));
    if (edited_at !== undefined && !sameInstant(edited_at, message.edited_at ?? null)) return EDITED_MEANWHILE;
    const answer = wantsAnswerAnew(head, journal.ledger.wasAsked(message_id), message, content);
    const wish = this.#wishFor(head, message_id);
    const model = answer ? this.#modelFor(wish.model, current ? open.length - 1 : open.length) : null;
    if (model && !model.ok) return model;
    const wait = this.#takeMessage(actor.user_id);
    if (wait > 0) return refuse("rate_limited", "You are editing too often.", { retry_after_ms: wait });

    let stopped = () => {};
    const { value, events } = journal.commit(() => {
      stopped = answering.cancelling((turn) => turn.question_id === message_id);
      const { answer_id: _, ...before } = message; // what was answered is another text
      const after = { ...before, content, edited_at: iso(clock.now()) };
      const { seq } = journal.append("message.edited", { message: after });
      journal.editMessage(after, seq);
      titling.forget(message);
      const turn = model ? answering.enqueue(message_id, actor.user_id, model.value.name, wish.temperature) : null;
      if (!turn && head.assistant_mode === "off") titling.unanswered(after);
      return edited(seq, turn);
    });
    stopped();
    this.#o.publish(events);
    answering.pump();
    return ok(value);
  }

  /** The running turn; null when there is none. */
  stop(actor: Principal): Outcome<object> | null {
    const open = this.#o.journal.ledger.openTurns()[0];
    return open ? this.cancel(actor, open.id) : null;
  }

  cancel(actor: Principal, turnId: number): Outcome<{ state: TurnState }> {
    const { journal, answering } = this.#o;
    const turn = journal.ledger.turn(turnId);
    const own = !turn || turn.user_id === actor.user_id;
    const allowed = allows(journal, actor, "turn.cancel", own);
    if (!allowed.ok) return allowed;
    const state = answering.cancel(turnId);
    return state ? ok({ state }) : refuse("not_found", "There is no such turn.", { field: "turn_id" });
  }

  retry(actor: Principal, command: Fields<"turn.retry">): Outcome<{ turn_id: number }> {
    const { journal, answering } = this.#o;
    const question = journal.message(command.message_id);
    const own = question?.role !== "user" || question.author?.user_id === actor.user_id;
    const allowed = allows(journal, actor, "turn.retry", own);
    if (!allowed.ok) return allowed;
    const { value: head } = allowed;
    if (!question && command.message_id < head.kept_from)
      return refuse("gone", "This message is too old to be answered again. Send it anew.", { field: "message_id" });
    if (question?.role !== "user" || question.deleted_at)
      return refuse("not_found", "There is no such question.", { field: "message_id" });
    const open = journal.ledger.openTurns();
    if (open.some((turn) => turn.question_id === question.id))
      return refuse("conflict", "This message is being answered already.", { field: "message_id" });
    const wish = this.#wishFor(head, question.id);
    const model = this.#modelFor(command.model ?? wish.model, open.length);
    if (!model.ok) return model;
    const wait = this.#takeMessage(actor.user_id);
    if (wait > 0) return refuse("rate_limited", "You are asking too often.", { retry_after_ms: wait });
    const { value, events } = journal.commit(() =>
      answering.enqueue(question.id, actor.user_id, model.value.name, wish.temperature),
    );
    this.#o.publish(events);
    answering.pump();
    return ok({ turn_id: value.id });
  }

  /** The question of this turn, answered again. */
  retryTurn(actor: Principal, turnId: number, model: string | undefined): Outcome<{ turn_id: number }> {
    const message_id = this.#o.journal.ledger.turn(turnId)?.question_id ?? 0;
    return this.retry(actor, { message_id, ...(model === undefined ? {} : { model }) });
  }

  /** How a message is answered anew: as its sender wanted, with what is still there. */
  #wishFor(head: Head, messageId: number): Wish {
    const { model, temperature } = this.#o.journal.wishOf(messageId);
    const there = model !== null && this.#o.resolveModel(model).ok;
    return { model: there ? model : head.model, temperature: temperature ?? head.temperature };
  }

  /** The model for one more turn behind `open` ones, if there is room for it. */
  #modelFor(name: string | null, open: number): Outcome<Model> {
    const model = this.#o.resolveModel(name);
    if (!model.ok || open <= LIMITS.queuedTurns) return model;
    return refuse("busy", "Eight messages are waiting for an answer already.", { retry_after_ms: 2_000 });
  }

  #takeMessage(userId: number): number {
    const { clock, journal, messagesPerMinute } = this.#o;
    if (messagesPerMinute === 0) return 0;
    const known = this.#messages.get(userId);
    if (known) return known.take();
    // After a sleep the bucket begins anew, but not full again: what was sent while it would have filled is taken off.
    const bucket = new Bucket(clock, messagesPerMinute / 60, BURST);
    this.#messages.set(userId, bucket);
    const fillsIn = (BURST / messagesPerMinute) * 60_000;
    for (let sent = journal.sentSince(userId, clock.now() - fillsIn); sent > 0; sent -= 1) bucket.take();
    return bucket.take();
  }
}

const acknowledged = (r: { message_id: number; turn_id: number | null; seq: number }) => ({
  message_id: r.message_id,
  seq: r.seq,
  ...(r.turn_id === null ? {} : { turn_id: r.turn_id }),
});

const edited = (seq: number, turn: { id: number } | null | undefined): Replies["message.edit"] => ({
  seq,
  ...(turn ? { turn_id: turn.id } : {}),
});

/** However finely it is written: a program may keep times in microseconds. */
const sameInstant = (one: string | null, other: string | null): boolean =>
  one === null || other === null ? one === other : Date.parse(one) === Date.parse(other);

/** As the mode and the new text say, whether or not an answer is under way. What was sent for people only stays so, unless
 * only the new text addresses the assistant. */
function wantsAnswerAnew({ assistant_mode }: Head, wasAsked: boolean, before: Message, after: string): boolean {
  if (assistant_mode !== "mention") return assistant_mode === "always" && wasAsked;
  return mentionsAssistant(after) && (wasAsked || !mentionsAssistant(before.content));
}

/** `mention` answers what is addressed to it. */
const wantsAnswer = (head: Head, content: string): boolean =>
  head.assistant_mode === "always" || (head.assistant_mode === "mention" && mentionsAssistant(content));

/** Tells a repeated message from another one under the same `client_id`. */
const digestOf = (content: string, replyTo: number | undefined, files: readonly FileRecord[]): string => {
  const names = files.map(({ filename, size }) => [filename, size]);
  const parts = [content, replyTo ?? null, ...(names.length > 0 ? [names] : [])];
  return hash("sha256", JSON.stringify(parts), "base64url");
};
