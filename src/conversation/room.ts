// What may be asked of a conversation: decides by the policy, writes through the journal in one commit, and only then
// lets anybody know. Runs anywhere: sockets, storage, time and models come in.
import { createHash } from "node:crypto";
import type { Principal } from "../auth/principal.ts";
import { Bucket } from "../lib/bucket.ts";
import { type Clock, iso } from "../lib/clock.ts";
import type { Model } from "../models/model.ts";
import type { Command } from "../protocol/commands.ts";
import type { Member, MemberRole, Message, TurnState } from "../protocol/entities.ts";
import { type Outcome, ok, refuse } from "../protocol/errors.ts";
import type { Replies } from "../protocol/frames.ts";
import { LIMITS } from "../protocol/limits.ts";
import { allows, FORBIDDEN } from "./access.ts";
import type { Answering } from "./answering.ts";
import type { Audience } from "./audience.ts";
import { FAREWELL } from "./farewells.ts";
import type { Journal } from "./journal.ts";
import type { Reading } from "./reading.ts";
import { publicConversation } from "./records.ts";
import type { Head, StoredEvent } from "./tables.ts";

export interface RoomOptions {
  journal: Journal;
  audience: Audience;
  answering: Answering;
  reading: Reading;
  clock: Clock;
  /** Of one user in this conversation; 0 = no limit. */
  messagesPerMinute: number;
  resolveModel(name: string | null): Outcome<Model>;
  /** The user's name, null when there is no such user. Throws when people cannot be looked up. */
  userName(userId: number): Promise<string | null>;
  /** Committed events, to be sent on. */
  publish(events: StoredEvent[]): void;
}

type Of<T extends Command["type"]> = Extract<Command, { type: T }>;
/** `auth.refresh` concerns the socket, not the room. */
export type RoomCommand = Exclude<Command, { type: "auth.refresh" }>;
export type RoomReply = Replies[RoomCommand["type"]];
export type Outgoing = Omit<Of<"message.send">, "type" | "ref">;

const BURST = 10;

export class Room {
  #o: RoomOptions;
  #commands: Bucket;
  #messages = new Map<number, Bucket>();

