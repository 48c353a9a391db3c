// How a turn ended, in words: where an answer stops early, and where none came.
import type { TurnView } from "../../client/types.ts";
import { Icon } from "../ui/icon.tsx";
import { words } from "../words.ts";
import type { TurnNote } from "./turn-notes.ts";

export function EndNote({ note, turn }: { note: TurnNote | "cancelled-before"; turn: TurnView | null }) {
  const reason = noteReason(note, turn);
  if (reason === null) return null;
  const calm = note === "cancelled" || note === "cancelled-before" || note === "truncated";
  return (
    <p className="end-note" data-calm={calm}>
      <Icon name={calm ? "stop" : "alert"} />
      {reason}
    </p>
  );
}

function noteReason(note: TurnNote | "cancelled-before", turn: TurnView | null): string | null {
  switch (note) {
    case "cancelled":
      return words.turn.cancelled;
    case "cancelled-before":
      return words.turn.cancelledBefore;
    case "interrupted":
      return words.turn.interrupted;
    case "truncated":
      return words.turn.truncated;
    case "filtered":
      return words.turn.filtered;
    case "failed":
      return `${words.turn.failed} ${failure(turn)}`.trim();
    case "queued":
    case "running":
    case "waiting":
      return null;
    default:
      return note satisfies never;
  }
}

const failure = (turn: TurnView | null): string =>
  turn?.error ? (words.turn.reasons[turn.error.code] ?? turn.error.message) : "";
