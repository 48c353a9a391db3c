// What the document's examples are about: two people, one conversation, one question and its answer.
import type { ApiKey, AuditRow, ManagedUser, MetricsSlot, ResetLink } from "../../protocol/admin.ts";
import type { Attempt, Conversation, Member, Message, Turn } from "../../protocol/entities.ts";
import type { Entity, InterviewSession, InterviewSummary, RelationBody } from "../../protocol/interviews.ts";
import type { DocumentStatus, Project, ProjectMember } from "../../protocol/projects.ts";
import type {
  ConversationListItem,
  LoginAnswer,
  ModelInfo,
  SearchHit,
  SessionInfo,
  User,
} from "../../protocol/rest.ts";

export const AT = "2026-08-15T09:30:00.000Z";

export const ADA: User = {
  id: 7,
  username: "ada",
  name: "Ada Lovelace",
  role: "member",
  email: "ada@example.org",
};

export const LOGGED_IN: LoginAnswer = {
  access_token: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl",
  refresh_token: "7.Zm9yIG9uZSByZWZyZXNo",
  token_type: "bearer",
  expires_in: 86_400,
  user: ADA,
};

export const SESSION: SessionInfo = {
  sid: "b1f6a1de-7c0e-4b8e-8a53-0f3a7d0f5c11",
  device: "curl/8.5.0",
  created_at: AT,
  last_used_at: AT,
  current: true,
};

export const MODEL: ModelInfo = {
  name: "openai:gpt-4.1-mini",
  provider: "openai",
  configured: true,
  default: true,
  builtin: false,
};

export const CONVERSATION: Conversation = {
  id: 42,
  kind: "chat",
  title: "Afternoon tea",
  model: "openai:gpt-4.1-mini",
  instructions: "Answer in one sentence.",
  assistant_mode: "always",
  temperature: null,
  created_at: AT,
};

export const MEMBER: Member = { user_id: ADA.id, name: ADA.name, role: "owner", read_id: 2 };

export const PROJECT: Project = {
  id: 3,
  name: "The kitchen",
  description: null,
  role: "owner",
  created_at: AT,
};

export const PROJECT_MEMBER: ProjectMember = { user_id: 8, name: "Bob", role: "member" };

export const DOCUMENT: DocumentStatus = { document_id: 5, status: "processing", progress: 75 };

export const AUDIT_ROW: AuditRow = {
  ...{ id: 91, at: AT, action: "user.change", actor_id: ADA.id, actor_role: "admin", session: null },
  ...{ resource: "/api/v1/admin/users/8", verdict: "allow", reason: null, detail: '{"role":"doctor"}', count: 1 },
  ...{ network: "192.0.2.0/24", agent: "pXk2mW0b3qfTg1Ya", request_id: "0b6f1c0e-5f0a-4c6e-9d0e-3f9d2f5f7f31" },
};

export const QUESTION: Message = {
  id: 1,
  role: "user",
  author: { user_id: ADA.id, name: ADA.name },
  content: "How long does green tea steep?",
  data: {},
  files: [],
  turn_id: null,
  reply_to: null,
  client_id: "5f2c9a",
  answer_id: 2,
  created_at: AT,
};

export const ANSWER: Message = {
  id: 2,
  role: "assistant",
  author: null,
  content: "Two minutes, in water of 80 °C.",
  data: {},
  files: [],
  turn_id: 1,
  reply_to: 1,
  client_id: null,
  created_at: AT,
};

export const PATIENT: Entity = { id: 5, kind: "patient", name: "Byron Lovelace", user_id: null, created_at: AT };

export const RELATED: RelationBody = { user_id: ADA.id, patient_id: PATIENT.id, relation: "parent" };

export const INTERVIEW: InterviewSession = {
  session_id: 43,
  chat_id: 2,
  doctor_id: 4,
  patient_id: PATIENT.id,
  status: "open",
  question_count: 3,
  summary_id: null,
  created_at: AT,
};

export const SUMMARY: Message = {
  ...ANSWER,
  content: "# Summary\n\n**Complaint**\n\n> A headache since Monday.",
  data: { is_summary: true },
};

export const INTERVIEW_SUMMARY: InterviewSummary = {
  session_id: INTERVIEW.session_id,
  message_id: 8,
  content: SUMMARY.content,
  created_at: AT,
  edited_by: { user_id: 4, name: "Dr Grey" },
  edited_at: AT,
  signed_by: null,
  signed_at: null,
};

export const TURN: Turn = {
  id: 1,
  question_id: 1,
  answer_id: 2,
  state: "finished",
  model: "openai:gpt-4.1-mini",
  attempt: 1,
  finish_reason: "stop",
  usage: { prompt_tokens: 24, completion_tokens: 11, total_tokens: 35 },
  error: null,
  created_at: AT,
  started_at: AT,
  ended_at: AT,
};

export const LISTED: ConversationListItem = { ...CONVERSATION, role: "owner", unread: 0, last_message: ANSWER };

export const QUEUED: Turn = {
  ...TURN,
  answer_id: null,
  state: "queued",
  attempt: 0,
  finish_reason: null,
  usage: null,
  started_at: null,
  ended_at: null,
};

export const ATTEMPT: Attempt = {
  turn_id: 1,
  attempt: 1,
  reason: "first",
  model: TURN.model,
  from: 0,
  outcome: "ok",
  error: null,
  usage: TURN.usage,
  started_at: AT,
  first_token_at: AT,
  ended_at: AT,
};

export const MANAGED: ManagedUser = { ...ADA, disabled: false, has_password: true, created_at: AT };

export const RESET_LINK: ResetLink = {
  token: "9zX0q3n0cJ1tq5yH2bq8mV7rK4sL6wE1uT3oP5aD7fG",
  url: "https://edgewise.example.org/reset#9zX0q3n0cJ1tq5yH2bq8mV7rK4sL6wE1uT3oP5aD7fG",
  expires_at: "2026-08-16T09:30:00.000Z",
};

export const KEY: ApiKey = {
  id: 3,
  name: "Prometheus",
  scopes: ["metrics:read"],
  created_by: ADA.id,
  created_at: AT,
  last_used_at: null,
};

export const SLOT: MetricsSlot = {
  at: AT,
  connections: 12,
  messages: 30,
  requests: 210,
  failed_requests: 0,
  limited: 1,
  answers: 29,
  failed_answers: 1,
  response_ms: { p50: 4.2, p95: 38 },
  first_token_ms: { p50: 420, p95: 1_300 },
  prompt_tokens: 21_000,
  completion_tokens: 5_200,
  logins_ended: 2,
  outbox_depth: 4,
  outbox_lag_ms: 910,
};

export const HIT: SearchHit = {
  conversation_id: CONVERSATION.id,
  title: CONVERSATION.title,
  message_id: QUESTION.id,
  role: "user",
  author: QUESTION.author,
  created_at: AT,
  snippet: "How long does <mark>green</mark> <mark>tea</mark> steep?",
};
