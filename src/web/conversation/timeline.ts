// What the timeline shows, from the client's state: pure, so that its rules are tested without a browser.
import type { ConversationState, PendingMessage, TurnView } from "../../client/types.ts";
import type { Message } from "../../protocol/entities.ts";

/** How a turn stands, beside its text: `null` when there is nothing to say. */
export type TurnNote = Exclude<TurnView["state"], "finished"> | "truncated" | "filtered";

export type TimelineItem =
  | { kind: "day"; key: string; date: string }
  | { kind: "message"; key: string; message: Message; own: boolean; continued: boolean; note: "queued" | null }
  | {
      kind: "answer";
      key: string;
      message: Message | null;
      turn: TurnView | null;
      text: string;
      question: Message | null;
      apart: boolean;
    }
  | { kind: "failure"; key: string; turn: TurnView; question: Message | null }
  | { kind: "pending"; key: string; pending: PendingMessage };

/** Messages of one author this close together share one heading. */
const CONTINUED_MS = 5 * 60_000;

type Source = Pick<ConversationState, "messages" | "turns" | "pending">;

export function buildTimeline({ messages, turns, pending }: Source, userId: number | null): TimelineItem[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const latest = latestTurns(turns);
  const items: TimelineItem[] = [];
  let previous: Message | null = null;

  for (const message of messages) {
    if (!previous || localDay(previous.created_at) !== localDay(message.created_at))
      items.push({ kind: "day", key: `day-${message.id}`, date: message.created_at });
    if (message.role === "assistant") items.push(answerOf(message, turns, byId, previous));
    else {
      const turn = latest.get(message.id);
      items.push({
        kind: "message",
        key: `message-${message.id}`,
        message,
        own: message.author?.user_id === userId,
        continued: continues(previous, message) && items.at(-1)?.kind === "message",
        note: turn?.state === "queued" ? "queued" : null,
      });
      if (turn && endedWithoutAnswer(turn, byId))
        items.push({ kind: "failure", key: `turn-${turn.id}`, turn, question: message });
    }
    previous = message;
  }

  for (const turn of turns.values())
    if (isOpen(turn) && !hasMessage(turn, byId)) items.push(runningAnswer(turn, byId, previous));
  const acknowledged = new Set(messages.map((message) => message.client_id));
  for (const message of pending)
    if (!acknowledged.has(message.client_id))
      items.push({ kind: "pending", key: `pending-${message.client_id}`, pending: message });
  return items;
}

/** The turn whose answer is being written, if any: what the stop button stops. */
export function openTurn(turns: ConversationState["turns"]): TurnView | null {
  for (const turn of turns.values()) if (isOpen(turn)) return turn;
  for (const turn of turns.values()) if (turn.state === "queued") return turn;
  return null;
}

/** What to say under an answer; a finished one speaks only when it was cut by the model. */
export function turnNote(turn: TurnView | null): TurnNote | null {
  if (!turn) return null;
  if (turn.state !== "finished") return turn.state;
  if (turn.finish_reason === "length") return "truncated";
  return turn.finish_reason === "content_filter" ? "filtered" : null;
}

const isOpen = (turn: TurnView) => turn.state === "running" || turn.state === "waiting";

const hasMessage = (turn: TurnView, byId: ReadonlyMap<number, Message>) =>
  turn.answer_id !== null && byId.has(turn.answer_id);

const endedWithoutAnswer = (turn: TurnView, byId: ReadonlyMap<number, Message>) =>
  (turn.state === "failed" || turn.state === "cancelled" || turn.state === "interrupted") && !hasMessage(turn, byId);

/** Of several turns of one question only the last one counts: an earlier failure is settled by its retry. */
function latestTurns(turns: ConversationState["turns"]): Map<number, TurnView> {
  const latest = new Map<number, TurnView>();
  for (const turn of turns.values()) {
    const known = latest.get(turn.question_id);
    if (!known || known.id < turn.id) latest.set(turn.question_id, turn);
  }
  return latest;
}

function answerOf(
  message: Message,
  turns: ConversationState["turns"],
  byId: ReadonlyMap<number, Message>,
  previous: Message | null,
): TimelineItem {
  const turn = (message.turn_id !== null && turns.get(message.turn_id)) || null;
  const question = byId.get(turn?.question_id ?? message.reply_to ?? 0) ?? null;
  // Keyed by turn, so that the row of the running answer becomes the row of the finished one.
  const key = message.turn_id === null ? `message-${message.id}` : `turn-${message.turn_id}`;
  const text = turn && isOpen(turn) ? turn.text : message.content;
  return { kind: "answer", key, message, turn, text, question, apart: isApart(question, previous) };
}

function runningAnswer(turn: TurnView, byId: ReadonlyMap<number, Message>, previous: Message | null): TimelineItem {
  const question = byId.get(turn.question_id) ?? null;
  return {
    kind: "answer",
    key: `turn-${turn.id}`,
    message: null,
    turn,
    text: turn.text,
    question,
    apart: isApart(question, previous),
  };
}

/** An answer that does not stand right under its question says what it answers. */
const isApart = (question: Message | null, previous: Message | null) =>
  question !== null && question.id !== previous?.id;

function continues(previous: Message | null, message: Message): boolean {
  if (!previous?.author || previous.role !== message.role) return false;
  const gap = Date.parse(message.created_at) - Date.parse(previous.created_at);
  return previous.author.user_id === message.author?.user_id && gap < CONTINUED_MS;
}

const localDay = (timestamp: string) => new Date(timestamp).toDateString();
