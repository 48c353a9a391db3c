// The reducer by itself: what a frame changes, and when something is missing.
import { describe, expect, it } from "vitest";
import {
  type Applied,
  apply,
  applyUnknown,
  disconnected,
  newSession,
  type Session,
  withAcknowledgement,
  withPending,
} from "../../../src/client/conversation-state.ts";
import type { Message, Turn } from "../../../src/protocol/entities.ts";
import type { ServerFrame, Welcome } from "../../../src/protocol/frames.ts";
import { ANN, AT, CONVERSATION, newMessage, newTurn } from "./samples.ts";

const welcome = (fields: Partial<Welcome> = {}): Welcome => ({
  type: "welcome",
  v: 1,
  you: { ...ANN, role: "member", can: [] },
  conversation: CONVERSATION,
  members: [],
  present: [],
  epoch: "e1",
  latest_seq: 0,
  replay: "none",
  session_expires_at: AT,
  ...fields,
});
const snapshot = (seq: number, messages: Message[], turns: (Turn & { text?: string })[] = []): ServerFrame => ({
  ...{ type: "snapshot", seq, messages, turns, older: false },
});
const created = (seq: number, message: Message): ServerFrame => ({ type: "message.created", seq, at: AT, message });
const started = (seq: number, id: number): ServerFrame => ({ type: "turn.started", seq, at: AT, turn: newTurn(id, 1) });
const finished = (seq: number, id: number, length: number): ServerFrame => {
  const { content: _, ...stub } = newMessage(10 + id, { role: "assistant", turn_id: id });
  const turn = newTurn(id, 1, { state: "finished", answer_id: stub.id });
  return { type: "turn.finished", seq, at: AT, turn, message: { ...stub, length } };
};
const text = (from: number, text: string): ServerFrame => ({ from, text });

/** All applied, one after the other; none of them may find anything missing. */
function applied(from: Session, ...frames: ServerFrame[]): Session {
  return frames.reduce((session, frame) => {
    const result = apply(session, frame);
    if (result.lost) throw new Error(`lost at ${JSON.stringify(frame)}`);
    return result.session;
  }, from);
}
const live = applied(newSession, welcome());
const textOf = (session: Session, turn: number) => session.view.turns.get(turn)?.text;
const lost = (applied: Applied) => applied.lost;

describe("the order of events", () => {
  it("takes each event once: a repeated one changes nothing", () => {
    const once = applied(live, created(1, newMessage(1)), started(2, 1));
    expect(applied(once, created(1, newMessage(1, { content: "other" })))).toEqual(once);
    expect(applied(once, started(2, 1), created(3, newMessage(2))).seq).toBe(3);
  });

  it("finds a gap, also before an event of an unknown kind", () => {
    expect(lost(apply(live, created(2, newMessage(1))))).toBe(true);
    expect(lost(applyUnknown(live, 2))).toBe(true);
    expect(applyUnknown(live, 1)).toMatchObject({ lost: false, session: { seq: 1 } });
  });

  it("takes no event before the welcome of its connection", () => {
    expect(lost(apply(disconnected(live), created(1, newMessage(1))))).toBe(true);
  });

  it("is live when the replay has reached the head that welcome named", () => {
    const behind = applied(newSession, welcome({ latest_seq: 2, replay: "events" }), created(1, newMessage(1)));
    expect(behind.view.status.state).toBe("connecting");
    expect(applied(behind, created(2, newMessage(2))).view.status.state).toBe("live");
  });

  it("does not believe a welcome that contradicts what is held", () => {
    const held = disconnected(applied(live, created(1, newMessage(1))));
    const replay = "events" as const;
    for (const wrong of [{ latest_seq: 0, replay }, { latest_seq: 2 }, { latest_seq: 1, replay, epoch: "e2" }])
      expect(lost(apply(held, welcome(wrong)))).toBe(true);
    expect(lost(apply(held, welcome({ latest_seq: 1 })))).toBe(false);
  });
});

