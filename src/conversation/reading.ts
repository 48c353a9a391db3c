// What may be read of a conversation besides its live frames: one description, its history, its turns.
import type { Principal } from "../auth/principal.ts";
import type { Command } from "../protocol/commands.ts";
import type { Message, Turn } from "../protocol/entities.ts";
import { type Outcome, ok, refuse } from "../protocol/errors.ts";
import type { Replies } from "../protocol/frames.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { ConversationListItem, TurnListItem } from "../protocol/rest.ts";
import { UNREAD } from "../store/conversations.ts";
import { sizeOf } from "./audience/replay.ts";
import type { Journal } from "./journal/journal.ts";
import { publicAttempt, publicConversation, publicTurn } from "./journal/records.ts";
import { allows } from "./people/access.ts";

export type HistoryRequest = Omit<Extract<Command, { type: "history" }>, "type" | "ref">;

/** A message with the seq of the event that brought its text. */
export interface Archived {
  message: Message;
  seq: number;
}

/** Messages older than the object keeps; each throws when they cannot be had. */
export interface Archive {
  /** Below `id`, newest first. */
  before(conversation: number, id: number, limit: number): Promise<Message[]>;
  /** Above `id` and below `before`, oldest first. */
  after(conversation: number, id: number, before: number, limit: number): Promise<Message[]>;
  find(conversation: number, id: number): Promise<Archived | null>;
  /** To a question, oldest first; those deleted are not among them. */
  answers(conversation: number, questionId: number): Promise<Archived[]>;
}

const AWAY = refuse("unavailable", "Older messages cannot be read at the moment.", { retry_after_ms: 2_000 });

export class Reading {
  #journal: Journal;
  #archive: Archive;

  constructor(journal: Journal, archive: Archive) {
    this.#journal = journal;
    this.#archive = archive;
  }

  /** The conversation as its list shows it, with its members. */
  describe(actor: Principal): Outcome<ConversationListItem> {
    const journal = this.#journal;
    const allowed = allows(journal, actor, "conversation.read");
    if (!allowed.ok) return allowed;
    const members = journal.members.all();
    const own = members.find((member) => member.user_id === actor.user_id);
    return ok({
      ...publicConversation(allowed.value),
      role: own?.role ?? null,
      unread: journal.unread(actor.user_id, UNREAD),
      last_message: journal.latestMessage(),
      members,
    });
  }

  /** This object's messages and D1's older ones as one list, ascending. */
  async history(actor: Principal, query: HistoryRequest): Promise<Outcome<Replies["history"]>> {
    const journal = this.#journal;
    const allowed = allows(journal, actor, "conversation.read");
    if (!allowed.ok) return allowed;
    try {
      const { before = journal.lastMessageId + 1, after, limit } = query;
      const page = after === undefined ? await this.#pageBefore(before, limit) : await this.#pageAfter(after, limit);
      return ok({ ...page, messages: page.messages.map((message) => journal.files.linked(message)) });
    } catch {
      return AWAY;
    }
  }

  async #pageBefore(before: number, limit: number): Promise<Replies["history"]> {
    const found = this.#journal.messagesBefore(before, limit + 1);
    const kept = this.#kept;
    if (found.length <= limit && kept > 1)
      found.push(
        ...(await this.#archived(this.#archive.before(this.#id, Math.min(before, kept), limit + 1 - found.length))),
      );
    const messages = fitting(found.slice(0, limit)).reverse();
    const newer = this.#journal.messagesAfter(before - 1, 1).length > 0;
    return { messages, older: found.length > messages.length, newer };
  }

  async #pageAfter(after: number, limit: number): Promise<Replies["history"]> {
    const kept = this.#kept;
    const found = after < kept - 1 ? await this.#archived(this.#archive.after(this.#id, after, kept, limit + 1)) : [];
    if (found.length <= limit)
      found.push(...this.#journal.messagesAfter(Math.max(after, kept - 1), limit + 1 - found.length));
    const messages = fitting(found.slice(0, limit));
    return { messages, older: after > 0, newer: found.length > messages.length };
  }

