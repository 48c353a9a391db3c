// What may be read of a conversation besides its live frames: one description, its history, its turns.
import type { Principal } from "../auth/principal.ts";
import type { Command } from "../protocol/commands.ts";
import type { Message, Turn } from "../protocol/entities.ts";
import { type Outcome, ok, refuse } from "../protocol/errors.ts";
import type { Replies } from "../protocol/frames.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { ConversationListItem, TurnListItem } from "../protocol/rest.ts";
import { allows } from "./access.ts";
import type { Journal } from "./journal.ts";
import { publicAttempt, publicConversation, publicTurn } from "./records.ts";
import { sizeOf } from "./replay.ts";

export type HistoryRequest = Omit<Extract<Command, { type: "history" }>, "type" | "ref">;

/** Messages older than the object keeps; both throw when they cannot be had. */
export interface Archive {
  /** Below `id`, newest first. */
  before(id: number, limit: number): Promise<Message[]>;
  /** Above `id` and below `before`, oldest first. */
  after(id: number, before: number, limit: number): Promise<Message[]>;
}

/** Unread messages are counted up to this many. */
const UNREAD = 100;

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
    const members = journal.members();
    const own = members.find((member) => member.user_id === actor.user_id);
    return ok({
      ...publicConversation(allowed.value),
      role: own?.role ?? null,
      unread: journal.unread(actor.user_id, own?.read_id ?? 0, UNREAD),
      last_message: journal.messagesBefore(journal.lastMessageId + 1, 1)[0] ?? null,
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
      return ok(after === undefined ? await this.#pageBefore(before, limit) : await this.#pageAfter(after, limit));
    } catch {
      return refuse("unavailable", "Older messages cannot be read at the moment.", { retry_after_ms: 2_000 });
    }
  }

  async #pageBefore(before: number, limit: number): Promise<Replies["history"]> {
    const found = this.#journal.messagesBefore(before, limit + 1);
    const kept = this.#kept;
    if (found.length <= limit && kept > 1)
      found.push(...(await this.#archive.before(Math.min(before, kept), limit + 1 - found.length)));
    const messages = fitting(found.slice(0, limit)).reverse();
    const newer = this.#journal.messagesAfter(before - 1, 1).length > 0;
    return { messages, older: found.length > messages.length, newer };
  }

  async #pageAfter(after: number, limit: number): Promise<Replies["history"]> {
    const kept = this.#kept;
    const found = after < kept - 1 ? await this.#archive.after(after, kept, limit + 1) : [];
    if (found.length <= limit)
      found.push(...this.#journal.messagesAfter(Math.max(after, kept - 1), limit + 1 - found.length));
    const messages = fitting(found.slice(0, limit));
    return { messages, older: after > 0, newer: found.length > messages.length };
  }

  /** From this message on the object has them all. */
  get #kept(): number {
    return this.#journal.head?.kept_from ?? 1;
  }

  /** null also for a number that was never used. */
  async #message(id: number): Promise<Message | null> {
    return (
      this.#journal.message(id) ??
      (id < this.#kept ? ((await this.#archive.after(id - 1, id + 1, 1))[0] ?? null) : null)
    );
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
    if (!message) return refuse("not_found", "There is no such message.");
    const turn = turnId === null ? null : journal.turn(turnId);
    const ended = turn !== null && turn.ended_at !== null;
    const answer = ended && turn.answer_id !== null ? await this.#message(turn.answer_id) : null;
    return ok({ message, turn: turn && publicTurn(turn), answer });
  }

  /** Turns below `before`, newest first, each with its rows of the ledger. */
  turns(actor: Principal, before: number | null, limit: number): Outcome<TurnListItem[]> {
    const journal = this.#journal;
    const allowed = allows(journal, actor, "conversation.read");
    if (!allowed.ok) return allowed;
    const turns = journal.turnsBefore(before ?? Number.MAX_SAFE_INTEGER, limit);
    return ok(turns.map((turn) => ({ ...publicTurn(turn), attempts: journal.attempts(turn.id).map(publicAttempt) })));
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
