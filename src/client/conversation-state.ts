// What the client knows of a conversation, and how each frame changes it. Pure: no socket, no time, no storage.
// A frame that cannot follow from what is held changes nothing and is `lost`: then the client connects again.
import type { AnswerStub, Member, Message, Turn } from "../protocol/entities.ts";
import type { Event, ServerFrame, Signal, Snapshot, TextFrame, Welcome } from "../protocol/frames.ts";
import { changeMessage, replaceMessage, withAnswer, withMessage, withoutAnswer } from "./history.ts";
import type { ConversationState, PendingMessage, TurnView } from "./types.ts";

export interface Session {
  view: ConversationState;
  epoch: string | null;
  /** The last event applied; 0 before the first welcome. */
  seq: number;
  /** The turn that text frames belong to: of the latest `turn.started` on this connection. */
  textTurn: number | null;
  /** How this connection stands to the server's order of events. */
  sync:
    | { state: "closed" }
    | { state: "events"; until: number }
    | { state: "snapshot"; rebuilt: boolean }
    | { state: "live" };
  /** The server's last words on this connection. */
  bye: Bye | null;
  /** Own messages acknowledged before their event arrived: client_id → seq. */
  acknowledged: ReadonlyMap<string, number>;
}

export type Bye = Extract<Signal, { type: "bye" }>;

export interface Applied {
  session: Session;
  /** Something is missing: connect again from the cursor. */
  lost: boolean;
}

export const newSession: Session = {
  view: {
    status: { state: "connecting" },
    you: null,
    conversation: null,
    members: [],
    present: [],
    typing: [],
    messages: [],
    older: false,
    gaps: new Set(),
    changed_unseen: 0,
    turns: new Map(),
    pending: [],
    session_expires_at: null,
    notice: null,
  },
  epoch: null,
  seq: 0,
  textTurn: null,
  sync: { state: "closed" },
  bye: null,
  acknowledged: new Map(),
};

const OPEN: ReadonlySet<Turn["state"]> = new Set(["queued", "running", "waiting"]);
export const isOpen = (turn: Turn): boolean => OPEN.has(turn.state);

const show = (session: Session, change: Partial<ConversationState>): Session => ({
  ...session,
  view: { ...session.view, ...change },
});
const done = (session: Session): Applied => ({ session, lost: false });
const lost = (session: Session): Applied => ({ session, lost: true });

export function apply(session: Session, frame: ServerFrame): Applied {
  if (frame.type === undefined) return applyText(session, frame);
  switch (frame.type) {
    case "welcome":
      return welcome(session, frame);
    case "snapshot":
      return done(snapshot(session, frame));
    case "reply":
      return done(session);
    case "bye":
      return done({ ...session, bye: frame });
    case "present":
    case "typing":
    case "reads":
    case "notice":
    case "error":
    case "auth.expiring":
    case "probe":
      return done(show(session, signal(session.view, frame)));
    default:
      // A repeated event changes nothing but this: the text frames that follow belong to its turn.
      if (frame.type === "turn.started" && frame.seq <= session.seq)
        return done({ ...session, textTurn: frame.turn.id });
      return inOrder(session, frame.seq, () => event(session, frame));
  }
}

/** A durable change of an unknown kind: it counts, and changes nothing that is shown. */
export const applyUnknown = (session: Session, seq: number): Applied => inOrder(session, seq, () => done(session));

/** The connection is gone; what others were doing right now is no longer known. */
export const disconnected = (session: Session): Session => ({
  ...show(session, { typing: [], present: [] }),
  sync: { state: "closed" },
  bye: null,
  textTurn: running(session.view.turns.values())?.id ?? null,
});

/** The turn whose text is arriving, by which the server knows how much of it is here. */
export function running(turns: Iterable<TurnView>): TurnView | null {
  let latest: TurnView | null = null;
  for (const turn of turns)
    if ((turn.state === "running" || turn.state === "waiting") && turn.id > (latest?.id ?? 0)) latest = turn;
  return latest;
}

function welcome(session: Session, frame: Welcome): Applied {
  const { you, conversation, members, present, session_expires_at } = frame;
  const rebuilt = session.epoch !== null && session.epoch !== frame.epoch;
  const greeted: Session = {
    ...show(session, { you, conversation, members, present, session_expires_at, typing: [] }),
    epoch: frame.epoch,
  };
  if (frame.replay === "snapshot") return done({ ...greeted, sync: { state: "snapshot", rebuilt } });
  if (!rebuilt && frame.latest_seq === session.seq) return done(live(greeted));
  if (rebuilt || frame.latest_seq < session.seq || frame.replay === "none") return lost(session);
  return done({ ...greeted, sync: { state: "events", until: frame.latest_seq } });
}

