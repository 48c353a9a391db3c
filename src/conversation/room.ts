// What may be asked of a conversation: decides by the policy, writes through the journal in one commit, and only then
// lets anybody know. Runs anywhere: sockets, storage, time and models come in.
import type { Principal } from "../auth/principal.ts";
import { Bucket } from "../lib/bucket.ts";
import type { Command } from "../protocol/commands.ts";
import { type Outcome, ok, refuse } from "../protocol/errors.ts";
import type { Replies } from "../protocol/frames.ts";
import { LIMITS } from "../protocol/limits.ts";
import { publicConversation } from "./journal/records.ts";
import { allows } from "./people/access.ts";
import { Membership, type MembershipOptions } from "./people/membership.ts";
import { Asking, type AskingOptions } from "./turns/asking.ts";
import { Revising, type RevisingOptions } from "./turns/revising.ts";
import type { Titling } from "./turns/titling.ts";

export interface RoomOptions extends AskingOptions, MembershipOptions, RevisingOptions {
  titling: Pick<Titling, "unanswered" | "forget" | "decided">;
}

/** `auth.refresh` concerns the socket, not the room, and `tool.result` an answer (calling.ts). */
export type RoomCommand = Exclude<Command, { type: "auth.refresh" | "tool.result" }>;
export type RoomReply = Replies[RoomCommand["type"]];
type Configure = Omit<Extract<Command, { type: "configure" }>, "type" | "ref">;

export class Room {
  #o: RoomOptions;
  readonly asking: Asking;
  readonly membership: Membership;
  readonly #revising: Revising;
  #commands: Bucket;

  constructor(options: RoomOptions) {
    this.#o = options;
    this.asking = new Asking(options);
    this.membership = new Membership(options);
    this.#revising = new Revising(options);
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
        return this.asking.send(actor, command);
      case "message.edit":
        return this.asking.edit(actor, command);
      case "message.delete":
        return this.#revising.remove(actor, command.message_id);
      case "answer.select":
        return this.#revising.select(actor, command.message_id);
      case "turn.cancel":
        return this.asking.cancel(actor, command.turn_id);
      case "turn.retry":
        return this.asking.retry(actor, command);
      case "history":
        return this.#o.reading.history(actor, command);
      case "member.add":
        return this.membership.add(actor, command);
      case "member.remove":
        return this.membership.remove(actor, command.user_id);
      case "member.role":
        return this.membership.changeRole(actor, command);
      case "configure":
        return this.#configure(actor, command);
      default:
        return command satisfies never;
    }
  }

  #configure(actor: Principal, command: Configure): Outcome<{ seq: number }> {
    const { journal } = this.#o;
    const allowed = allows(journal, actor, "conversation.configure");
    if (!allowed.ok) return allowed;
    if (command.model) {
      const model = this.#o.resolveModel(command.model);
      if (!model.ok) return model;
    }
    const { value: head } = allowed;
    const { value, events } = journal.commit(() => {
      journal.configure({
        title: command.title === undefined ? head.title : command.title,
        model: command.model === undefined ? head.model : command.model,
        instructions: command.instructions === undefined ? head.instructions : command.instructions,
        assistant_mode: command.assistant_mode ?? head.assistant_mode,
        temperature: command.temperature === undefined ? head.temperature : command.temperature,
      });
      const turnId = command.title === undefined ? null : this.#o.titling.decided();
      const conversation = publicConversation(journal.head ?? head);
      return journal.append("conversation.configured", { conversation }, turnId);
    });
    this.#o.publish(events);
    return ok({ seq: value.seq });
  }
}
