// How a turn stands, for people: which one runs, which ended early and why; pure.
import type { TurnView } from "../../client/types.ts";
import type { Turn } from "../../protocol/entities.ts";

export type Turns = ReadonlyMap<number, TurnView>;

/** `null` when there is nothing to say: the answer is whole. */
export type TurnNote = Exclude<TurnView["state"], "finished"> | "truncated" | "filtered";

/** What to say under an answer; a finished one speaks only when the model cut it. */
export function turnNote(turn: TurnView | null): TurnNote | null {
  if (!turn) return null;
  if (turn.state !== "finished") return turn.state;
  if (turn.finish_reason === "length") return "truncated";
  return turn.finish_reason === "content_filter" ? "filtered" : null;
}

export const isOpen = ({ state }: Turn): boolean => state === "running" || state === "waiting";

export const endedWithoutText = ({ state }: Turn): boolean =>
  state === "failed" || state === "cancelled" || state === "interrupted";

/** The turn whose answer is being written, else the one that waits: what the stop button stops. */
export function openTurn(turns: Turns): TurnView | null {
  for (const turn of turns.values()) if (isOpen(turn)) return turn;
  for (const turn of turns.values()) if (turn.state === "queued") return turn;
  return null;
}

/** The socket tells of turns since opening; how earlier ones ended is in the ledger. Open ones only the socket knows. */
export function withEnded(turns: Turns, ledger: readonly Turn[]): Turns {
  const known = new Map(turns);
  for (const turn of ledger)
    if (!known.has(turn.id) && !isOpen(turn) && turn.state !== "queued") known.set(turn.id, { ...turn, text: "" });
  return known;
}
