// Results of the tools that clients run: each is a message; with the last one that an answer waits for, the model goes on.
import type { Principal } from "../../auth/principal.ts";
import { type Clock, iso } from "../../lib/clock.ts";
import type { Model } from "../../models/model.ts";
import type { Command } from "../../protocol/commands.ts";
import type { Message } from "../../protocol/entities.ts";
import { type Outcome, ok, refuse } from "../../protocol/errors.ts";
import type { Replies } from "../../protocol/frames.ts";
import { asText, callsOf, resultOf, type ToolCall, type ToolResult } from "../../protocol/tools.ts";
import type { Journal } from "../journal/journal.ts";
import type { StoredEvent } from "../journal/tables.ts";
import { allows } from "../people/access.ts";
import type { Answering } from "./answering.ts";
import { recentMessages, resultsOf, stands, type Waiting, waitingIn } from "./calls.ts";

export interface CallingOptions {
  journal: Journal;
  answering: Answering;
  clock: Clock;
  resolveModel(name: string | null): Outcome<Model>;
  /** Committed events, to be sent on. */
  publish(events: StoredEvent[]): void;
}

export interface Returned {
  call_id: string;
  /** The result as JSON or text, or what went wrong; or why it cannot be kept. */
  content: Outcome<string>;
  failed: boolean;
}

type Kept = Pick<Message, "content"> & Omit<ToolResult, "call_id" | "name">;
type Brought = Extract<Command, { type: "tool.result" }>;

/** What the model reads in place of a result. */
const STOPPED = "A person stopped this call.";

export class Calling {
  #o: CallingOptions;

  constructor(options: CallingOptions) {
    this.#o = options;
  }

  takeCommand(actor: Principal, { call_id, result, error }: Brought): Outcome<Replies["tool.result"]> {
    return this.take(actor, { call_id, content: asText(error ?? result), failed: error !== undefined });
  }

  /**
   * The first result of a call counts; whoever brings another one is told of that. Who brings one that cannot be kept is
   * not counted on to bring a better one: the call has failed, and the model goes on.
   */
  take(actor: Principal, { call_id, content, failed }: Returned): Outcome<Replies["tool.result"]> {
    const { journal, answering, resolveModel } = this.#o;
    const allowed = allows(journal, actor, "conversation.send");
    if (!allowed.ok) return allowed;
    const recent = recentMessages(journal);
    // The latest answer with it: some providers number the calls of each answer anew.
    const answer = recent.find((message) => callsOf(message).some((call) => call.call_id === call_id));
    const call = answer && callsOf(answer).find((one) => one.call_id === call_id);
    if (!answer || !call || answer.deleted_at)
      return refuse("not_found", "There is no such call.", { field: "call_id" });
    if (!stands(journal, answer))
      return refuse("conflict", "Its question has another answer: nothing waits for this result.", {
        field: "call_id",
      });
    const brought = resultsOf(answer, recent);
    const known = brought.get(call_id);
    if (known && resultOf(known)?.stopped)
      return refuse("conflict", "This call was stopped: nothing waits for its result.", { field: "call_id" });
    if (known) return ok({ message_id: known.id, seq: journal.seq, repeated: true });
    const turn = journal.ledger.turn(answer.turn_id ?? 0);
    const isLast = callsOf(answer).every((one) => one.call_id === call_id || brought.has(one.call_id));
    const model = turn && isLast ? resolveModel(turn.model) : null;
    if (model && !model.ok) return model;

    const { value, events } = journal.commit(() => {
      const kept = content.ok
        ? { content: content.value, failed }
        : { content: `The result was not kept: ${content.error.message}`, failed: true };
      const { message, seq } = this.#keep(actor, answer, call, kept);
      if (model && turn) answering.enqueue(message.id, turn.user_id, model.value.name, turn.temperature);
      return { message_id: message.id, seq };
    });
    this.#o.publish(events);
    answering.pump();
    if (content.ok) return ok({ ...value, repeated: false });
    const { code, message } = content.error;
    return refuse(code, `${message} The call has failed, and the model was told why.`, { field: "result" });
  }

  /** What answers wait for is given up: whatever is still brought for it is refused. Where nothing waits, that is said. */
  giveUp(actor: Principal): Outcome<object> {
    const { journal } = this.#o;
    const allowed = allows(journal, actor, "conversation.read");
    if (!allowed.ok) return allowed;
    const waiting = waitingIn(journal);
    if (waiting.length === 0) return refuse("conflict", "Nothing is being answered here: there is nothing to stop.");
    const own = ({ answer }: Waiting) => journal.ledger.turn(answer.turn_id ?? 0)?.user_id === actor.user_id;
    const may = allows(journal, actor, "turn.cancel", waiting.every(own));
    if (!may.ok) return may;
    const { events } = journal.commit(() => {
      for (const { answer, calls } of waiting)
        for (const call of calls) this.#keep(actor, answer, call, { content: STOPPED, failed: true, stopped: true });
    });
    this.#o.publish(events);
    return ok({});
  }

  #keep(actor: Principal, answer: Message, { call_id, name }: ToolCall, { content, ...how }: Kept) {
    const { journal, clock } = this.#o;
    const message: Message = {
      id: journal.nextMessageId(),
      role: "tool",
      author: { user_id: actor.user_id, name: journal.members.nameOf(actor) },
      content,
      data: { call_id, name, ...how },
      files: [],
      turn_id: null,
      reply_to: answer.id,
      client_id: null,
      created_at: iso(clock.now()),
    };
    const { seq } = journal.append("message.created", { message });
    journal.addMessage(message, seq);
    return { message, seq };
  }
}
