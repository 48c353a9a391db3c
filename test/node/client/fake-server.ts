// A conversation's server, small enough to be right by reading: it follows protocol.md, and fails where a test says so.
import { Command } from "../../../src/protocol/commands.ts";
import type { AnswerStub, Message, Turn } from "../../../src/protocol/entities.ts";
import type { Event } from "../../../src/protocol/frames.ts";
import { pairedSockets, type ServerEnd } from "../../support/paired-socket.ts";
import { ANN, AT, BOB, CONVERSATION, newMessage, newTurn } from "../../support/samples.ts";

type Unsequenced<T> = T extends Event ? Omit<T, "seq" | "at"> : never;
/** `future.thing` stands for what a newer server may send. */
type Change = Unsequenced<Event> | { type: "future.thing"; detail: string };
type Logged = Change & { seq: number; at: string };
type Ended = "finished" | "cancelled" | "interrupted" | "failed";

export class FakeServer {
  epoch = "e1";
  readonly log: Logged[] = [];
  messages: Message[] = [];
  turn: (Turn & { text: string }) | null = null;
  /** Every socket that was accepted, the newest last. */
  readonly ends: ServerEnd[] = [];
  /** Frames that clients sent; `ping` is answered and not kept. */
  readonly received: ({ type: string } & Record<string, unknown>)[] = [];
  /** How often each client_id was sent. */
  readonly sent = new Map<string, number>();
  #turns = 0;

  // What a test may change
  refuseUpgrade = false;
  /** So many of the next broadcasts are lost on the way, without anyone noticing. */
  swallow = 0;
  forceSnapshot = false;
  /** Messages in a snapshot. */
  snapshot = 50;
  /** How many events before the cursor a replay starts too early. */
  overlap = 0;
  answerPings = true;
  /** Answers a command in place of the server: a reply's fields, or "silent" for none; undefined leaves it be. */
  intercept: (command: Command, end: ServerEnd) => object | "silent" | undefined = () => undefined;

  readonly WebSocket = pairedSockets((end) => {
    if (this.refuseUpgrade) return "refuse";
    this.ends.push(end);
    end.onMessage = (text) => this.#receive(end, text);
    setTimeout(() => this.#greet(end), 0); // the client hears of its open socket first
    return undefined;
  });

  /** The newest connection. */
  get end(): ServerEnd {
    const end = this.ends.at(-1);
    if (!end) throw new Error("no client is connected");
    return end;
  }

  get seq(): number {
    return this.log.length;
  }

  broadcast(frame: object) {
    if (this.swallow > 0) this.swallow -= 1;
    else for (const end of this.ends) if (end.open) end.send(JSON.stringify(frame));
  }

  /** Sends the last `count` events once more. */
  repeat(count: number) {
    for (const event of this.log.slice(-count)) this.broadcast(event);
  }

  /** Sends the last `length` units of the running answer once more. */
  repeatText(length: number) {
    const text = this.turn?.text ?? "";
    const from = Math.max(0, text.length - length);
    if (text.length > from) this.broadcast({ from, text: text.slice(from) });
  }

  append(change: Change) {
    const event = { ...change, seq: this.seq + 1, at: AT };
    this.log.push(event);
    this.broadcast(event);
  }

  post(content: string, author = BOB, clientId: string | null = null): Message {
    return this.#add({ author, content, client_id: clientId });
  }

  start() {
    if (this.turn) return;
    const turn = newTurn(++this.#turns, Math.max(1, this.messages.length));
    this.turn = { ...turn, text: "" };
    this.append({ type: "turn.started", turn });
  }

  text(text: string) {
    if (!this.turn) return;
    this.broadcast({ from: this.turn.text.length, text });
    this.turn.text += text;
  }

  reset() {
    if (!this.turn) return;
    this.turn.text = "";
    this.turn.attempt += 1;
    this.append({ type: "turn.reset", turn_id: this.turn.id, attempt: this.turn.attempt, reason: "restart" });
  }

  finish(state: Ended = "finished") {
    if (!this.turn) return;
    const { text, ...open } = this.turn;
    this.turn = null;
    const turn: Turn = { ...open, state, ended_at: AT };
    if (state === "failed") return this.append({ type: "turn.failed", turn });
    const { content, ...stub } = newMessage(this.messages.length + 1, {
      role: "assistant",
      content: text,
      turn_id: turn.id,
      reply_to: turn.question_id,
    });
    const message: AnswerStub = { ...stub, length: content.length };
    this.messages.push({ ...stub, content });
    this.#change(turn.question_id, { answer_id: stub.id });
    this.append({ type: `turn.${state}`, turn: { ...turn, answer_id: stub.id }, message });
  }

  edit(id: number, content: string) {
    const message = this.messages.find((known) => known.id === id);
    if (!message || message.deleted_at || message.role !== "user") return;
    this.#forget(id);
    this.#change(id, { content, edited_at: AT });
    this.append({ type: "message.edited", message: { ...message, content, edited_at: AT } });
  }

  remove(id: number) {
    const message = this.messages.find((known) => known.id === id);
    if (!message || message.deleted_at) return;
    this.#forget(id);
    this.#change(id, { content: "", data: {}, files: [], deleted_at: AT });
    this.append({ type: "message.deleted", message_id: id });
    const question = this.messages.find((known) => known.answer_id === id);
    this.messages = this.messages.map(({ answer_id, ...message }) =>
      answer_id === undefined || answer_id === id ? message : { ...message, answer_id },
    );
    const next = this.messages.findLast((m) => m.reply_to === question?.id && !m.deleted_at);
    if (question && next) this.select(next.id);
  }

  select(id: number) {
    const answer = this.messages.find((known) => known.id === id);
    if (!answer?.reply_to || answer.deleted_at) return;
    this.#change(answer.reply_to, { answer_id: id });
    this.append({ type: "answer.selected", question_id: answer.reply_to, message_id: id });
  }

  #change(id: number, change: Partial<Message>) {
    this.messages = this.messages.map((message) => (message.id === id ? { ...message, ...change } : message));
  }

  /** The log replays no text that was edited away or deleted. */
  #forget(id: number) {
    for (const event of this.log) {
      if (!("message" in event) || event.message?.id !== id) continue;
      if ("length" in event.message) event.message.length = 0;
      else event.message = { ...event.message, content: "" };
    }
  }