  constructor(options: RoomOptions) {
    this.#o = options;
    this.#commands = new Bucket(
      options.clock,
      LIMITS.conversationCommands.perSecond,
      LIMITS.conversationCommands.burst,
    );
  }

  /** Carries out one command of one person; a success is durable before anybody sees it (output gate). */
  async command(actor: Principal, command: RoomCommand): Promise<Outcome<RoomReply>> {
    const wait = this.#commands.take();
    if (wait > 0) return refuse("rate_limited", "Too much is going on in this conversation.", { retry_after_ms: wait });
    switch (command.type) {
      case "message.send":
        return this.send(actor, command);
      case "turn.cancel":
        return this.#cancel(actor, command.turn_id);
      case "turn.retry":
        return this.retry(actor, command);
      case "history":
        return this.#o.reading.history(actor, command);
      case "member.add":
        return this.#addMember(actor, command);
      case "member.remove":
        return this.#removeMember(actor, command.user_id);
      case "member.role":
        return this.#changeRole(actor, command);
      case "configure":
        return this.#configure(actor, command);
      default:
        return command satisfies never;
    }
  }

  /** The message, its event, its turn and the turn's first ledger row: one commit. */
  send(actor: Principal, command: Outgoing): Outcome<Replies["message.send"]> {
    const { journal, answering, clock } = this.#o;
    const allowed = allows(this.#o.journal, actor, "conversation.send");
    if (!allowed.ok) return allowed;
    const digest = digestOf(command.content, command.reply_to);
    const receipt = journal.receipt(actor.user_id, command.client_id);
    if (receipt && receipt.digest !== digest)
      return refuse("conflict", "This client_id was used for another message.", { field: "client_id" });
    if (receipt) return ok({ ...acknowledged(receipt), repeated: true });

    if (command.file_ids?.length) return refuse("not_found", "There is no such file.", { field: "file_ids" });
    if (command.reply_to !== undefined && command.reply_to > journal.lastMessageId)
      return refuse("not_found", "There is no such message.", { field: "reply_to" });
    const answer = command.answer ?? wantsAnswer(allowed.value, command.content);
    const model = this.#o.resolveModel(command.model ?? allowed.value.model);
    if (answer && !model.ok) return model;
    if (answer && journal.openTurns().length > LIMITS.queuedTurns)
      return refuse("busy", "Eight messages are waiting for an answer already.", { retry_after_ms: 2_000 });
    const wait = this.#takeMessage(actor.user_id);
    if (wait > 0) return refuse("rate_limited", "You are sending too many messages.", { retry_after_ms: wait });

    const { value, events } = journal.commit(() => {
      const id = journal.nextMessageId();
      const temperature = command.temperature ?? allowed.value.temperature;
      const message: Message = {
        id,
        role: "user",
        author: { user_id: actor.user_id, name: actor.name },
        content: command.content,
        data: {},
        files: [],
        turn_id: null,
        reply_to: command.reply_to ?? null,
        client_id: command.client_id,
        created_at: iso(clock.now()),
      };
      const { seq } = journal.append("message.created", { message });
      journal.addMessage(message);
      const turn = answer && model.ok ? answering.enqueue(id, actor.user_id, model.value.name, temperature) : null;
      const first = { digest, message_id: id, turn_id: turn?.id ?? null, seq };
      journal.addReceipt(actor.user_id, command.client_id, first);
      return acknowledged(first);
    });
    this.#o.publish(events);
    answering.pump();
    return ok({ ...value, repeated: false });
  }

  #cancel(actor: Principal, turnId: number): Outcome<{ state: TurnState }> {
    const turn = this.#o.journal.turn(turnId);
    const own = !turn || turn.user_id === actor.user_id; // what is not there is nobody else's: not_found
    const allowed = allows(this.#o.journal, actor, "turn.cancel", own);
    if (!allowed.ok) return allowed;
    const state = this.#o.answering.cancel(turnId);
    return state ? ok({ state }) : refuse("not_found", "There is no such turn.", { field: "turn_id" });
  }

  retry(actor: Principal, command: Omit<Of<"turn.retry">, "type" | "ref">): Outcome<{ turn_id: number }> {
    const { journal, answering } = this.#o;
    const question = journal.message(command.message_id);
    const own = question?.role !== "user" || question.author?.user_id === actor.user_id;
    const allowed = allows(this.#o.journal, actor, "turn.retry", own);
    if (!allowed.ok) return allowed;
    if (!question && command.message_id < allowed.value.kept_from)
      return refuse("gone", "This message is too old to be answered again. Send it anew.", { field: "message_id" });
    if (question?.role !== "user" || question.deleted_at)
      return refuse("not_found", "There is no such question.", { field: "message_id" });
    const open = journal.openTurns();
    if (open.some((turn) => turn.question_id === question.id))
      return refuse("conflict", "This message is being answered already.", { field: "message_id" });
    if (open.length > LIMITS.queuedTurns)
      return refuse("busy", "Eight messages are waiting for an answer already.", { retry_after_ms: 2_000 });
    const model = this.#o.resolveModel(command.model ?? allowed.value.model);
    if (!model.ok) return model;
    const wait = this.#takeMessage(actor.user_id);
    if (wait > 0) return refuse("rate_limited", "You are asking too often.", { retry_after_ms: wait });
    const { value, events } = journal.commit(() =>
      answering.enqueue(question.id, actor.user_id, model.value.name, allowed.value.temperature),
    );
    this.#o.publish(events);
    answering.pump();
    return ok({ turn_id: value.id });
  }

  /** The question of this turn, answered again. */
  retryTurn(actor: Principal, turnId: number, model: string | undefined): Outcome<{ turn_id: number }> {
    const message_id = this.#o.journal.turn(turnId)?.question_id ?? 0;
    return this.retry(actor, { message_id, ...(model === undefined ? {} : { model }) });
  }

  async #addMember(actor: Principal, command: Of<"member.add">): Promise<Outcome<{ seq: number }>> {
    const { journal } = this.#o;
    const asked = this.#managesRole(actor, command.role);
    if (!asked.ok) return asked;
    const name = await this.#o.userName(command.user_id);
    const allowed = this.#managesRole(actor, command.role); // much may have happened meanwhile
    if (!allowed.ok) return allowed;
    if (name === null) return refuse("not_found", "There is no such user.", { field: "user_id" });
    if (journal.member(command.user_id))
      return refuse("conflict", "This user is a member already.", { field: "user_id" });
    if (journal.members().length >= LIMITS.members)
      return refuse("quota_exceeded", `A conversation has at most ${LIMITS.members} members.`);
    const member: Member = { user_id: command.user_id, name, role: command.role, read_id: 0 };
    return this.#commit(() => {
      journal.putMember(member.user_id, name, member.role);
      return journal.append("member.added", { member });
    });
  }

  #removeMember(actor: Principal, userId: number): Outcome<{ seq: number }> {
    const { journal, answering, audience } = this.#o;
    const member = journal.member(userId);
    const own = userId === actor.user_id;
    const allowed = own
      ? allows(this.#o.journal, actor, "member.leave")
      : this.#managesRole(actor, member?.role ?? "member");
    if (!allowed.ok) return allowed;
    if (!member) return refuse("not_found", "This user is not a member.", { field: "user_id" });
    if (this.#lastOwner(member) && journal.members().length > 1) return refuse("conflict", LAST_OWNER);
    answering.cancelAll((turn) => turn.user_id === userId);
    const result = this.#commit(() => {
      journal.removeMember(userId);
      return journal.append("member.removed", { user_id: userId });
    });
    for (const sink of audience.ofUser(userId)) audience.dismiss(sink.id, FAREWELL.removed);
    return result;
  }

  #changeRole(actor: Principal, command: Of<"member.role">): Outcome<{ seq: number }> {
    const { journal } = this.#o;
    const member = journal.member(command.user_id);
    const allowed = this.#managesRole(actor, command.role, member?.role);
    if (!allowed.ok) return allowed;
    if (!member) return refuse("not_found", "This user is not a member.", { field: "user_id" });
    if (this.#lastOwner(member) && command.role !== "owner") return refuse("conflict", LAST_OWNER);
    return this.#commit(() => {
      journal.putMember(member.user_id, member.name, command.role);
      return journal.append("member.role_changed", { user_id: member.user_id, role: command.role });
    });
  }

  #configure(actor: Principal, command: Omit<Of<"configure">, "type" | "ref">): Outcome<{ seq: number }> {
    const { journal } = this.#o;
    const allowed = allows(this.#o.journal, actor, "conversation.configure");
    if (!allowed.ok) return allowed;
    if (command.model) {
      const model = this.#o.resolveModel(command.model);
      if (!model.ok) return model;
    }
    const { value: head } = allowed;
    return this.#commit(() => {
      journal.configure({
        title: command.title === undefined ? head.title : command.title,
        model: command.model === undefined ? head.model : command.model,
        instructions: command.instructions === undefined ? head.instructions : command.instructions,
        assistant_mode: command.assistant_mode ?? head.assistant_mode,
        temperature: command.temperature === undefined ? head.temperature : command.temperature,
      });
      return journal.append("conversation.configured", { conversation: publicConversation(journal.head ?? head) });
    });
  }

  /** Owners are made and unmade by owners (and administrators) only. */
  #managesRole(actor: Principal, ...roles: (MemberRole | undefined)[]): Outcome<Head> {
    const allowed = allows(this.#o.journal, actor, "member.manage");
    const owner = actor.role === "admin" || this.#o.journal.member(actor.user_id)?.role === "owner";
    if (!allowed.ok || owner || !roles.includes("owner")) return allowed;
    return refuse("forbidden", FORBIDDEN["member.manage"]);
  }

  #lastOwner(member: Member): boolean {
    return member.role === "owner" && this.#o.journal.members().filter((m) => m.role === "owner").length === 1;
  }

  #commit(work: () => StoredEvent): Outcome<{ seq: number }> {
    const { value, events } = this.#o.journal.commit(work);
    this.#o.publish(events);
    return ok({ seq: value.seq });
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

/** `mention` answers what is addressed to it. */
const wantsAnswer = (head: Head, content: string): boolean =>
  head.assistant_mode === "always" || (head.assistant_mode === "mention" && /(^|\s)@assistant\b/i.test(content));

/** Tells a repeated message from another one under the same `client_id`. */
const digestOf = (content: string, replyTo: number | undefined): string =>
  createHash("sha256")
    .update(JSON.stringify([content, replyTo ?? null]))
    .digest("base64url");

const LAST_OWNER = "A conversation keeps an owner: make somebody else owner first.";