const live = (session: Session): Session =>
  session.sync.state === "live"
    ? session
    : { ...show(session, { status: { state: "live" } }), sync: { state: "live" } };

function snapshot(session: Session, frame: Snapshot): Session {
  const { view, sync } = session;
  const rebuilt = sync.state === "snapshot" && sync.rebuilt;
  const turns = new Map<number, TurnView>();
  if (!rebuilt) for (const turn of view.turns.values()) if (!isOpen(turn)) turns.set(turn.id, { ...turn, text: "" });
  for (const turn of frame.turns) turns.set(turn.id, { ...turn, text: turn.text ?? "" });

  const shown = new Set(frame.messages.filter((m) => m.author?.user_id === view.you?.user_id).map((m) => m.client_id));
  const settled = (id: string) => shown.has(id) || (session.acknowledged.get(id) ?? Infinity) <= frame.seq;
  return live({
    ...show(session, {
      // Older messages that were loaded may have been edited or deleted since: they are asked for again.
      messages: frame.messages,
      older: frame.older,
      gaps: new Set(),
      changed_unseen: view.changed_unseen + (session.seq === 0 ? 0 : 1),
      turns,
      pending: view.pending.filter(({ client_id }) => !settled(client_id)),
    }),
    seq: frame.seq,
    textTurn: running(turns.values())?.id ?? null,
    acknowledged: new Map([...session.acknowledged].filter(([client_id]) => !settled(client_id))),
  });
}

function inOrder(session: Session, seq: number, change: () => Applied): Applied {
  const started = session.sync.state === "events" || session.sync.state === "live";
  if (seq <= session.seq) return done(session);
  if (!started || seq > session.seq + 1) return lost(withoutText(session));
  const applied = change();
  if (applied.lost) return applied;
  const next = { ...applied.session, seq };
  return done(next.sync.state === "events" && seq >= next.sync.until ? live(next) : next);
}

/** Behind a lost event text may have been taken for the wrong turn's: it is asked for from its start. */
function withoutText(session: Session): Session {
  const turn = running(session.view.turns.values());
  return turn ? show(session, { turns: withTurn(session.view.turns, { ...turn, text: "" }) }) : session;
}

function event(session: Session, frame: Event): Applied {
  const { view } = session;
  switch (frame.type) {
    case "message.created":
      return done(created(session, frame.message));
    case "message.edited":
      return done(changed(session, frame.message.id, replaceMessage(view.messages, frame.message)));
    case "message.deleted":
      return done(deleted(session, frame.message_id, frame.at));
    case "answer.selected":
      return done(selected(session, frame.question_id, frame.message_id));
    case "turn.started": {
      const turn = { ...frame.turn, text: view.turns.get(frame.turn.id)?.text ?? "" };
      return done({ ...show(session, { turns: withTurn(view.turns, turn) }), textTurn: turn.id });
    }
    case "turn.reset": {
      const turn = view.turns.get(frame.turn_id);
      if (!turn) return done(session);
      return done(show(session, { turns: withTurn(view.turns, { ...turn, attempt: frame.attempt, text: "" }) }));
    }
    case "turn.finished":
    case "turn.failed":
    case "turn.cancelled":
    case "turn.interrupted":
      return ended(session, frame.turn, "message" in frame ? frame.message : undefined);
    case "member.added":
      return done(show(session, { members: withMember(view.members, frame.member) }));
    case "member.removed":
      return done(show(session, { members: view.members.filter((member) => member.user_id !== frame.user_id) }));
    case "member.role_changed":
      return done(show(session, { members: changeMember(view.members, frame.user_id, { role: frame.role }) }));
    case "member.renamed":
      return done(show(session, renamed(view, frame)));
    case "conversation.configured":
      return done(show(session, { conversation: frame.conversation }));
    case "conversation.erased":
      return done(show(session, { messages: [], older: false, gaps: new Set(), turns: new Map() }));
    default:
      return frame satisfies never;
  }
}

function renamed({ you, members }: ConversationState, { user_id, name }: { user_id: number; name: string }) {
  const own = you?.user_id === user_id ? { you: { ...you, name } } : {};
  return { ...own, members: changeMember(members, user_id, { name }) };
}

