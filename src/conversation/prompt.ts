// Builds what the model is shown: instructions, then as much of the conversation as fits, newest kept.
import type { PromptMessage } from "../models/model.ts";
import { estimateTokens } from "../models/tokens.ts";
import type { Message } from "../protocol/entities.ts";

/** Tokens of history and instructions; leaves room for the answer in the smallest windows in use (16 K). */
const HISTORY_TOKENS = 12_000;
/** What a message costs beside its text. */
const MESSAGE_TOKENS = 8;

export interface PromptFacts {
  instructions: string | null;
  questionId: number;
  /** Messages that existed when the turn began, newest first. */
  newestFirst: readonly Message[];
  /** More than one person writes here: the model is told who says what. */
  several: boolean;
}

/** Messages for the model, oldest first, ending with the question. */
export function buildPrompt(facts: PromptFacts): PromptMessage[] {
  let budget = HISTORY_TOKENS - estimateTokens(facts.instructions ?? "");
  const history: PromptMessage[] = [];
  for (const message of inOrderOfQuestions(facts)) {
    const content =
      facts.several && message.author && message.role === "user"
        ? `${message.author.name}: ${message.content}`
        : message.content;
    budget -= estimateTokens(content) + MESSAGE_TOKENS;
    if (budget < 0 && history.length > 0) break;
    history.unshift({ role: message.role === "tool" ? "user" : message.role, content });
  }
  return facts.instructions ? [{ role: "system", content: facts.instructions }, ...history] : history;
}

/**
 * The question first, then what came before it. Questions may have queued up before earlier answers were written: each
 * question is followed by its current answer; questions still waiting and other answers to this one are left out.
 */
function inOrderOfQuestions({ newestFirst, questionId }: PromptFacts): Message[] {
  const current = new Map(newestFirst.flatMap(({ id, answer_id }) => (answer_id ? [[id, answer_id] as const] : [])));
  const placed: { message: Message; place: number }[] = [];
  for (const message of newestFirst) {
    if (message.deleted_at || message.content === "") continue;
    const question = message.role === "assistant" ? message.reply_to : null;
    if (question === null ? message.id > questionId : question >= questionId) continue;
    if (question !== null && (current.get(question) ?? message.id) !== message.id) continue;
    if (question !== null) current.set(question, message.id); // of a question further back: its newest
    placed.push({ message, place: question === null ? message.id : question + 0.5 });
  }
  return placed.sort((a, b) => b.place - a.place).map(({ message }) => message);
}
