// Interview sessions: starting one, what became of it, its messages, and its end with a summary.
import { createRoute } from "@hono/zod-openapi";
import { startInterview } from "../../auth/starting.ts";
import { iso } from "../../lib/clock.ts";
import { AsEntity, InterviewCreate, InterviewSession } from "../../protocol/interviews.ts";
import { MessagePosted, MessagesAnswer, MessagesQuery } from "../../protocol/rest.ts";
import { reserveConversation } from "../../store/conversations.ts";
import { addSession, findSession } from "../../store/interviews.ts";
import { routes } from "../context.ts";
import { ConversationPath, conversationOf } from "../conversation.ts";
import { authenticated } from "../middleware/authenticated.ts";
import { ANSWER, INTERVIEW, QUESTION, SUMMARY, TURN } from "../openapi/samples.ts";
import { failure, json, refused, refuses, signedIn, takes } from "../respond.ts";

const base = { tags: ["interviews"], security: signedIn, middleware: authenticated };
const path = "/api/v1/ai-assistant/sessions";

const create = createRoute({
  ...base,
  method: "post",
  path,
  operationId: "createInterview",
  summary: "Start an interview: of oneself, or of a patient whom one knows",
  request: takes(InterviewCreate, { doctor_id: 4, patient_id: INTERVIEW.patient_id }),
  responses: { 201: json(InterviewSession, "The new session", INTERVIEW), default: failure },
  ...refuses("not_found", "misconfigured"),
});

const read = createRoute({
  ...base,
  method: "get",
  path: `${path}/{id}`,
  operationId: "readInterview",
  summary: "One interview, for whoever may open it",
  request: { params: ConversationPath, query: AsEntity },
  responses: { 200: json(InterviewSession, "As it is now", INTERVIEW), default: failure },
});

const list = createRoute({
  ...base,
  method: "get",
  path: `${path}/{id}/messages`,
  operationId: "listInterviewMessages",
  summary: "A page of an interview's messages, ids ascending",
  description: "The summary's `data` has `is_summary`.",
  request: { params: ConversationPath, query: MessagesQuery.extend(AsEntity.shape) },
  responses: {
    200: json(MessagesAnswer, "One page", { items: [QUESTION, ANSWER], older: false, newer: false }),
    default: failure,
  },
});

const finish = createRoute({
  ...base,
  method: "post",
  path: `${path}/{id}/finish`,
  operationId: "finishInterview",
  summary: "Have the summary written now, and wait for it",
  description: "An interview that ended with a summary keeps it, and answers it again.",
  request: { params: ConversationPath, query: AsEntity },
  responses: {
    200: json(MessagePosted, "The summary is `answer`", { message: QUESTION, turn: TURN, answer: SUMMARY }),
    default: failure,
  },
  ...refuses("conflict", "busy", "misconfigured"),
});

export const interviews = routes()
  .openapi(create, async (c) => {
    const principal = c.get("principal");
    const { defaultName, interviewerName, resolve } = c.get("models");
    const known = resolve(interviewerName);
    if (!known.ok) return refused(c, known.error);
    const now = c.get("clock").now();
    const started = await startInterview(c.env.DB, principal, c.req.valid("json"), now);
    if (!started.ok) return refused(c, started.error);
    const { chat, patient } = started.value;
    const id = await reserveConversation(c.env.DB, "interview", principal.user_id, now);
    await addSession(c.env.DB, id, chat.id, principal.user_id);
    await conversationOf(c.env, id).create(
      {
        id,
        kind: "interview",
        title: `Interview of ${patient.name}`,
        model: interviewerName === defaultName ? null : interviewerName,
        instructions: null,
        assistant_mode: "always",
        temperature: null,
        created_at: now,
      },
      null,
      [],
    );
    const { id: chat_id, doctor_id, patient_id } = chat;
    const fresh = { status: "open", question_count: 0, summary_id: null, created_at: iso(now) } as const;
    return c.json({ session_id: id, chat_id, doctor_id, patient_id, ...fresh }, 201);
  })
  .openapi(read, async (c) => {
    const { id } = c.req.valid("param");
    const { user_entity_id = null } = c.req.valid("query");
    const opened = await conversationOf(c.env, id).openInterview(c.get("principal"), user_entity_id);
    if (!opened.ok) return refused(c, opened.error);
    const session = await findSession(c.env.DB, id);
    if (!session) return refused(c, { code: "not_found", message: "Session not found" });
    const status: InterviewSession["status"] = opened.value.summary_id === null ? "open" : "finished";
    return c.json({ ...session, ...opened.value, status, created_at: iso(session.created_at) }, 200);
  })
  .openapi(list, async (c) => {
    const { user_entity_id = null, ...wish } = c.req.valid("query");
    const conversation = conversationOf(c.env, c.req.valid("param").id);
    const opened = await conversation.openInterview(c.get("principal"), user_entity_id);
    if (!opened.ok) return refused(c, opened.error);
    const found = await conversation.history(c.get("principal"), wish);
    if (!found.ok) return refused(c, found.error);
    const { messages: items, older, newer } = found.value;
    return c.json({ items, older, newer }, 200);
  })
  .openapi(finish, async (c) => {
    const principal = c.get("principal");
    const { user_entity_id = null } = c.req.valid("query");
    const conversation = conversationOf(c.env, c.req.valid("param").id);
    const opened = await conversation.openInterview(principal, user_entity_id);
    if (!opened.ok) return refused(c, opened.error);
    const finishing = await conversation.finishInterview(principal);
    if (!finishing.ok) return refused(c, finishing.error);
    c.set("untimed", true);
    const { message_id, turn_id } = finishing.value;
    const outcome = await conversation.outcome(principal, message_id, turn_id, true);
    return outcome.ok ? c.json(outcome.value, 200) : refused(c, outcome.error);
  });
