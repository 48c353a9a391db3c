// The answers to a question, and which of them is shown: pure.
import type { ConversationState, TurnView } from "../../client/types.ts";
import type { Message } from "../../protocol/entities.ts";
import { isOpen, type Turns } from "./turn-notes.ts";

/** One answer to a question: a message, or the turn that is writing it. */
export interface Variant {
  key: string;
  /** Null while it is being written. */
  message: Message | null;
  turn: TurnView | null;
  text: string;
}

/** In the order they were asked for, one at least; `current` is shown to everyone, `shown` here. */
export interface Variants {
  all: readonly Variant[];
  current: Variant;
  shown: Variant;
}

/** A variant that somebody looks at here; it holds for as long as the same one is current for everyone. */
export interface Look {
  key: string;
  insteadOf: string;
}

/** By the question's id. */
export type Looks = ReadonlyMap<number, Look>;

/** Every answer that is known, by the id of its question; one without a question by its own. */
export function answersByQuestion(messages: readonly Message[], turns: Turns): ReadonlyMap<number, readonly Variant[]> {
  const answers = new Map<number, Variant[]>();
  const add = (questionId: number, variant: Variant) => {
    const known = answers.get(questionId);
    if (known) known.push(variant);
    else answers.set(questionId, [variant]);
  };
  const written = new Set<number>();
  for (const message of messages) {
    written.add(message.id);
    if (message.role === "assistant") add(message.reply_to ?? message.id, finished(message, turns));
  }
  for (const turn of turns.values())
    if (isOpen(turn) && !(turn.answer_id !== null && written.has(turn.answer_id)))
      add(turn.question_id, { key: turnKey(turn.id), message: null, turn, text: turn.text });
  return answers;
}

/** Keyed by turn, so that an answer stays the same one when it is finished. */
const finished = (message: Message, turns: Turns): Variant => ({
  key: message.turn_id === null ? `message-${message.id}` : turnKey(message.turn_id),
  message,
  turn: turns.get(message.turn_id ?? 0) ?? null,
  text: message.content,
});

/**
 * The one being written is current for everyone, else the one that was selected, else the last. Deleted ones are left
 * out while another is there. Null without any.
 */
export function chooseVariant(
  known: readonly Variant[] | undefined,
  selected: number | undefined,
  look?: Look,
): Variants | null {
  const present = known?.filter(({ message }) => !message?.deleted_at) ?? [];
  const all = present.length > 0 ? present : (known?.slice(-1) ?? []);
  const last = all.at(-1);
  if (!last) return null;
  const current = last.message === null ? last : (all.find(({ message }) => message?.id === selected) ?? last);
  const looked = look?.insteadOf === current.key ? all.find(({ key }) => key === look.key) : undefined;
  return { all, current, shown: looked ?? current };
}

/** How things stand with one question. */
export function variantsOf(
  { messages, turns }: Pick<ConversationState, "messages"> & { turns: Turns },
  questionId: number,
): Variants | null {
  const selected = messages.find(({ id }) => id === questionId)?.answer_id;
  return chooseVariant(answersByQuestion(messages, turns).get(questionId), selected);
}

const turnKey = (id: number): string => `turn-${id}`;
