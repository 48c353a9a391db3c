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
import { ANN, AT, BOB, CONVERSATION, newMessage, newTurn } from "../../support/samples.ts";

const welcome = (fields: Partial<Welcome> = {}): Welcome => ({
  type: "welcome",
  v: 1,
  you: { ...ANN, role: "member", can: [], changes_from: 1 },
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

it("a member's new name is his in the list, and one's own in what one is", () => {
  const members = [ANN, BOB].map((who) => ({ ...who, role: "member" as const, read_id: 3 }));
  const renamed = (seq: number, who: typeof ANN): ServerFrame => ({
    ...{ type: "member.renamed", seq, at: AT, user_id: who.user_id, name: `new ${who.name}` },
  });
  const { view } = applied(applied(newSession, welcome({ members })), renamed(1, BOB), renamed(2, ANN));
  expect(view.members).toEqual(members.map((member) => ({ ...member, name: `new ${member.name}` })));
  expect(view.you?.name).toBe(`new ${ANN.name}`);
});

it("a question whose current answer is deleted has none, unless another one is selected", () => {
  const said = [newMessage(1, { answer_id: 2 }), newMessage(2, { role: "assistant", reply_to: 1 })];
  const opened = applied(newSession, welcome({ latest_seq: 1, replay: "snapshot" }), snapshot(1, said));
  const { view } = applied(opened, { type: "message.deleted", seq: 2, at: AT, message_id: 2 });
  expect(view.messages[0]).not.toHaveProperty("answer_id");
});

it("an answer to a question that is not loaded may have changed a page that is on its way", () => {
  const chosen: ServerFrame = { type: "answer.selected", seq: 1, at: AT, question_id: 1, message_id: 9 };
  const { view } = applied(live, chosen, started(2, 1), finished(3, 1, 0));
  expect(view.changed_unseen).toBe(2);
});

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

describe("a change of what stands there", () => {
  const question = newMessage(1, { data: { a: 1 } });
  const asked = applied(live, created(1, question), started(2, 1), text(0, "Yes"), finished(3, 1, 3));
  const message = (session: Session, id: number) => session.view.messages.find((known) => known.id === id);

  it("shows a question's newest answer as its current one", () => {
    expect(message(asked, 1)?.answer_id).toBe(11);
    const again = applied(asked, started(4, 2), finished(5, 2, 0));
    expect(message(again, 1)?.answer_id).toBe(12);
  });

  it("shows the answer that was chosen", () => {
    const again = applied(asked, started(4, 2), finished(5, 2, 0));
    const chosen = applied(again, { ...{ type: "answer.selected", seq: 6, at: AT }, question_id: 1, message_id: 11 });
    expect(message(chosen, 1)?.answer_id).toBe(11);
  });

  it("shows the new text of a message", () => {
    const after = { ...question, content: "Better", answer_id: 11, edited_at: AT };
    const edited = applied(asked, { type: "message.edited", seq: 4, at: AT, message: after });
    expect(message(edited, 1)).toEqual(after);
  });

  it("takes nothing in that is not loaded", () => {
    const edited = applied(live, { type: "message.edited", seq: 1, at: AT, message: newMessage(5) });
    const deleted = applied(edited, { type: "message.deleted", seq: 2, at: AT, message_id: 6 });
    const chosen = applied(deleted, { ...{ type: "answer.selected", seq: 3, at: AT }, question_id: 1, message_id: 7 });
    expect(chosen.view.messages).toEqual([]);
    expect(chosen.seq).toBe(3);
  });

  it("counts what changed of messages that are not loaded, also what a snapshot may hide", () => {
    const later = newMessage(9, { content: "Other" });
    const here = applied(asked, { type: "message.edited", seq: 4, at: AT, message: question });
    expect(here.view.changed_unseen).toBe(0);
    const edited = applied(here, { type: "message.edited", seq: 5, at: AT, message: later });
    const deleted = applied(edited, { type: "message.deleted", seq: 6, at: AT, message_id: 9 });
    expect(deleted.view.changed_unseen).toBe(2);
    const back = applied(disconnected(deleted), welcome({ latest_seq: 90, replay: "snapshot" }), snapshot(90, []));
    expect(back.view.changed_unseen).toBe(3);
    expect(applied(newSession, welcome({ replay: "snapshot" }), snapshot(0, [])).view.changed_unseen).toBe(0);
  });

  it("keeps nothing of a deleted message's content, nor of its turn's text", () => {
    const gone = (seq: number, message_id: number): ServerFrame => ({
      type: "message.deleted",
      seq,
      at: AT,
      message_id,
    });
    const deleted = applied(asked, gone(4, 1), gone(5, 11));
    expect(message(deleted, 1)).toMatchObject({ content: "", data: {}, deleted_at: AT });
    expect(message(deleted, 11)).toMatchObject({ content: "", deleted_at: AT });
    expect(textOf(deleted, 1)).toBe("");
  });
});

describe("a snapshot", () => {
  const held = applied(live, created(1, newMessage(1)), created(2, newMessage(2)), started(3, 1), finished(4, 1, 0));
  const toSnapshot = (epoch: string) =>
    applied(disconnected(held), welcome({ epoch, latest_seq: 9, replay: "snapshot" }));

  it("takes the place of what is held, which may have changed, and keeps how known turns ended", () => {
    const { view } = applied(toSnapshot("e1"), snapshot(9, [newMessage(2), newMessage(3)]));
    expect(view.messages.map(({ id }) => id)).toEqual([2, 3]);
    expect(view.turns.get(1)).toMatchObject({ state: "finished", text: "" });
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
    const pending = { client_id: "a", content: "mine", created_at: AT, reply_to: null, error: null };
    const waiting = withAcknowledgement(withPending(held, pending), "a", 5);
    expect(waiting.view.pending).toEqual([pending]);
    const asked = applied(disconnected(waiting), welcome({ latest_seq: 90, replay: "snapshot" }));
    expect(applied(asked, snapshot(90, [newMessage(80)])).view.pending).toEqual([]);
  });
});
