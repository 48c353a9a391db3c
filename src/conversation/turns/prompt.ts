// Builds what the model is shown: instructions, then as much of the conversation as fits, newest kept.
import type { PromptMessage } from "../../models/model.ts";
import { estimateTokens } from "../../models/tokens.ts";
import { isCurrent } from "../../protocol/current.ts";
import type { Message } from "../../protocol/entities.ts";
import { shorten } from "../../protocol/plain-text.ts";
import { callsOf, resultOf } from "../../protocol/tools.ts";

/** Tokens of history and instructions; leaves room for the answer in the smallest windows in use (16 K). */
const HISTORY_TOKENS = 12_000;
/** Of these what the results of one answer's calls may cost, the ones asked about now and those before. */
const RESULTS_TOKENS = 6_000;
const OLDER_RESULTS_TOKENS = 1_500;
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

/** Messages for the model, oldest first, ending with the question (a result: with the question that led to its call). */
export function buildPrompt(facts: PromptFacts): PromptMessage[] {
  const { placed, asked } = inOrderOfQuestions(facts);
  const shown = (message: Message): PromptMessage => {
    const [calls, result] = [callsOf(message), resultOf(message)];
    const content = message.role === "user" ? said(message, facts) : message.content;
    return {
      role: message.role,
      content: result ? cutToTokens(content, shareOf(message, facts)) : content,
      ...(calls.length > 0 ? { calls } : {}),
      ...(result ? { call_id: result.call_id } : {}),
    };
  };
  const cost = ({ content }: PromptMessage) => estimateTokens(content) + MESSAGE_TOKENS;
  const origin = placed.find(({ id }) => id === asked);
  let budget = HISTORY_TOKENS - estimateTokens(facts.instructions ?? "") - (origin ? cost(shown(origin)) : 0);
  const history: PromptMessage[] = [];
  let hasOrigin = false;
  for (const message of placed) {
    const next = shown(message);
    if (message === origin) hasOrigin = true;
    else budget -= cost(next);
    if (budget < 0 && history.length > 0) break;
    history.unshift(next);
  }
  if (origin && !hasOrigin) history.unshift(shown(origin));
  const paired = withResults(history);
  return facts.instructions ? [{ role: "system", content: facts.instructions }, ...paired] : paired;
}

/** Tokens for a tool's result: those brought for one answer share what one answer's may cost. */
function shareOf({ reply_to }: Message, { questionId, newestFirst }: PromptFacts): number {
  const together = newestFirst.filter((other) => other.reply_to === reply_to && resultOf(other));
  const latest = together.some(({ id }) => id === questionId);
  return (latest ? RESULTS_TOKENS : OLDER_RESULTS_TOKENS) / together.length;
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

/** An empty result says that there is nothing: without it the model would call again. */
const saysNothing = (message: Message): boolean =>
  message.content === "" && callsOf(message).length === 0 && !resultOf(message);

/** What fits of a text, and a mark that there was more. */
function cutToTokens(text: string, tokens: number): string {
  let length = text.length;
  for (let costs = estimateTokens(text); costs > tokens; costs = estimateTokens(text.slice(0, length)))
    length = Math.floor(length * Math.min(0.95, tokens / costs));
  if (length === text.length) return text;
  const head = text.slice(0, length).replace(/[\uD800-\uDBFF]$/, "");
  return `${head}…\n[Cut: the first ${head.length} of ${text.length} characters.]`;
}

/**
 * The question first, then what came before it. Questions may have queued up before earlier answers were written: behind
 * each stands what it led to (its current answer, what that called for, the answer to these results), whatever was said
 * meanwhile; what is asked now is last. Questions still waiting are left out, and other answers with what those led to.
 * `asked`: what a person said that led to the question.
 */
function inOrderOfQuestions({ newestFirst, questionId }: PromptFacts): { placed: Message[]; asked: number } {
  const questions = new Map<number, Pick<Message, "answer_id" | "edited_at">>(newestFirst.map((m) => [m.id, m]));
  const placed: Message[] = [];
  const ledFrom = new Map<number, number>();
  const replaced = new Set<number>();
  for (const message of newestFirst) {
    if (message.role !== "user" && message.reply_to !== null) ledFrom.set(message.id, message.reply_to);
    if (message.deleted_at || saysNothing(message)) continue;
    const question = message.role === "assistant" ? message.reply_to : null;
    if (question === null ? message.id > questionId : question >= questionId) continue;
    if (!isCurrent(message, (id) => questions.get(id))) {
      replaced.add(message.id);
      continue;
    }
    if (question !== null) questions.set(question, { answer_id: message.id }); // of one further back: its newest
    placed.push(message);
  }
  const originOf = (id: number): number => {
    const before = ledFrom.get(id);
    return before === undefined ? id : originOf(before);
  };
  const followsReplaced = (id: number): boolean => {
    const before = ledFrom.get(id);
    return before !== undefined && (replaced.has(before) || followsReplaced(before));
  };
  const asked = originOf(questionId);
  const place = ({ id }: Message) => (originOf(id) === asked ? questionId : originOf(id));
  const inForce = placed.filter(({ id }) => !followsReplaced(id));
  return { placed: inForce.sort((a, b) => place(b) - place(a) || b.id - a.id), asked };
}
