// Of several answers to a question one is current for everybody: the question names it. What was answered before a
// question was edited was another text, and is current for nobody.
import type { Message } from "./entities.ts";

type Question = Pick<Message, "answer_id" | "edited_at">;

/** `questionOf`: the question of an answer, where it is at hand; without it an answer counts. */
export function isCurrent(
  { id, role, reply_to }: Pick<Message, "id" | "role" | "reply_to">,
  questionOf: (questionId: number) => Question | undefined,
): boolean {
  const question = role === "assistant" && reply_to !== null ? questionOf(reply_to) : undefined;
  return (
    !question || question.answer_id === id || (question.answer_id === undefined && question.edited_at === undefined)
  );
}

/** It had ended when its question was edited: it can be looked at, not chosen. */
export const answersEarlierText = (answer: Pick<Message, "created_at">, { edited_at }: Question): boolean =>
  edited_at !== undefined && answer.created_at <= edited_at;
