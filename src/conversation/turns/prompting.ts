// What the model is shown for a turn, and what is kept of its answer beside the text: read from the journal, so that a
// process that takes a turn up again comes to the same.
import { asOthers, interviewInstructions, isSummary } from "../../models/interview.ts";
import type { ModelPart, PromptMessage } from "../../models/model.ts";
import { resultOf, type Tool } from "../../protocol/tools.ts";
import type { Journal } from "../journal/journal.ts";
import type { TurnRecord } from "../journal/tables.ts";
import { buildPrompt } from "./prompt.ts";

/** Messages looked at for the prompt; the token budget cuts earlier. */
const PROMPT_MESSAGES = 200;

/** `interviewQuestions`: how many an interviewer asks at most. */
export function promptFor(journal: Journal, turn: TurnRecord, interviewQuestions: number): PromptMessage[] {
  const before = journal.messagesBefore(turn.answer_id ?? turn.question_id + 1, PROMPT_MESSAGES);
  const question = journal.message(turn.question_id);
  const newestFirst = question?.data.include_history === false ? [question] : before;
  const facts = { questionId: turn.question_id, newestFirst };
  if (journal.head?.kind !== "interview")
    return buildPrompt({
      ...facts,
      instructions: journal.head?.instructions ?? null,
      several: journal.members.all().length > 1,
      find: (id) => journal.message(id),
    });
  const instructions = interviewInstructions(questionsLeft(journal, turn, interviewQuestions));
  const patients = new Set(journal.patientsMessages(journal.lastMessageId));
  const shown = newestFirst.map((message) =>
    message.role !== "user" || patients.has(message.id) ? message : { ...message, content: asOthers(message.content) },
  );
  // Only when several speak for the patient must the model know who says what.
  const writers = new Set(shown.flatMap(({ author, id }) => (author && patients.has(id) ? author.user_id : [])));
  return buildPrompt({ ...facts, newestFirst: shown, instructions, several: writers.size > 1, find: () => null });
}

/** What an answer's message says of itself; half a summary is none. */
export function answerData(journal: Journal, turn: TurnRecord, text: string, interviewQuestions: number) {
  if (journal.head?.kind !== "interview" || turn.finish_reason !== "stop") return {};
  const last = questionsLeft(journal, turn, interviewQuestions) === 0;
  return last || isSummary(text) ? { is_summary: true } : {};
}

/** None after the last one, or when somebody has ended the interview (`finish` leaves a message of the system). */
function questionsLeft(journal: Journal, turn: TurnRecord, most: number): number {
  if (journal.message(turn.question_id)?.role === "system") return 0;
  const said = journal.patientsMessages(turn.question_id).length;
  return Math.min(most, Math.max(0, most - said + 1));
}

/** How often in a row an answer may call for tools before it has to do without. */
const TOOL_ROUNDS = 8;

/** What the model may call in this turn. */
export function toolsFor(journal: Journal, turn: TurnRecord): readonly Tool[] {
  const { tools = [] } = journal.head ?? {};
  let question = journal.message(turn.question_id);
  for (let round = 0; question && resultOf(question); round += 1) {
    if (round + 1 >= TOOL_ROUNDS) return [];
    const call = journal.message(question.reply_to ?? 0);
    question = call && journal.message(call.reply_to ?? 0);
  }
  return tools;
}

type Finish = Extract<ModelPart, { type: "finish" }>;

/** Models also call for what nobody offers. */
export function offered({ calls = [], ...part }: Finish, tools: readonly Tool[]): Finish {
  const known = calls.filter(({ name }) => tools.some((tool) => tool.name === name));
  return known.length > 0 ? { ...part, calls: known } : part;
}