function created(session: Session, message: Message): Session {
  const { view } = session;
  const own = message.author !== null && message.author.user_id === view.you?.user_id;
  const next = show(session, withMessage(view, message));
  return own && message.client_id !== null ? forget(next, message.client_id) : next;
}

function deleted(session: Session, id: number, at: string): Session {
  const { turns } = session.view;
  const turn = [...turns.values()].find((known) => known.answer_id === id);
  const emptied = { content: "", data: {}, files: [], deleted_at: at };
  const without = changed(session, id, withoutAnswer(changeMessage(session.view.messages, id, emptied), id));
  return turn ? show(without, { turns: withTurn(turns, { ...turn, text: "" }) }) : without;
}

function changed(session: Session, id: number, after: readonly Message[]): Session {
  const { messages, changed_unseen } = session.view;
  return messages.some((message) => message.id === id)
    ? show(session, { messages: after })
    : show(session, { changed_unseen: changed_unseen + 1 });
}

/** The last event of a turn names the answer's length only: the text is what the text frames brought. */
function ended(session: Session, turn: Turn, answer: AnswerStub | undefined): Applied {
  const { view } = session;
  const text = view.turns.get(turn.id)?.text ?? "";
  const turns = withTurn(view.turns, { ...turn, text });
  if (!answer) return done(show(session, { turns }));
  const { length, ...message } = answer;
  if (text.length !== length) return lost(withoutText(session));
  const written = show(session, { turns, ...withMessage(view, { ...message, content: text }) });
  return done(selected(written, turn.question_id, message.id));
}

/** The question may be on a page that is on its way, read before this. */
const selected = (session: Session, questionId: number, answerId: number): Session =>
  changed(session, questionId, withAnswer(session.view.messages, questionId, answerId));

function applyText(session: Session, { from, text }: TextFrame): Applied {
  if (session.textTurn === null) return lost(session);
  const turn = session.view.turns.get(session.textTurn);
  if (!turn || !isOpen(turn)) return done(session); // repeated, and over since
  const held = turn.text.length;
  if (from + text.length <= held) return done(session);
  if (from > held) return lost(session);
  const longer = { ...turn, text: turn.text + text.slice(held - from) };
  return done(show(session, { turns: withTurn(session.view.turns, longer) }));
}

type Shown = Exclude<Signal, Bye>;

function signal(view: ConversationState, frame: Shown): Partial<ConversationState> {
  switch (frame.type) {
    case "present":
      return { present: frame.users };
    case "typing": {
      const { user_id, name, on } = frame;
      const others = view.typing.filter((person) => person.user_id !== user_id);
      return { typing: on ? [...others, { user_id, name }] : others };
    }
    case "reads":
      return { members: changeMember(view.members, frame.user_id, { read_id: frame.message_id }) };
    case "notice":
      return { notice: { code: frame.code, message: frame.message } };
    case "error":
      return { notice: { code: frame.error.code, message: frame.error.message } };
    case "auth.expiring":
    case "probe":
      return {};
    default:
      return frame satisfies never;
  }
}

const withTurn = (turns: ReadonlyMap<number, TurnView>, turn: TurnView): ReadonlyMap<number, TurnView> =>
  new Map(turns).set(turn.id, turn);

const changeMember = (members: readonly Member[], user_id: number, change: Partial<Member>): readonly Member[] =>
  members.map((member) => (member.user_id === user_id ? { ...member, ...change } : member));

const withMember = (members: readonly Member[], member: Member): readonly Member[] => [
  ...members.filter((known) => known.user_id !== member.user_id),
  member,
];

// The outbox as it is shown

export const withPending = (session: Session, message: PendingMessage): Session =>
  show(session, { pending: [...session.view.pending.filter((p) => p.client_id !== message.client_id), message] });

export const withRefusal = (session: Session, clientId: string, error: PendingMessage["error"]): Session =>
  show(session, { pending: session.view.pending.map((p) => (p.client_id === clientId ? { ...p, error } : p)) });

/** Acknowledged: shown as pending until its event is here, so that it does not vanish in between. */
export const withAcknowledgement = (session: Session, clientId: string, seq: number): Session =>
  seq <= session.seq
    ? forget(session, clientId)
    : { ...session, acknowledged: new Map(session.acknowledged).set(clientId, seq) };

/** No longer in the outbox. */
export function forget(session: Session, clientId: string): Session {
  const acknowledged = new Map(session.acknowledged);
  acknowledged.delete(clientId);
  return { ...show(session, { pending: session.view.pending.filter((p) => p.client_id !== clientId) }), acknowledged };
}
