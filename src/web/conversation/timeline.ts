// What the timeline shows, from the client's state: pure, so that its rules are tested without a browser.
// The order: messages as they were sent, and under each question its answer, however late that was written.
import type { ConversationState, PendingMessage, TurnView } from "../../client/types.ts";
import type { Message } from "../../protocol/entities.ts";
import { endedWithoutText, type Turns } from "./turn-notes.ts";
import { answersByQuestion, chooseVariant, type Looks, type Variants } from "./variants.ts";

export type TimelineItem =
  | { kind: "day"; key: string; date: string }
  | MessageItem
  | AnswerItem
  /** Some are not loaded between these two. */
  | { kind: "gap"; key: string; after: number; before: number }
  | { kind: "failure"; key: string; turn: TurnView; question: Message }
  | { kind: "pending"; key: string; pending: PendingMessage; quoted: Message | null };

interface MessageItem {
  kind: "message";
  key: string;
  message: Message;
  /** What it replies to, if that is loaded. */
  quoted: Message | null;
  own: boolean;
  /** Follows another of the same author closely: no second heading. */
  continued: boolean;
  /** Its answer waits for the one before it. */
  queued: boolean;
}

interface AnswerItem {
  kind: "answer";
  key: string;
  questionId: number;
  /** Null when it is not loaded. */
  question: Message | null;
  variants: Variants;
}

/** Messages of one author this close together share one heading. */
const CONTINUED_MS = 5 * 60_000;

type Source = Pick<ConversationState, "messages" | "gaps" | "pending"> & { turns: Turns };

export function buildTimeline(
  { messages, gaps, turns, pending }: Source,
  userId: number | null,
  looks: Looks,
): TimelineItem[] {
  const loaded = new Map(messages.map((message) => [message.id, message]));
  const answers = answersByQuestion(messages, turns);
  const latest = latestTurns(turns);
  const items: TimelineItem[] = [];
  const placed = new Set<number>();
  let previous: Message | null = null;

  const startDay = (message: Message) => {
    if (!previous || localDay(previous.created_at) !== localDay(message.created_at))
      items.push({ kind: "day", key: `day-${message.id}`, date: message.created_at });
  };
  const placeAnswer = (questionId: number, question: Message | null) => {
    placed.add(questionId);
    const variants = chooseVariant(answers.get(questionId), question?.answer_id, looks.get(questionId));
    if (variants) items.push({ kind: "answer", key: `answer-${questionId}`, questionId, question, variants });
  };
  const placeMessage = (message: Message) => {
    const turn = latest.get(message.id);
    items.push({
      kind: "message",
      key: `message-${message.id}`,
      message,
      quoted: quotedBy(message),
      own: message.author !== null && message.author.user_id === userId,
      continued: continues(previous, message) && items.at(-1)?.kind === "message",
      queued: turn?.state === "queued",
    });
    placeAnswer(message.id, message);
    if (turn && endedWithoutText(turn) && !loaded.has(turn.answer_id ?? 0))
      items.push({ kind: "failure", key: `failure-${turn.id}`, turn, question: message });
  };
  const quotedBy = ({ reply_to }: { reply_to: number | null }) => loaded.get(reply_to ?? 0) ?? null;
  /** Under its question, here or on a page not loaded yet; only the first rows of a stretch may stand without theirs. */
  const standsElsewhere = ({ reply_to }: Message) =>
    reply_to !== null &&
    (loaded.has(reply_to) || placed.has(reply_to) || (previous !== null && previous.role !== "assistant"));

  let gap: number | null = null;
  for (const message of messages) {
    if (gap !== null) {
      const last = items.at(-1);
      if (last?.kind === "gap") last.before = message.id;
      else items.push({ kind: "gap", key: `gap-${gap}`, after: gap, before: message.id });
      previous = null;
    }
    gap = gaps.has(message.id) ? message.id : null;
    if (message.role === "assistant") {
      if (standsElsewhere(message)) continue;
      startDay(message);
      placeAnswer(message.reply_to ?? message.id, null);
    } else {
      startDay(message);
      placeMessage(message);
    }
    previous = message;
  }

  const acknowledged = new Set(messages.map((message) => message.client_id));
  for (const message of pending)
    if (!acknowledged.has(message.client_id))
      items.push({ kind: "pending", key: `pending-${message.client_id}`, pending: message, quoted: quotedBy(message) });
  return items;
}

/** Of several turns of one question only the last one counts: an earlier failure is settled by its retry. */
function latestTurns(turns: Turns): ReadonlyMap<number, TurnView> {
  const latest = new Map<number, TurnView>();
  for (const turn of turns.values()) {
    const known = latest.get(turn.question_id);
    if (!known || known.id < turn.id) latest.set(turn.question_id, turn);
  }
  return latest;
}

function continues(previous: Message | null, message: Message): boolean {
  if (!previous?.author || previous.role !== message.role) return false;
  const gap = Date.parse(message.created_at) - Date.parse(previous.created_at);
  return previous.author.user_id === message.author?.user_id && gap < CONTINUED_MS;
}

const localDay = (timestamp: string) => new Date(timestamp).toDateString();
