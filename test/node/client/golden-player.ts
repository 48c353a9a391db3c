// Plays a golden file to a real client of ours: what goes to the client is sent to it, what goes to the server the client is
// asked to say, and everything that it says or asks for must be as the file has it.
import { expect } from "vitest";
import { isOpen } from "../../../src/client/conversation-state.ts";
import { ApiError, createRest } from "../../../src/client/rest.ts";
import type { ConversationHandle } from "../../../src/client/types.ts";
import { ClientFrame } from "../../../src/protocol/commands.ts";
import { ErrorAnswer } from "../../../src/protocol/rest.ts";
import type { FinalState, Line } from "../../support/golden.ts";
import { pairedSockets, type ServerEnd } from "../../support/paired-socket.ts";
import { open, pass } from "./open.ts";

/** A client comes back after 5 s at most. */
const PATIENCE_MS = 6_000;
const STEP_MS = 25;

export class GoldenPlayer {
  #lines: readonly Line[];
  #client: ConversationHandle | null = null;
  #end: ServerEnd | null = null;
  /** What the client said and nobody has looked at. */
  #said: Record<string, unknown>[] = [];
  /** The file's `ref` → the client's. */
  #refs = new Map<unknown, unknown>();
  /** What the next request for a ticket is refused with. */
  #refusal: ApiError | null = null;

  readonly #WebSocket = pairedSockets((end) => {
    this.#end = end;
    this.#said = [];
    end.onMessage = (text) => {
      if (text !== "ping") this.#said.push(JSON.parse(text));
    };
    return undefined;
  });

  constructor(lines: readonly Line[]) {
    this.#lines = lines;
  }

  async play(): Promise<void> {
    for (const [i, line] of this.#lines.entries()) {
      const next = this.#lines[i + 1];
      if ("connect" in line) await this.#connect(line.connect, next && "refused" in next ? next.refused : null);
      else if ("request" in line && next && "response" in next) await this.#request(line.request, next.response);
      else if ("cut" in line) this.#server.cut();
      else if ("close" in line) this.#server.close(line.close.code, line.close.reason);
      else if ("frame" in line && line.to === "client") this.#server.send(JSON.stringify(this.#addressed(line.frame)));
      else if ("frame" in line) await this.#say(line.frame);
      await pass(2);
    }
    expect(this.#said).toEqual([]);
  }

  /** The client's, with the fields that `expected` has. The last event is what it asks to go on from. */
  async state(expected: FinalState): Promise<FinalState> {
    const view = this.#client?.state;
    if (!view) return { status: { state: "live" }, typing: [], notice: null };
    const { status, conversation, members, messages, turns, typing, notice } = view;
    const whole = {
      conversation,
      members,
      messages,
      turns: [...turns.values()].filter(isOpen).map(({ text, ...turn }) => (text ? { ...turn, text } : turn)),
      seq: status.state === "live" ? await this.#since() : expected.seq,
    };
    this.#client?.close();
    const asked = Object.entries(whole).filter(([name]) => name in expected);
    return {
      ...Object.fromEntries(asked),
      status: status.state === "ended" ? { state: "ended", code: status.code } : { state: stateOf(status.state) },
      typing: [...typing],
      notice,
    };
  }

  get #server(): ServerEnd {
    if (!this.#end) throw new Error("the client is not connected");
    return this.#end;
  }

  /** The client connects by itself, or for the first time; the address must say where it is. */
  async #connect(place: Record<string, unknown>, refused: { status: number; body: unknown } | null): Promise<void> {
    this.#refusal = refused && new ApiError(refused.status, ErrorAnswer.parse(refused.body).error);
    const before = this.#end;
    if (!this.#client || this.#client.state.status.state === "ended") this.#client = this.#open();
    if (refused) return void (await pass(PATIENCE_MS));
    for (let waited = 0; this.#end === before && waited < PATIENCE_MS; waited += STEP_MS) await pass(STEP_MS);
    const query = [...this.#server.url.searchParams].filter(([name]) => !["ticket", "_pk"].includes(name));
    expect(Object.fromEntries(query)).toEqual(
      Object.fromEntries(Object.entries(place).map(([name, value]) => [name, String(value)])),
    );
  }

  #open(): ConversationHandle {
    const ticket = async () => {
      if (this.#refusal) throw this.#refusal;
      return "ticket";
    };
    return open({ WebSocket: this.#WebSocket }, { ticket });
  }

  /** Has the client say it, unless it has said so already; a frame that no client should send is left out. */
  async #say(frame: Record<string, unknown>): Promise<void> {
    const wanted = ClientFrame.safeParse(frame);
    if (!wanted.success) return;
    if (this.#said.length === 0) perform(wanted.data, this.#client);
    await pass(2);
    const said = this.#said.shift();
    this.#refs.set(frame.ref, said?.ref);
    expect({ ...said, ref: frame.ref }).toEqual({ ...frame, ref: frame.ref });
  }

  #addressed(frame: Record<string, unknown>): Record<string, unknown> {
    return frame.type === "reply" ? { ...frame, ref: this.#refs.get(frame.ref) ?? -1 } : frame;
  }

  async #since(): Promise<number> {
    const before = this.#end;
    before?.cut();
    for (let waited = 0; this.#end === before && waited < PATIENCE_MS; waited += STEP_MS) await pass(STEP_MS);
    return Number(this.#server.url.searchParams.get("since"));
  }

  /** Over HTTP: the REST client must say what the server said. */
  async #request(
    asked: Extract<Line, { request: unknown }>["request"],
    answer: Extract<Line, { response: unknown }>["response"],
  ): Promise<void> {
    const fetch = async () => Response.json(answer.body, { status: answer.status });
    const rest = createRest({ host: "http://chat.test:8821", session: null, fetch });
    const failed = await rest.me().catch((error: unknown) => error);
    expect(failed, asked.path).toBeInstanceOf(ApiError);
    expect(failed).toMatchObject({ status: answer.status, body: ErrorAnswer.parse(answer.body).error });
  }
}

const stateOf = (state: string) => (state === "live" ? "live" : "reconnecting");

function perform(frame: ClientFrame, client: ConversationHandle | null): void {
  if (!client) return;
  carryOut(frame, client)?.catch(() => {}); // refusals are the file's
}

function carryOut(frame: ClientFrame, client: ConversationHandle): Promise<unknown> | undefined {
  switch (frame.type) {
    case "message.send": {
      const { type: _, ref: __, content, file_ids: ___, ...options } = frame;
      return client.send(content, options);
    }
    case "message.edit":
      return client.edit(frame.message_id, frame.content);
    case "message.delete":
      return client.remove(frame.message_id);
    case "answer.select":
      return client.selectAnswer(frame.message_id);
    case "turn.cancel":
      return client.cancel(frame.turn_id);
    case "turn.retry":
      return client.retry(frame.message_id, frame.model);
    case "tool.result":
      return client.toolResult(
        frame.call_id,
        frame.error === undefined ? { result: frame.result } : { error: frame.error },
      );
    case "history":
      return client.loadOlder();
    case "auth.refresh":
      return client.refresh(frame.token);
    case "member.add":
      return client.addMember(frame.user_id, frame.role);
    case "member.remove":
      return client.removeMember(frame.user_id);
    case "member.role":
      return client.setMemberRole(frame.user_id, frame.role);
    case "configure": {
      const { type: _, ref: __, ...change } = frame;
      return client.configure(change);
    }
    case "typing":
      return void client.typing(frame.on);
    case "read":
      return void client.read(frame.message_id);
    case "probe":
      return undefined;
    default:
      return frame satisfies never;
  }
}
