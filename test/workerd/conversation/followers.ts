// Who follows a conversation: strictly by the frames, or as the client library does.
import { expect } from "vitest";
import { apply, disconnected, newSession, running, type Session } from "../../../src/client/conversation-state.ts";
import type { Message } from "../../../src/protocol/entities.ts";
import type { ServerFrame, Welcome } from "../../../src/protocol/frames.ts";
import type { Rig, Watcher } from "./rig.ts";

/** Follows what a viewer is sent, as strictly as R5 promises; the answers' texts by turn. */
function follow(frames: readonly ServerFrame[], since: number, texts: Map<number, string>): number {
  let seq = since;
  let turn = 0;
  const turnOf = new Map<number, number>();
  for (const frame of frames) {
    if (frame.type === undefined) {
      const held = texts.get(turn) ?? "";
      expect(frame.from).toBe(held.length);
      expect(frame.text.isWellFormed()).toBe(true);
      texts.set(turn, held + frame.text);
    } else if (frame.type !== "reply" && "at" in frame) {
      expect(frame.seq).toBe(seq + 1);
      seq = frame.seq;
      if (frame.type === "turn.started") turn = frame.turn.id;
      if (frame.type === "turn.reset") texts.set(turn, "");
      if (
        (frame.type === "turn.finished" || frame.type === "turn.cancelled" || frame.type === "turn.interrupted") &&
        frame.message
      ) {
        expect(texts.get(frame.turn.id)?.length ?? 0).toBe(frame.message.length);
        turnOf.set(frame.message.id, frame.turn.id);
      }
      if (frame.type === "message.deleted") texts.delete(turnOf.get(frame.message_id) ?? 0);
    }
  }
  return seq;
}

/** A viewer from the beginning: what it saw is followed; a restart makes it come back where it was. */
export class Follower {
  #watcher: Watcher;
  #texts = new Map<number, string>();
  #seen: ServerFrame[] = [];
  constructor(readonly rig: Rig) {
    this.#watcher = rig.watch();
  }
  /** The process died, or the connection did. */
  comeBack(): void {
    this.#seen.push(...this.#watcher.frames);
    const [seq, turn, offset] = this.#place();
    this.#watcher = this.rig.watch();
    const { mode, frames } = this.rig.replay({ since: seq, turn, offset });
    expect(mode).not.toBe("snapshot");
    this.rig.audience.tell(this.#watcher.id, frames);
  }
  check(): Map<number, string> {
    this.#texts = new Map();
    expect(follow([...this.#seen, ...this.#watcher.frames], 1, this.#texts)).toBe(this.rig.journal.seq);
    return this.#texts;
  }
  #place(): [seq: number, turn: number | null, offset: number] {
    const texts = new Map<number, string>();
    const seq = follow(this.#seen, 1, texts);
    const turn = this.#seen.findLast((frame) => frame.type === "turn.started");
    const id = turn?.type === "turn.started" ? turn.turn.id : null;
    return [seq, id, texts.get(id ?? 0)?.length ?? 0];
  }
}

/** The client library itself, which comes back wherever it has to. */
export class Page {
  #session: Session;
  #watcher: Watcher;
  #taken = 0;
  constructor(
    readonly rig: Rig,
    session = newSession,
  ) {
    this.#session = session;
    this.#watcher = this.#connect();
  }
  /** One that left after event `seq`, before there was any message. */
  static from(rig: Rig, seq: number): Page {
    return new Page(rig, { ...newSession, epoch: WELCOME.epoch, seq });
  }
  leave(): void {
    this.#take();
    this.rig.audience.remove(this.#watcher.id);
    this.#session = disconnected(this.#session);
  }
  comeBack(): void {
    if (this.#session.sync.state !== "closed") this.leave();
    this.#watcher = this.#connect();
  }
  get messages(): readonly Message[] {
    this.#take();
    expect(this.#session).toMatchObject({ seq: this.rig.journal.seq, sync: { state: "live" } });
    return this.#session.view.messages;
  }
  #connect(): Watcher {
    const { epoch, seq, view } = this.#session;
    const turn = running(view.turns.values());
    const held = { turn: turn?.id ?? null, offset: turn?.text.length ?? 0 };
    const { mode, frames } = this.rig.replay({ epoch, since: epoch === null ? null : seq, ...held });
    const watcher = this.rig.watch();
    this.#taken = 0;
    this.#apply({ ...WELCOME, latest_seq: this.rig.journal.seq, replay: mode });
    this.rig.audience.tell(watcher.id, frames);
    return watcher;
  }
  #take(): void {
    const { frames } = this.#watcher;
    while (this.#taken < frames.length) this.#apply(frames[this.#taken++]);
  }
  #apply(frame: ServerFrame | undefined): void {
    if (!frame) return;
    const { session, lost } = apply(this.#session, frame);
    expect(lost).toBe(false);
    this.#session = session;
  }
}

const WELCOME: Welcome = {
  ...{
    type: "welcome",
    v: 1,
    you: { user_id: 1, name: "user 1", role: "owner", can: [], changes_from: 1 },
    members: [],
    present: [],
  },
  conversation: {
    ...{ id: 7, kind: "chat", title: null, model: null, instructions: null, assistant_mode: "always" },
    ...{ temperature: null, created_at: "2026-11-21T12:00:00.000Z" },
  },
  ...{ epoch: "e1", latest_seq: 0, replay: "none", session_expires_at: "2026-11-22T12:00:00.000Z" },
};

/** Of a question with answers left, one of these is current; of an edited one none, while its new text has no answer. */
export function expectCurrent(messages: readonly Message[]): void {
  for (const { id, answer_id, edited_at } of messages) {
    const answers = messages.filter((m) => m.role === "assistant" && m.reply_to === id && !m.deleted_at);
    if (edited_at !== undefined) expect([undefined, ...answers.map((m) => m.id)]).toContain(answer_id);
    else if (answers.length > 0) expect(answers.map((m) => m.id)).toContain(answer_id);
    else expect(answer_id).toBeUndefined();
  }
}
