// Builds what the model is shown: instructions, then as much of the conversation as fits, newest kept.
import type { PromptMessage } from "../models/model.ts";
import { estimateTokens } from "../models/tokens.ts";
import { isCurrent } from "../protocol/current.ts";
import type { Message } from "../protocol/entities.ts";
import { shorten } from "../protocol/plain-text.ts";
import { callsOf, resultOf } from "../protocol/tools.ts";

/** Tokens of history and instructions; leaves room for the answer in the smallest windows in use (16 K). */
const HISTORY_TOKENS = 12_000;
/** What a message costs beside its text. */
const MESSAGE_TOKENS = 8;
/** What is quoted of a message that another one refers to, UTF-16 units. */
const QUOTED = 300;

export interface PromptFacts {
  instructions: string | null;
  questionId: number;
  /** Messages that existed when the turn began, newest first. */
  newestFirst: readonly Message[];
  /** More than one person writes here: the model is told who says what. */
  several: boolean;
  /** A message to which another one refers, however old; null where the model is not told of such. */
  find(messageId: number): Message | null;
}

/** Messages for the model, oldest first, ending with the question. */
export function buildPrompt(facts: PromptFacts): PromptMessage[] {
  let budget = HISTORY_TOKENS - estimateTokens(facts.instructions ?? "");
  const history: PromptMessage[] = [];
  for (const message of inOrderOfQuestions(facts)) {
    const content = message.role === "user" ? said(message, facts) : message.content;
    budget -= estimateTokens(content) + MESSAGE_TOKENS;
    if (budget < 0 && history.length > 0) break;
    const [calls, result] = [callsOf(message), resultOf(message)];
    history.unshift({
      ...{ role: message.role, content },
      ...(calls.length > 0 ? { calls } : {}),
      ...(result ? { call_id: result.call_id } : {}),
    });
  }
  const paired = withResults(history);
  return facts.instructions ? [{ role: "system", content: facts.instructions }, ...paired] : paired;
}

/** What somebody wrote: behind the beginning of what it refers to, and with the name of who it is among several. */
function said({ author, content, reply_to }: Message, { several, find }: PromptFacts): string {
  const words = several && author ? `${author.name}: ${content}` : content;
  const about = reply_to === null ? null : find(reply_to);
  if (!about || about.deleted_at || about.content === "") return words;
  const who = about.author?.name ?? about.role;
  const quote = shorten(
    about.content
      .slice(0, 4 * QUOTED)
      .replace(/\s+/g, " ")
      .trim(),
    QUOTED,
  );
  return `> In reply to ${who}: ${quote}\n\n${words}`;
}

/** Providers refuse a call without its result, and a result without its call: what is not whole is left out. */
function withResults(history: readonly PromptMessage[]): PromptMessage[] {
  return history.flatMap((message, at) => {
    const { calls = [], call_id, ...plain } = message;
    const before = history.slice(0, at).findLast(({ role }) => role !== "tool");
    if (message.role === "tool") return before && isWhole(before, history) ? message : [];
    if (calls.length === 0 || isWhole(message, history)) return message;
    return plain.content === "" ? [] : plain;
  });
}

function isWhole(caller: PromptMessage, history: readonly PromptMessage[]): boolean {
  const { calls = [] } = caller;
  const after = history.slice(history.indexOf(caller) + 1);
  const end = after.findIndex(({ role }) => role !== "tool");
  const results = new Set((end === -1 ? after : after.slice(0, end)).map(({ call_id }) => call_id));
  return calls.length > 0 && calls.every(({ call_id }) => results.has(call_id));
}

/**
 * The question first, then what came before it. Questions may have queued up before earlier answers were written: behind
 * each stands what it led to (its current answer, what that called for, the answer to these results), whatever was said
 * meanwhile; what is asked now is last. Questions still waiting and other answers to this one are left out.
 */
function inOrderOfQuestions({ newestFirst, questionId }: PromptFacts): Message[] {
  const questions = new Map<number, Pick<Message, "answer_id" | "edited_at">>(newestFirst.map((m) => [m.id, m]));
  const placed: Message[] = [];
  const ledFrom = new Map<number, number>();
  for (const message of newestFirst) {
    if (message.role !== "user" && message.reply_to !== null) ledFrom.set(message.id, message.reply_to);
    if (message.deleted_at || (message.content === "" && callsOf(message).length === 0)) continue;
    const question = message.role === "assistant" ? message.reply_to : null;
    if (question === null ? message.id > questionId : question >= questionId) continue;
    if (!isCurrent(message, (id) => questions.get(id))) continue;
    if (question !== null) questions.set(question, { answer_id: message.id }); // of one further back: its newest
    placed.push(message);
  }
  const originOf = (id: number): number => {
    const before = ledFrom.get(id);
    return before === undefined ? id : originOf(before);
  };
  const asked = originOf(questionId);
  const place = ({ id }: Message) => (originOf(id) === asked ? questionId : originOf(id));
  return placed.sort((a, b) => place(b) - place(a) || b.id - a.id);
}
