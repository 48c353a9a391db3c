// What the tables of vocabularies.md are tried with: one conversation, one question, one answer, and what happens to them.
import type { Message, MessageFile, Turn } from "../../../src/protocol/entities.ts";
import type { Farewell, Happening } from "../../../src/protocol/happenings.ts";
import { callsOf } from "../../../src/protocol/tools.ts";
import type { Names, Wire } from "../../../src/vocabularies/vocabulary.ts";

export const AT = "2026-08-15T09:30:00.000Z";
export const ROOM = "room_0b9fbb33-9e52-4bd5-a1c4-95e1e6f6b1c2";
export const NAMES: Names = { conversation_id: 42, room_id: ROOM, chat_id: "chat123", model: "openai:gpt-4o" };
export const SPEAKER = { session: { by: "conversation", id: 42 } as const };

export const QUESTION: Message = {
  id: 5,
  role: "user",
  author: { user_id: 7, name: "Ada" },
  content: "How long?",
  data: { metadata: { client: "web" } },
  files: [],
  turn_id: null,
  reply_to: null,
  client_id: "k1",
  created_at: AT,
};
export const ANSWER: Message = {
  ...QUESTION,
  id: 6,
  role: "assistant",
  author: null,
  content: "Two minutes.",
  data: {},
  turn_id: 3,
  reply_to: 5,
  client_id: null,
};
export const TURN: Turn = {
  id: 3,
  question_id: 5,
  answer_id: 6,
  state: "finished",
  model: "openai:gpt-4o",
  attempt: 1,
  finish_reason: "stop",
  usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 },
  error: null,
  created_at: AT,
  started_at: AT,
  ended_at: AT,
};

const CALLS: Message = {
  ...ANSWER,
  content: "",
  data: { tool_calls: [{ call_id: "c1", name: "weather", arguments: '{"city":"Bern"}' }] },
};
const RESULT: Message = {
  ...QUESTION,
  ...{ id: 7, role: "tool", content: '{"celsius":20}', reply_to: 6, client_id: null },
  data: { call_id: "c1", name: "weather", failed: false },
};
const FAULT: Message = { ...RESULT, content: "No network.", data: { ...RESULT.data, failed: true } };

export const FILE: MessageFile = {
  ...{ id: 1, filename: "a.PNG", file_type: "png", content_type: "image/png", size: 9, url: "https://e.example/f" },
};

const asked = { turn: TURN, question: QUESTION, number: 2 };
const ended = { ...asked, said: [] };
const SAID: Message = { ...CALLS, id: 4, content: "I look." };
const GIVEN_UP: Message = { ...FAULT, content: "A person stopped this call.", data: { ...FAULT.data, stopped: true } };
const broken = (state: "failed" | "interrupted"): Turn => ({
  ...TURN,
  state,
  error: { code: "model_unavailable", message: "The model is away." },
});

/** What happens, by a name that a table's rows use. */
export const HAPPENINGS = {
  "a message that is answered": { type: "message", message: QUESTION, answered: true, givenUp: null },
  "a message that is not": { type: "message", message: QUESTION, answered: false, givenUp: null },
  "a message with a file": {
    type: "message",
    message: { ...QUESTION, files: [FILE] },
    answered: false,
    givenUp: null,
  },
  "the answer begins": { type: "opened", ...asked },
  "somebody joins in mid-answer": { type: "underway", ...asked },
  text: { type: "text", turn_id: 3, question_id: 5, answer_id: 6, from: 4, text: "minutes" },
  "the answer ends": { type: "closed", ...ended, answer: ANSWER },
  "the answer is stopped": { type: "closed", ...ended, turn: { ...TURN, state: "cancelled" }, answer: ANSWER },
  "the answer is stopped before its first word": {
    type: "closed",
    ...ended,
    turn: { ...TURN, state: "cancelled" },
    answer: null,
  },
  "the answer breaks off": { type: "closed", ...ended, turn: broken("interrupted"), answer: ANSWER },
  "the answer fails": { type: "closed", ...ended, turn: broken("failed"), answer: null },
  "the model calls a tool": { type: "closed", ...ended, answer: CALLS },
  "the model says something and calls a tool": { type: "closed", ...ended, answer: { ...CALLS, content: "I look." } },
  "the answer ends after a call": { type: "closed", ...ended, said: [SAID], answer: ANSWER },
  "the answer fails after a call": { type: "closed", ...ended, said: [SAID], turn: broken("failed"), answer: null },
  "the call is given up": { type: "message", message: GIVEN_UP, answered: false, givenUp: ended },
  "the call is given up of an answer that had said something": {
    type: "message",
    message: { ...GIVEN_UP, reply_to: SAID.id },
    answered: false,
    givenUp: { ...ended, said: [SAID] },
  },
  "somebody joins while a call waits": { type: "awaiting", calls: callsOf(CALLS) },
  "the tool's result": { type: "message", message: RESULT, answered: true, givenUp: null },
  "the tool's failure": { type: "message", message: FAULT, answered: true, givenUp: null },
  "somebody types": { type: "typing", user_id: 8, name: "Bob", on: true },
  "somebody has read": { type: "read", user_id: 8, message_id: 5 },
  "who is here": { type: "present", users: [{ user_id: 7, name: "Ada", since: AT }] },
  "the settings change": {
    type: "configured",
    conversation: {
      ...{ id: 42, kind: "chat", title: "Tea", model: null, instructions: null, assistant_mode: "always" },
      ...{ temperature: null, created_at: AT },
    },
  },
} satisfies Record<string, Happening>;

const running = { ...asked, turn: { ...TURN, state: "running" } } as const;
/** After which a socket follows no longer, by the name that a table's rows use. */
export const FAREWELLS = {
  "he is removed": { type: "removed", user_id: 7, unanswered: null },
  "he is removed in mid-answer": { type: "removed", user_id: 7, unanswered: running },
  "it is deleted": { type: "erased", unanswered: null },
  "it is deleted while a call waits": { type: "erased", unanswered: asked },
} satisfies Record<string, Farewell>;

/** Events with their payloads, as a table's row has them. */
export const said = (wires: readonly Wire[]): [event: string, payload: unknown, to: Wire["to"]][] =>
  wires.map(({ event, payload, to }) => [event, payload, to]);

/** What happens that is in none of a table's rows: there the vocabulary says nothing. */
export const unlisted = (rows: readonly (readonly [what: string, told: unknown])[]): [what: string, Happening][] =>
  Object.entries(HAPPENINGS).filter(([what]) => !rows.some(([listed]) => listed === what));
