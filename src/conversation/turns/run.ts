// A turn as this process runs it: what is stored of it, and how it is stopped.
import type { PromptMessage } from "../../models/model.ts";
import type { Journal } from "../journal/journal.ts";
import type { AttemptRecord, TurnRecord } from "../journal/tables.ts";

export interface Run {
  turn: TurnRecord;
  /** The latest one; null before the first. */
  attempt: AttemptRecord | null;
  /** What is stored of the answer. */
  text: string;
  /** What the latest attempt asked. */
  asked: PromptMessage[];
  /** Set by the one commit that ended the turn. */
  ended: boolean;
  /** Ends what it waits for: it has been cancelled. */
  stop: () => void;
}

/** The answer under way, as far as it is stored: what everybody has been told of it, or is about to be. */
export interface RunningAnswer {
  turnId: number;
  text: string;
}

/** Read from the tables: right after a wake nothing runs in this process yet. */
export function storedAnswer({ ledger }: Journal): RunningAnswer | null {
  const open = ledger.openTurns()[0];
  return open?.state === "running" ? { turnId: open.id, text: ledger.text(open.id) } : null;
}

/** An open turn as it is stored. */
export const storedRun = ({ ledger }: Journal, turn: TurnRecord): Run => ({
  turn,
  attempt: ledger.attempts(turn.id).at(-1) ?? null,
  text: ledger.text(turn.id),
  asked: [],
  ended: false,
  stop: () => {},
});
