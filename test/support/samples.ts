// People, messages and turns for tests, whole by default.
import type { Conversation, Message, Turn } from "../../src/protocol/entities.ts";

export const AT = "2026-11-21T12:00:00.000Z";
/** The client's own user. */
export const ANN = { user_id: 1, name: "Ann" };
export const BOB = { user_id: 2, name: "Bob" };

export const CONVERSATION: Conversation = {
  id: 7,
  kind: "chat",
  title: null,
  model: null,
  instructions: null,
  assistant_mode: "always",
  temperature: null,
  created_at: AT,
};

export const newMessage = (id: number, fields: Partial<Message> = {}): Message => ({
  id,
  role: "user",
  author: null,
  content: `message ${id}`,
  data: {},
  files: [],
  turn_id: null,
  reply_to: null,
  client_id: null,
  created_at: AT,
  ...fields,
});

export const newTurn = (id: number, questionId: number, fields: Partial<Turn> = {}): Turn => ({
  id,
  question_id: questionId,
  answer_id: null,
  state: "running",
  model: "builtin/assistant",
  attempt: 1,
  finish_reason: null,
  usage: null,
  error: null,
  created_at: AT,
  started_at: AT,
  ended_at: null,
  ...fields,
});
