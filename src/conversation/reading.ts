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

export type HistoryRequest = Omit<Extract<Command, { type: "history" }>, "type" | "ref">;

/** Unread messages are counted up to this many. */
const UNREAD = 100;

export class Reading {
  #journal: Journal;
  #archive: (before: number, limit: number) => Promise<Message[]>;

  /** `archive`: messages older than this object keeps, newest first; throws when they cannot be had. */
  constructor(journal: Journal, archive: (before: number, limit: number) => Promise<Message[]>) {
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
    const unread = journal
      .messagesAfter(own?.read_id ?? 0, UNREAD)
      .filter((message) => message.author?.user_id !== actor.user_id && !message.deleted_at);
    return ok({
      ...publicConversation(allowed.value),
      role: own?.role ?? null,
      unread: unread.length,
      last_message: journal.messagesBefore(journal.lastMessageId + 1, 1)[0] ?? null,
      members,
    });
  }

  /** This object's messages and D1's older ones as one list, ascending. */
  async history(actor: Principal, query: HistoryRequest): Promise<Outcome<Replies["history"]>> {
    const journal = this.#journal;
    const allowed = allows(journal, actor, "conversation.read");
    if (!allowed.ok) return allowed;
    const { limit, after } = query;
    if (after !== undefined && after >= allowed.value.kept_from - 1) {
      const found = journal.messagesAfter(after, limit + 1);
      const messages = fitting(found.slice(0, limit));
      return ok({ messages, older: after > 0, newer: found.length > messages.length });
    }
    // A page forwards that begins in the archive is read from its end, since ids hardly ever leave a number out.
    const before = after === undefined ? (query.before ?? journal.lastMessageId + 1) : after + limit + 1;
    const found = journal.messagesBefore(before, limit + 1);
    if (found.length <= limit && allowed.value.kept_from > 1) {
      const below = Math.min(before, allowed.value.kept_from);
      try {
        found.push(...(await this.#archive(below, limit + 1 - found.length)));
      } catch {
        return refuse("unavailable", "Older messages cannot be read at the moment.", { retry_after_ms: 2_000 });
      }
    }
    const whole = found.slice(0, limit).filter((message) => message.id > (after ?? 0));
    const page = after === undefined ? fitting(whole).reverse() : fitting(whole.reverse());
    const newer =
      page.length < whole.length && after !== undefined ? true : journal.messagesAfter(before - 1, 1).length > 0;
    if (after !== undefined && page.length === 0 && newer) return this.history(actor, { ...query, after: before - 1 });
    return ok({ messages: page, older: after === undefined ? found.length > page.length : after > 0, newer });
  }

  /** A message with its turn and answer, as they are now. */
  outcome(
    actor: Principal,
    messageId: number,
    turnId: number | null,
  ): Outcome<{ message: Message; turn: Turn | null; answer: Message | null }> {
    const journal = this.#journal;
    const allowed = allows(journal, actor, "conversation.read");
    if (!allowed.ok) return allowed;
    const message = journal.message(messageId);
    if (!message) return refuse("not_found", "There is no such message.");
    const turn = turnId === null ? null : journal.turn(turnId);
    const answer = turn?.answer_id ? journal.message(turn.answer_id) : null;
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
    size += message.content.length + 300;
    return size > LIMITS.frameOut;
  });
  return end === -1 ? messages : messages.slice(0, Math.max(1, end));
}