  get #id(): number {
    return this.#journal.head?.id ?? 0;
  }

  /** From this message on the object has them all. */
  get #kept(): number {
    return this.#journal.head?.kept_from ?? 1;
  }

  /** A message wherever it is; null also for a number that was never used. */
  async #message(id: number): Promise<Outcome<Message | null>> {
    const kept = this.#journal.message(id);
    if (kept || id >= this.#kept) return ok(kept);
    const archived = await this.archived(id);
    return archived.ok ? ok(archived.value?.message ?? null) : archived;
  }

  /** A message that only the archive has. */
  async archived(id: number): Promise<Outcome<Archived | null>> {
    const { flushed_seq = 0 } = this.#journal.head ?? {};
    try {
      const found = await this.#archive.find(this.#id, id);
      const [message] = found ? this.#withoutDeleted([found.message], flushed_seq) : [];
      return ok(found && message ? { ...found, message } : null);
    } catch {
      return AWAY;
    }
  }

  /** Answers to a question that only the archive has. */
  async archivedAnswers(questionId: number): Promise<Outcome<Archived[]>> {
    const { flushed_seq = 0 } = this.#journal.head ?? {};
    try {
      const found = await this.#archive.answers(this.#id, questionId);
      const deleted = this.#journal.deletedAfter(flushed_seq);
      return ok(found.filter(({ message: { id } }) => id < this.#kept && !deleted.has(id)));
    } catch {
      return AWAY;
    }
  }

  async #archived(read: Promise<Message[]>): Promise<Message[]> {
    const { flushed_seq = 0 } = this.#journal.head ?? {};
    return this.#withoutDeleted(await read, flushed_seq);
  }

  /** The archive may have been read before it heard of what was deleted after `seq`. */
  #withoutDeleted(messages: Message[], seq: number): Message[] {
    const deleted = this.#journal.deletedAfter(seq);
    return messages.map((message) => {
      const deleted_at = deleted.get(message.id);
      return deleted_at === undefined ? message : { ...message, content: "", data: {}, files: [], deleted_at };
    });
  }

  /** A message with its turn and answer, as they are now. */
  async outcome(
    actor: Principal,
    messageId: number,
    turnId: number | null,
  ): Promise<Outcome<{ message: Message; turn: Turn | null; answer: Message | null }>> {
    const journal = this.#journal;
    const allowed = allows(journal, actor, "conversation.read");
    if (!allowed.ok) return allowed;
    const message = await this.#message(messageId);
    if (!message.ok) return message;
    if (!message.value) return refuse("not_found", "There is no such message.");
    const turn = turnId === null ? null : journal.ledger.turn(turnId);
    const ended = turn !== null && turn.ended_at !== null;
    const answer = ended && turn.answer_id !== null ? await this.#message(turn.answer_id) : ok(null);
    return answer.ok
      ? ok({ message: journal.files.linked(message.value), turn: turn && publicTurn(turn), answer: answer.value })
      : answer;
  }

  /** Turns below `before`, newest first, each with its rows of the ledger. */
  turns(actor: Principal, before: number | null, limit: number): Outcome<TurnListItem[]> {
    const journal = this.#journal;
    const allowed = allows(journal, actor, "conversation.read");
    if (!allowed.ok) return allowed;
    const turns = journal.ledger.turnsBefore(before ?? Number.MAX_SAFE_INTEGER, limit);
    return ok(
      turns.map((turn) => ({ ...publicTurn(turn), attempts: journal.ledger.attempts(turn.id).map(publicAttempt) })),
    );
  }
}

/** As many from the start as go into one frame, and always the first. */
function fitting(messages: Message[]): Message[] {
  let size = 0;
  const end = messages.findIndex((message) => {
    size += sizeOf(message);
    return size > LIMITS.frameOut;
  });
  return end === -1 ? messages : messages.slice(0, Math.max(1, end));
}
