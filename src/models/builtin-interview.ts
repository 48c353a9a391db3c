// `builtin/interview`: takes a history without any provider, one question after the other, and ends with what the patient
// said, in the patient's words. The same for the same conversation, so that an answer broken off by a restart goes on.
import { isOthers, summaryOf, WRITE_SUMMARY } from "./interview.ts";
import type { PromptMessage } from "./model.ts";

export const BUILTIN_INTERVIEW_NAME = "builtin/interview";

/** Before the first question. */
const LABEL =
  "I am Edgewise's built-in interviewer: I ask prepared questions, and what you answer is written down for the doctor.";

const COMPLAINT = "Complaint";
const OPENING = "What brings you here? Tell me what troubles you most.";
/** Nothing of what troubles somebody is in it. */
const GREETING = /^\s*(hi|hello|hey|hallo|hola|bonjour|good (morning|afternoon|evening)|start|begin)\b.{0,20}$/i;

/** What is asked, in this order; `heading`: under which the answer stands in the summary. */
const QUESTIONS: readonly { heading: string; question: string }[] = [
  { heading: "Onset", question: "I am sorry to hear that. When did it begin, and what were you doing then?" },
  { heading: "Place", question: "Where exactly do you feel it, and does it spread anywhere?" },
  { heading: "Character", question: "How would you describe it: sharp, dull, burning, pressing, or something else?" },
  { heading: "Severity", question: "How bad is it, from 0 (nothing) to 10 (the worst you can imagine)?" },
  { heading: "Better or worse", question: "What makes it better, and what makes it worse?" },
  { heading: "Course", question: "How has it changed since it began: is it always there, or does it come and go?" },
  {
    heading: "Other complaints",
    question: "What else have you noticed: fever, nausea, dizziness, or anything unusual?",
  },
  { heading: "Earlier illnesses", question: "Which illnesses or operations have you had before?" },
  { heading: "Medicines", question: "Which medicines do you take, and how much of each?" },
  { heading: "Allergies", question: "Are you allergic to anything, medicines included?" },
];

const asked = ({ role, content }: PromptMessage): number =>
  role === "assistant" ? QUESTIONS.findIndex(({ question }) => content.endsWith(question)) : -1;

/** The next question, or the summary when all were asked or the instructions want it now. */
export function builtinInterview(shown: readonly PromptMessage[]): string {
  const messages = shown.filter(({ role, content }) => role !== "user" || !isOthers(content));
  const latest = Math.max(-1, ...messages.map(asked));
  // When somebody else spoke, the patient is asked the same again.
  const next = messages.at(-1)?.role === "user" ? latest + 1 : Math.max(0, latest);
  const question = QUESTIONS[next]?.question;
  const due = messages.some(({ role, content }) => role === "system" && content.includes(WRITE_SUMMARY));
  if (question === undefined || due) return summaryOf(sections(messages));
  const greeted = messages.every((message) => message.role !== "user" || isGreeting(message));
  const reply = next === 0 && greeted ? OPENING : question;
  return messages.some(({ role }) => role === "assistant") ? reply : `${LABEL}\n\n${reply}`;
}

const isGreeting = ({ content }: PromptMessage): boolean => GREETING.test(content);

const headingOf = (message: PromptMessage): string =>
  message.content.endsWith(OPENING) ? COMPLAINT : (QUESTIONS[asked(message)]?.heading ?? "Added later");

/** What was said, under the heading of the question before it. */
function sections(messages: readonly PromptMessage[]): { heading: string; said: string }[] {
  const found = new Map<string, string>();
  let heading = COMPLAINT;
  for (const message of messages) {
    if (message.role === "assistant") heading = headingOf(message);
    if (message.role !== "user" || (heading === COMPLAINT && isGreeting(message))) continue;
    const before = found.get(heading);
    found.set(heading, before === undefined ? message.content : `${before}\n${message.content}`);
  }
  return [...found].map(([title, said]) => ({ heading: title, said }));
}
