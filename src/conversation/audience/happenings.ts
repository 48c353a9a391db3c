// Puts the conversation's events into happenings: whole, so that whoever is told one needs to remember nothing of others.
import type { Message } from "../../protocol/entities.ts";
import { Event, type Signal } from "../../protocol/frames.ts";
import type { Happening, Place, Told } from "../../protocol/happenings.ts";
import { callsOf, resultOf } from "../../protocol/tools.ts";
import type { Journal } from "../journal/journal.ts";
import { publicTurn } from "../journal/records.ts";
import type { StoredEvent, TurnRecord } from "../journal/tables.ts";
import { lastResult, openCalls, originOf, waitingIn } from "../turns/calls.ts";
import type { RunningAnswer } from "../turns/run.ts";
import { TURN_ENDS } from "./replay.ts";

/** What was asked of a turn, by people: a tool's result only leads on from that. */
function asked(journal: Journal, turn: TurnRecord) {
  const question = originOf(journal, journal.message(turn.question_id) ?? unknown(turn.question_id));
  return {
    turn: publicTurn(turn),
    question: journal.files.linked(question),
    number: journal.patientsMessages(question.id).length,
  };
}

/** The same of one that has ended. */
function ended(journal: Journal, turn: TurnRecord) {
  return {
    ...asked(journal, turn),
    said: answersBefore(journal, turn.question_id).filter(({ content }) => content !== ""),
  };
}

/** Of a question that is a tool's result: the answer that called for it, and those that led to that, oldest first. */
function answersBefore(journal: Journal, questionId: number): Message[] {
  const result = journal.message(questionId);
  const caller = result?.role === "tool" ? journal.message(result.reply_to ?? 0) : null;
  return caller ? [...answersBefore(journal, caller.reply_to ?? 0), caller] : [];
}

/** The answer whose calls were given up, once that is stored of all of them. */
function givenUp(journal: Journal, message: Message) {
  const caller = resultOf(message)?.stopped ? journal.message(message.reply_to ?? 0) : null;
  const turn = caller && journal.ledger.turn(caller.turn_id ?? 0);
  if (!caller || !turn || lastResult(journal, caller)?.id !== message.id) return null;
  const { said, ...rest } = ended(journal, turn);
  return { ...rest, said: caller.content === "" ? said : [...said, caller] };
}

/** An event as it is told; the place is the one after it. */
export function toldOf(journal: Journal, stored: StoredEvent, offset: number): Told {
  const event = Event.parse(JSON.parse(stored.json));
  return { place: { seq: event.seq, offset }, happening: happening(journal, event) };
}

function happening(journal: Journal, event: Event): Happening {
  switch (event.type) {
    case "message.created":
      return {
        type: "message",
        message: journal.files.linked(event.message),
        answered: journal.ledger.wasAsked(event.message.id),
        givenUp: givenUp(journal, event.message),
      };
    case "message.edited":
      return { type: "edited", message: event.message };
    case "message.deleted":
      return { type: "deleted", message_id: event.message_id };
    case "turn.started":
    case "turn.reset": {
      const turn = journal.ledger.turn(event.type === "turn.reset" ? event.turn_id : event.turn.id);
      if (!turn) return { type: "other" };
      return { type: event.type === "turn.reset" ? "underway" : "opened", ...asked(journal, turn) };
    }
    case "turn.finished":
    case "turn.failed":
    case "turn.cancelled":
    case "turn.interrupted": {
      const turn = journal.ledger.turn(event.turn.id);
      if (!turn) return { type: "other" };
      const answer = "message" in event && event.message ? journal.message(event.message.id) : null;
      return { type: "closed", ...ended(journal, turn), answer };
    }
    case "conversation.configured":
      return { type: "configured", conversation: event.conversation };
    case "conversation.erased":
      return { type: "erased", unanswered: unanswered(journal, event) };
    case "member.removed":
      return { type: "removed", user_id: event.user_id, unanswered: unanswered(journal, event) };
    case "member.added":
    case "member.role_changed":
    case "member.renamed":
    case "answer.selected":
      return { type: "other" };
    default:
      return event satisfies never;
  }
}

/** Whoever follows no longer hears nothing of how it ends. */
function unanswered(journal: Journal, { seq, at }: Event) {
  const turn = journal.ledger.turn(journal.turnAt(seq) ?? 0);
  if (!turn) return null;
  const ran = turn.ended_at === null || turn.ended_at > Date.parse(at);
  if (ran) return asked(journal, { ...turn, state: "running" });
  const waiting = waitingIn(journal).at(-1);
  const caller = waiting && journal.ledger.turn(waiting.answer.turn_id ?? 0);
  return caller ? asked(journal, caller) : null;
}