describe("the text of an answer", () => {
  const running = applied(live, started(1, 1), text(0, "Hello"));

  it("grows by what is new of an overlapping piece", () => {
    expect(textOf(applied(running, text(3, "lo, Ann")), 1)).toBe("Hello, Ann");
    expect(applied(running, text(0, "Hell"))).toEqual(running);
  });

  it("is missing something when a piece begins behind what is held", () => {
    expect(lost(apply(running, text(6, "?")))).toBe(true);
    expect(lost(apply(live, text(0, "whose?")))).toBe(true);
  });

  it("becomes the message when the length fits, and is asked for anew when it does not", () => {
    expect(applied(running, finished(2, 1, 5)).view.messages.at(-1)).toMatchObject({ id: 11, content: "Hello" });
    for (const length of [4, 6]) {
      const result = apply(running, finished(2, 1, length));
      expect(result).toMatchObject({ lost: true, session: { seq: 1 } });
      expect(textOf(result.session, 1)).toBe("");
    }
  });

  it("is asked for from its start after a lost event: the lost one may have begun another turn", () => {
    const result = apply(running, created(3, newMessage(1)));
    expect(result.lost).toBe(true);
    expect(textOf(result.session, 1)).toBe("");
  });

  it("stays with its turn when an earlier one is repeated", () => {
    const second = applied(running, finished(2, 1, 5), started(3, 2), text(0, "Bye"));
    const replayed = applied(
      second,
      started(1, 1),
      text(0, "Hello, old"),
      finished(2, 1, 5),
      started(3, 2),
      text(0, "Bye!"),
    );
    expect(textOf(replayed, 1)).toBe("Hello");
    expect(textOf(replayed, 2)).toBe("Bye!");
  });

  it("goes on with the running turn on the next connection, wherever the last one stopped", () => {
    const second = applied(running, finished(2, 1, 5), started(3, 2), text(0, "Bye"), started(1, 1));
    const again = applied(disconnected(second), welcome({ latest_seq: 3 }), text(3, "!"));
    expect(textOf(again, 2)).toBe("Bye!");
  });
});

describe("a snapshot", () => {
  const held = applied(live, created(1, newMessage(1)), created(2, newMessage(2)), started(3, 1), finished(4, 1, 0));
  const toSnapshot = (epoch: string) =>
    applied(disconnected(held), welcome({ epoch, latest_seq: 9, replay: "snapshot" }));

  it("joins what is held, and keeps how known turns ended", () => {
    const { view } = applied(toSnapshot("e1"), snapshot(9, [newMessage(11), newMessage(12)]));
    expect(view.messages.map(({ id }) => id)).toEqual([1, 2, 11, 12]);
    expect(view.turns.get(1)?.state).toBe("finished");
  });

  it("replaces all that is held when the store was restored from a copy", () => {
    const { view } = applied(toSnapshot("e2"), snapshot(9, [newMessage(2, { content: "as restored" })]));
    expect(view.messages.map(({ content }) => content)).toEqual(["as restored"]);
    expect(view.turns.size).toBe(0);
  });

  it("forgets an open turn that is over, and takes the running one with its text", () => {
    const open = applied(live, started(1, 1), text(0, "old"));
    const asked = applied(disconnected(open), welcome({ latest_seq: 9, replay: "snapshot" }));
    const { view, ...rest } = applied(asked, snapshot(9, [], [{ ...newTurn(2, 1), text: "new" }]));
    expect([...view.turns.values()].map(({ id, text }) => [id, text])).toEqual([[2, "new"]]);
    expect(textOf(applied({ view, ...rest }, text(3, "er")), 2)).toBe("newer");
  });

  it("ends the waiting of an acknowledged message, also when it lies before its first one", () => {
    const pending = { client_id: "a", content: "mine", created_at: AT, error: null };
    const waiting = withAcknowledgement(withPending(held, pending), "a", 5);
    expect(waiting.view.pending).toEqual([pending]);
    const asked = applied(disconnected(waiting), welcome({ latest_seq: 90, replay: "snapshot" }));
    expect(applied(asked, snapshot(90, [newMessage(80)])).view.pending).toEqual([]);
  });
});
