// The summary of an interview: read by whoever may open it, changed and signed by its doctor.
import { createRoute } from "@hono/zod-openapi";
import { AsEntity, InterviewSummary, SummaryPatch, SummarySign } from "../../protocol/interviews.ts";
import { routes } from "../context.ts";
import { ConversationPath, conversationOf } from "../conversation.ts";
import { authenticated } from "../middleware/authenticated.ts";
import { INTERVIEW_SUMMARY } from "../openapi/samples.ts";
import { failure, json, refused, refuses, signedIn, takes } from "../respond.ts";

const base = { tags: ["interviews"], security: signedIn, middleware: authenticated };
const path = "/api/v1/ai-assistant/sessions/{id}/summary";

const read = createRoute({
  ...base,
  method: "get",
  path,
  operationId: "readSummary",
  summary: "The latest summary of an interview, as its doctor left it",
  request: { params: ConversationPath, query: AsEntity },
  responses: { 200: json(InterviewSummary, "As it is now", INTERVIEW_SUMMARY), default: failure },
});

const change = createRoute({
  ...base,
  method: "patch",
  path,
  operationId: "changeSummary",
  summary: "Write the summary anew, as the interview's doctor",
  description: "Its message stays as the interviewer wrote it. What is signed does not change any more.",
  request: {
    params: ConversationPath,
    query: AsEntity,
    ...takes(SummaryPatch, { content: INTERVIEW_SUMMARY.content, message_id: INTERVIEW_SUMMARY.message_id }),
  },
  responses: { 200: json(InterviewSummary, "As it is now", INTERVIEW_SUMMARY), default: failure },
  ...refuses("conflict"),
});

const sign = createRoute({
  ...base,
  method: "post",
  path: `${path}/sign`,
  operationId: "signSummary",
  summary: "Sign the summary, as the interview's doctor; once",
  request: {
    params: ConversationPath,
    query: AsEntity,
    ...takes(SummarySign, { message_id: INTERVIEW_SUMMARY.message_id }),
  },
  responses: { 200: json(InterviewSummary, "As it was signed", INTERVIEW_SUMMARY), default: failure },
  ...refuses("conflict"),
});

export const summaries = routes()
  .openapi(read, async (c) => {
    const { id } = c.req.valid("param");
    const { user_entity_id = null } = c.req.valid("query");
    const summary = await conversationOf(c.env, id).summary(c.get("principal"), user_entity_id);
    return summary.ok ? c.json({ session_id: id, ...summary.value }, 200) : refused(c, summary.error);
  })
  .openapi(change, async (c) => {
    const { id } = c.req.valid("param");
    const { user_entity_id = null } = c.req.valid("query");
    const wish = c.req.valid("json");
    const changed = await conversationOf(c.env, id).changeSummary(c.get("principal"), user_entity_id, wish);
    return changed.ok ? c.json({ session_id: id, ...changed.value }, 200) : refused(c, changed.error);
  })
  .openapi(sign, async (c) => {
    const { id } = c.req.valid("param");
    const { user_entity_id = null } = c.req.valid("query");
    const { message_id } = c.req.valid("json");
    const signed = await conversationOf(c.env, id).signSummary(c.get("principal"), user_entity_id, message_id);
    return signed.ok ? c.json({ session_id: id, ...signed.value }, 200) : refused(c, signed.error);
  });
