// What a viewer lacks: the missed events with the answers' text between them, or a snapshot when that would be too much.

import type { Message } from "../../protocol/entities.ts";
import type { Signal } from "../../protocol/frames.ts";
import { utf8Length } from "../../protocol/json.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { Journal } from "../journal/journal.ts";
import { publicTurn } from "../journal/records.ts";
import type { StoredEvent } from "../journal/tables.ts";
import { type RunningAnswer, storedAnswer } from "../turns/run.ts";

/** A frame ready to be sent. `id`: where a viewer stands who has seen it; signals and replies have none. */
export interface Frame {
  type: string;
  json: string;
  id: { seq: number; offset: number | null } | null;
}

/** Where a viewer stands: the last event seen, and how much of which running answer. */
export interface Cursor {
  epoch: string | null;
  since: number | null;
  turn: number | null;
  offset: number;
}

export interface Replay {
  mode: "none" | "events" | "snapshot";
  frames: Frame[];
}

/** UTF-16 units of text in one frame: even wholly escaped it stays below the frame limit. */
const PIECE = 40_000;

/** The events after which a turn is over. */
export const TURN_ENDS: ReadonlySet<string> = new Set([
  "turn.finished",
  "turn.failed",
  "turn.cancelled",
  "turn.interrupted",
]);

/** Where a viewer stands who stood at `place` and has now seen this event. */
export function placeAfter(place: Cursor, event: StoredEvent): Cursor {
  const seen = { ...place, since: event.seq };
  if (event.type === "turn.started" || event.type === "turn.reset") return { ...seen, turn: event.turn_id, offset: 0 };
  return TURN_ENDS.has(event.type) && event.turn_id === place.turn ? { ...seen, turn: null, offset: 0 } : seen;
}

/** Where a viewer stands who has seen all that is stored. */
export function storedPlace(journal: Journal): Cursor {
  const running = storedAnswer(journal);
  const epoch = journal.head?.epoch ?? null;
  return { epoch, since: journal.seq, turn: running?.turnId ?? null, offset: running?.text.length ?? 0 };
}

/** `place`: where a viewer stands who has seen it. */
export const eventFrame = (event: StoredEvent, place: Cursor): Frame => ({
  type: event.type,
  json: event.json,
  id: { seq: event.seq, offset: place.turn === null ? null : place.offset },
});

export const signalFrame = (signal: Signal): Frame => ({
  type: signal.type,
  json: JSON.stringify(signal),
  id: null,
});

export const textFrame = (seq: number, from: number, text: string): Frame => ({
  type: "text",
  json: JSON.stringify({ from, text }),
  id: { seq, offset: from + text.length },
});

/** Never a silent gap: exactly the missed events and text, or a snapshot (R6). */
export function replay(journal: Journal, running: RunningAnswer | null, cursor: Cursor): Replay {
  const { epoch, since } = cursor;
  const known =
    since !== null &&
    (epoch === null || epoch === journal.head?.epoch) &&
    since <= journal.seq &&
    since >= journal.oldestSeq() - 1;
  if (!known) return snapshot(journal, running);
  const backlog = journal.backlog(since);
  if (backlog.events > LIMITS.replayEvents || backlog.size > LIMITS.replayBytes) return snapshot(journal, running);

  const frames: Frame[] = [];
  let place = cursor;
  let size = backlog.size;
  const text = (seq: number, turn: number, whole: string): boolean => {
    const from = place.turn === turn ? place.offset : 0;
    place = { ...place, turn, offset: whole.length };
    size += whole.length - from;
    frames.push(...pieces(seq, whole, from));
    return from <= whole.length && size <= LIMITS.replayBytes;
  };
  for (const event of journal.eventsAfter(since, LIMITS.replayEvents)) {
    if (event.turn_id !== null && TURN_ENDS.has(event.type)) {
      const answer = journal.message(journal.ledger.turn(event.turn_id)?.answer_id ?? 0);
      if (answer && !text(event.seq - 1, event.turn_id, answer.content)) return snapshot(journal, running);
    }
    place = placeAfter(place, event);
    frames.push(eventFrame(event, place));
  }
  if (running && !text(journal.seq, running.turnId, running.text)) return snapshot(journal, running);
  return { mode: frames.length > 0 ? "events" : "none", frames };
}

/** The latest messages within a frame's size, and the open turns, the running one with its text. */
function snapshot(journal: Journal, running: RunningAnswer | null): Replay {
  const messages = [];
  let size = 0;
  for (const message of journal.messagesBefore(journal.lastMessageId + 1, LIMITS.snapshotMessages)) {
    size += sizeOf(message);
    if (size > LIMITS.frameOut && messages.length > 0) break;
    messages.unshift(message);
  }
  const first = messages[0]?.id ?? journal.lastMessageId + 1;
  const older = (journal.head?.kept_from ?? 1) > 1 || journal.messagesBefore(first, 1).length > 0;
  const cut = running ? wholeUnits(running.text, PIECE) : 0;
  const turns = journal.ledger.openTurns().map((turn) => ({
    ...publicTurn(turn),
    ...(running?.turnId === turn.id ? { text: running.text.slice(0, cut) } : {}),
  }));
  const json = JSON.stringify({ type: "snapshot", seq: journal.seq, messages, turns, older });
  const frame = { type: "snapshot", json, id: { seq: journal.seq, offset: running ? cut : null } };
  return { mode: "snapshot", frames: [frame, ...(running ? pieces(journal.seq, running.text, cut) : [])] };
}

/** A message's share of a frame, UTF-8 bytes. */
export const sizeOf = (message: Message): number => utf8Length(JSON.stringify(message)) + 1;

function pieces(seq: number, whole: string, start: number): Frame[] {
  const frames: Frame[] = [];
  for (let from = start; from < whole.length; ) {
    const end = wholeUnits(whole, from + PIECE);
    frames.push(textFrame(seq, from, whole.slice(from, end)));
    from = end;
  }
  return frames;
}

/** `end`, or one less where it would split a surrogate pair. */
function wholeUnits(text: string, end: number): number {
  if (end >= text.length) return text.length;
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}