  #add(fields: Partial<Message>): Message {
    const message = newMessage(this.messages.length + 1, fields);
    this.messages.push(message);
    this.append({ type: "message.created", message });
    return message;
  }

  #greet(end: ServerEnd) {
    const query = end.url.searchParams;
    const since = Number(query.get("since"));
    const known = query.get("epoch") === this.epoch && since <= this.seq && !this.forceSnapshot;
    const replay = !known ? "snapshot" : since < this.seq ? "events" : "none";
    send(end, {
      ...{ type: "welcome", v: 1, you: { ...ANN, role: "member", can: ["conversation.send"], changes_from: 1 } },
      ...{ conversation: CONVERSATION, members: [], present: [], epoch: this.epoch, latest_seq: this.seq },
      ...{ replay, session_expires_at: AT },
    });
    if (known) this.#replay(end, since, query);
    else this.#snapshot(end);
  }

  #replay(end: ServerEnd, since: number, query: URLSearchParams) {
    const from = this.overlap === 0 ? since : this.#outsideTurn(Math.max(0, since - this.overlap));
    // An offset counts in the text that the client has now; what a reset took away is sent from its start.
    const reset = this.log.slice(since).some((event) => event.type === "turn.reset");
    const held = from < since || reset ? 0 : Number(query.get("offset"));
    const text = (turn: number, content: string) => {
      const start = Number(query.get("turn")) === turn ? held : 0;
      if (content.length > start) send(end, { from: start, text: content.slice(start) });
    };
    for (const event of this.log.slice(from)) {
      if ("turn" in event && "message" in event) text(event.turn.id, this.#content(event.message?.id));
      send(end, event);
    }
    if (this.turn) text(this.turn.id, this.turn.text);
  }

  /** Text says no turn: whoever repeats some of it begins with its `turn.started`. */
  #outsideTurn(index: number): number {
    const last = this.log
      .slice(0, index)
      .findLastIndex((event) => event.type !== "turn.reset" && event.type.startsWith("turn."));
    return this.log[last]?.type === "turn.started" ? last : index;
  }

  #content(messageId: number | undefined): string {
    return this.messages.find(({ id }) => id === messageId)?.content ?? "";
  }

  #snapshot(end: ServerEnd) {
    const messages = this.messages.slice(-this.snapshot);
    const older = this.messages.length > messages.length;
    send(end, { type: "snapshot", seq: this.seq, messages, turns: this.turn ? [this.turn] : [], older });
  }

  #receive(end: ServerEnd, text: string) {
    if (text === "ping") {
      if (this.answerPings) end.send("pong");
      return;
    }
    const frame = JSON.parse(text);
    this.received.push(frame);
    const command = Command.safeParse(frame);
    if (!command.success) return;
    const answer = this.intercept(command.data, end) ?? this.#execute(command.data);
    if (answer !== "silent") send(end, { type: "reply", ref: command.data.ref, ok: true, ...answer });
  }

  #execute(command: Command): object {
    switch (command.type) {
      case "message.send":
        return this.#take(command.client_id, command.content);
      case "history": {
        const { after } = command;
        if (after !== undefined) {
          const later = this.messages.filter(({ id }) => id > after);
          return { messages: later.slice(0, command.limit), older: after > 0, newer: later.length > command.limit };
        }
        const earlier = this.messages.filter(({ id }) => id < (command.before ?? Infinity));
        const messages = earlier.slice(-command.limit);
        return { messages, older: earlier.length > messages.length, newer: true };
      }
      case "turn.cancel":
        this.finish("cancelled");
        return { state: "cancelled" };
      case "auth.refresh":
        return { session_expires_at: AT };
      default:
        return { seq: this.seq };
    }
  }

  #take(clientId: string, content: string): object {
    this.sent.set(clientId, (this.sent.get(clientId) ?? 0) + 1);
    const first = this.log.find((event) => event.type === "message.created" && event.message.client_id === clientId);
    if (first?.type === "message.created") return { message_id: first.message.id, seq: first.seq, repeated: true };
    const message = this.post(content, ANN, clientId);
    return { message_id: message.id, seq: this.seq, repeated: false };
  }
}

const send = (end: ServerEnd, frame: object) => end.send(JSON.stringify(frame));
