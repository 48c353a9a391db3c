// Of several answers to a question one is current for everybody: the question names it.
import type { Message } from "./entities.ts";

/** `currentOf`: a question's current answer, as far as the question is known; an answer without one counts. */
export const isCurrent = (
  { id, role, reply_to }: Pick<Message, "id" | "role" | "reply_to">,
  currentOf: (questionId: number) => number | undefined,
): boolean => role !== "assistant" || (currentOf(reply_to ?? 0) ?? id) === id;
