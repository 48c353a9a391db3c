// The documents system's words (vocabularies.md 4): projects, and chats that are answered from their documents.
import * as z from "zod";
import { type Outcome, ok } from "../protocol/errors.ts";
import type { ProjectNews } from "../protocol/projects.ts";
import { onlyCalls } from "../protocol/tools.ts";
import { readAsk, WireClientId, WireContent, WireId } from "./payload.ts";
import {
  type Ask,
  conversation,
  failureOf,
  farewellOf,
  lastSaid,
  toAll,
  toSender,
  type Vocabulary,
  type Wire,
} from "./vocabulary.ts";

const Project = z.object({ project_id: WireId });
const Chat = z.object({ chat_id: WireId });
const Send = Chat.extend({
  message: WireContent,
  model: z.string().max(200).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  include_history: z.boolean().nullish(),
  client_id: WireClientId,
});

/** The source's default. */
const TEMPERATURE = 0.7;

/** The file rooms' clients name their user too: so a room that they forgot is asked for by its own name. */
const isOfRoom = (payload: unknown): boolean =>
  typeof payload === "object" &&
  payload !== null &&
  ("conversation_id" in payload || "user_id" in payload) &&
  !("chat_id" in payload);

export const documents: Vocabulary & { name: "documents" } = {
  name: "documents",

  hear(event, payload): Outcome<Ask> | null {
    switch (event) {
      case "join_project":
      case "leave_project":
        return readAsk(Project, payload, ({ project_id }) => ({ do: event, project_id }));
      case "join_chat":
        return readAsk(Chat, payload, ({ chat_id }) => ({ do: "join", target: conversation(chat_id) }));
      case "leave_chat":
        return readAsk(Chat, payload, ({ chat_id }) => ({ do: "leave", target: conversation(chat_id) }));
      case "send_message":
        if (isOfRoom(payload)) return null; // the file rooms have an event of this name
        return readAsk(Send, payload, ({ chat_id, message, model, temperature, include_history, client_id }) => ({
          do: "send",
          target: conversation(chat_id),
          content: message,
          client_id,
          data: include_history === false ? { include_history } : {},
          model: model ?? undefined,
          temperature: temperature ?? TEMPERATURE,
        }));
      case "ping":
        return ok({ do: "ping" });
      default:
        return null;
    }
  },

  reply(_ask, answer) {
    switch (answer.did) {
      case "joined_project":
        return [toSender("project_joined", { project_id: answer.project_id, status: "success" })];
      case "left_project":
        return [toSender("project_left", { project_id: answer.project_id, status: "success" })];
      case "pong":
        return [toSender("pong", { timestamp: answer.timestamp })];
      default:
        return [];
    }
  },

  refuse: (_event, payload, _ask, { message }) => [toSender("error", { message, ...Chat.safeParse(payload).data })],

  tell(happening, { conversation_id: chat_id }) {
    const received = toAll("message_received", { chat_id, status: "processing" });
    const sources = toAll("message_sources", { chat_id, sources: [] });
    switch (happening.type) {
      case "message": {
        const { givenUp, message } = happening;
        if (!givenUp || message.reply_to === lastSaid(givenUp)) return []; // its end was told already
        return [toAll("message_complete", { chat_id, metadata: { model: givenUp.turn.model, sources_count: 0 } })];
      }
      // Not before: tokens name no answer, and those of the one before it may still be coming.
      case "opened":
      case "underway":
        return [received, sources];
      case "text":
        return [toAll("message_token", { chat_id, token: happening.text })];
      case "closed": {
        const { answer, turn } = happening;
        if (answer && onlyCalls(answer)) return []; // the answer follows when they are done
        const failure = failureOf(turn);
        const metadata = { model: turn.model, sources_count: 0 };
        return [
          ...(answer || !failure ? [toAll("message_complete", { chat_id, metadata })] : []),
          ...(failure ? [toAll("error", { message: failure, chat_id })] : []),
        ];
      }
      default:
        return [];
    }
  },

  shownOut(farewell, { conversation_id: chat_id }) {
    const { unanswered } = farewell;
    const metadata = { model: unanswered?.turn.model, sources_count: 0 };
    return [
      ...(unanswered ? [toSender("message_complete", { chat_id, metadata })] : []),
      toSender("error", { message: farewellOf(farewell), chat_id }),
    ];
  },
};

/** To those who have joined a project: only this system knows projects. */
export function tellProject(news: Exclude<ProjectNews, { type: "people" }>): Wire {
  switch (news.type) {
    case "updated":
      return toAll("project_update", { type: news.update, data: news.data });
    case "document":
      return toAll("document_status", news.status);
    case "event":
      return toAll(news.event, news.data);
    default:
      return news satisfies never;
  }
}

/** Who is in a project no longer, or whose project is gone. */
export const shownOutOfProject = (project_id: number): Wire[] => [
  toSender("error", { message: "You are not in this project any more." }),
  toSender("project_left", { project_id, status: "success" }),
];
