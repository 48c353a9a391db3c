// The interview's words (vocabularies.md 1): one event, `ai_message`, in both directions; tokens are an addition of ours.
import * as z from "zod";
import { ok, refuse } from "../protocol/errors.ts";
import { readPayload, WireClientId, WireContent } from "./payload.ts";
import { lackOf, toAll, toSender, type Vocabulary } from "./vocabulary.ts";

const Said = z.object({ message: WireContent, client_id: WireClientId });

const CONNECTED = { type: "system", content: "Connected to AI Assistant. You can start chatting now." };
const PROCESSING = { type: "status", content: "Processing your message..." };

const REFUSED = { removed: "Access denied", erased: "Session not found" };

export const interview: Vocabulary & { name: "interview" } = {
  name: "interview",

  hear(event, payload, { session }) {
    if (event !== "ai_message") return null;
    const said = readPayload(Said, typeof payload === "string" ? { message: payload } : payload);
    if (!said.ok) return said;
    if (!session) return refuse("invalid", "Missing parameters");
    const { message, client_id } = said.value;
    return ok({ do: "send", target: session, content: message, client_id, data: {} });
  },

  reply: (_ask, answer) => (answer.did === "joined" ? [toSender("ai_message", CONNECTED)] : []),

  refuse: (_event, _payload, _ask, { message }) => [toSender("ai_message", { type: "error", content: message })],

  tell(happening) {
    switch (happening.type) {
      case "message":
        return happening.answered ? [toAll("ai_message", PROCESSING)] : [];
      case "underway":
        return [toAll("ai_message", PROCESSING)];
      case "text": {
        const { answer_id, text, from } = happening;
        return [toAll("ai_token", { message_id: answer_id, token: text, offset: from })];
      }
      case "closed": {
        const { answer, number, turn } = happening;
        const failure = lackOf(turn, answer);
        const content = { message: answer?.content ?? "", isSummary: answer?.data.is_summary === true };
        const response = { type: "ai_response", message_id: answer?.id ?? null, content, question_count: number };
        return [
          ...(answer ? [toAll("ai_message", response)] : []),
          ...(failure ? [toAll("ai_message", { type: "error", content: failure })] : []),
        ];
      }
      default:
        return [];
    }
  },

  /** In the words in which he is refused when he comes back. */
  shownOut: ({ type }) => [toSender("ai_message", { type: "error", content: REFUSED[type] })],
};