/** A signal as it is told; null for those that concern one connection only. */
export function happeningOf(signal: Signal): Happening | null {
  switch (signal.type) {
    case "typing":
      return { type: "typing", user_id: signal.user_id, name: signal.name, on: signal.on };
    case "present":
      return { type: "present", users: signal.users };
    case "reads":
      return { type: "read", user_id: signal.user_id, message_id: signal.message_id };
    default:
      return null;
  }
}

/** To whoever comes: what an answer waits for, and of the one that is being written its opening and its text so far. */
export function underway(journal: Journal, running: RunningAnswer | null): Told[] {
  const place: Place = { seq: journal.seq, offset: 0 };
  const calls = openCalls(journal);
  const awaiting: Told[] = calls.length === 0 ? [] : [{ place, happening: { type: "awaiting", calls } }];
  const turn = running && journal.ledger.turn(running.turnId);
  if (!running || !turn) return awaiting;
  return [
    ...awaiting,
    { place, happening: { type: "underway", ...asked(journal, turn) } },
    ...rest(turn, place.seq, running.text, 0),
  ];
}

/** To whoever comes back without a place: the answers he waited for that have ended, each from its opening. */
export function missedEnds(journal: Journal, turns: readonly number[]): Told[] {
  const place: Place = { seq: journal.seq, offset: 0 };
  return turns.flatMap((id): Told[] => {
    const turn = journal.ledger.turn(id);
    if (!turn?.ended_at) return []; // it is told as it goes on
    const answer = journal.message(turn.answer_id ?? 0);
    // One that calls for tools has no end here: its open calls are told, or the answer to which they led.
    if (answer && (answer.deleted_at || callsOf(answer).length > 0)) return [];
    return [
      { place, happening: { type: "underway", ...asked(journal, turn) } },
      ...rest(turn, place.seq, answer?.content ?? "", 0),
      { place, happening: { type: "closed", ...ended(journal, turn), answer } },
    ];
  });
}

/** Everything after a place. null: too much, or too long ago. */
export function toldSince(journal: Journal, running: RunningAnswer | null, since: Place, most: number): Told[] | null {
  if (since.seq > journal.seq || since.seq < journal.oldestSeq() - 1 || journal.backlog(since.seq).events > most)
    return null;
  const told: Told[] = [];
  let turn = journal.turnAt(since.seq);
  let offset = since.offset;
  for (const event of journal.eventsAfter(since.seq, most)) {
    if (event.type === "turn.started" || event.type === "turn.reset") {
      turn = event.turn_id;
      offset = 0;
    }
    if (TURN_ENDS.has(event.type) && event.turn_id === turn && turn !== null) {
      const ended = journal.ledger.turn(turn);
      const answer = journal.message(ended?.answer_id ?? 0)?.content ?? "";
      if (ended) told.push(...rest(ended, event.seq - 1, answer, offset));
      offset = answer.length;
    }
    told.push(toldOf(journal, event, offset));
  }
  const current = running && journal.ledger.turn(running.turnId);
  if (running && current) told.push(...rest(current, journal.seq, running.text, running.turnId === turn ? offset : 0));
  return told;
}

function rest(turn: TurnRecord, seq: number, text: string, from: number): Told[] {
  if (from >= text.length) return [];
  return [textTold(turn, seq, from, text.slice(from))];
}

/** A piece of the running answer. */
export const textTold = (turn: TurnRecord, seq: number, from: number, text: string): Told => ({
  place: { seq, offset: from + text.length },
  happening: {
    type: "text",
    turn_id: turn.id,
    question_id: turn.question_id,
    answer_id: turn.answer_id ?? 0,
    from,
    text,
  },
});

/** A question that this object no longer keeps. */
const unknown = (id: number): Message => ({
  id,
  role: "user",
  author: null,
  content: "",
  data: {},
  files: [],
  turn_id: null,
  reply_to: null,
  client_id: null,
  created_at: "1970-01-01T00:00:00.000Z",
});

/** Text that follows on text is one piece. */
export function enqueue(queue: Told[], next: Told): void {
  const last = queue.at(-1);
  if (last?.happening.type === "text" && next.happening.type === "text") {
    const { happening: before } = last;
    const { happening: after } = next;
    if (before.turn_id === after.turn_id && before.from + before.text.length === after.from) {
      queue[queue.length - 1] = { place: next.place, happening: { ...before, text: before.text + after.text } };
      return;
    }
  }
  queue.push(next);
}
