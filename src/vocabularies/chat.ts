// The chat system's words (vocabularies.md 2): one `conversation` event when an answer is complete, and tokens meanwhile.
import * as z from "zod";
import type { Message } from "../protocol/entities.ts";
import type { ErrorCode } from "../protocol/errors.ts";
import type { Ended } from "../protocol/happenings.ts";
import { callsOf } from "../protocol/tools.ts";
import { keepable, readAsk, WireClientId, WireContent, WireId, WireIdOrNone } from "./payload.ts";
import {
  conversation,
  failureOf,
  farewellOf,
  toAll,
  toOthers,
  toSender,
  type Vocabulary,
  type Wire,
} from "./vocabulary.ts";

const Place = z.object({ conversation_id: WireId });
const Chat = z.object({
  message: WireContent,
  conversation_id: WireIdOrNone,
  metadata: keepable(z.record(z.string(), z.unknown())).nullish(),
  client_id: WireClientId,
});
const Typing = Place.extend({ is_typing: z.boolean() });
const Read = Place.extend({ message_id: WireId });
const History = Place.extend({
  before: WireId.optional(),
  after: z.union([z.literal([0, "0"]).transform(() => 0), WireId]).optional(),
  limit: z.int().min(1).max(200).default(50),
});

/** Each event of the client: its payload's shape, and what it asks for. */
const HEARD: Record<string, (payload: unknown) => ReturnType<Vocabulary["hear"]>> = {
  chat: (payload) =>
    readAsk(Chat, payload, ({ message, conversation_id, metadata, client_id }) => ({
      do: "send",
      target: conversation_id === null ? null : conversation(conversation_id),
      content: message,
      client_id,
      data: metadata ? { metadata } : {},
    })),
  join_conversation: (payload) =>
    readAsk(Place, payload, ({ conversation_id }) => ({ do: "join", target: conversation(conversation_id) })),
  leave_conversation: (payload) =>
    readAsk(Place, payload, ({ conversation_id }) => ({ do: "leave", target: conversation(conversation_id) })),
  typing: (payload) =>
    readAsk(Typing, payload, ({ conversation_id, is_typing }) => ({
      do: "typing",
      target: conversation(conversation_id),
      on: is_typing,
    })),
  read: (payload) =>
    readAsk(Read, payload, ({ conversation_id, message_id }) => ({
      do: "read",
      target: conversation(conversation_id),
      message_id,
    })),
  history: (payload) =>
    readAsk(History, payload, ({ conversation_id, ...page }) => ({
      do: "history",
      target: conversation(conversation_id),
      ...page,
    })),
};

const asked = ({ id, role, content, created_at, data }: Message) => ({
  id,
  role,
  content,
  created_at,
  metadata: data.metadata ?? {},
});
const answered = ({ id, role, content, created_at }: Message) => ({ id, role, content, created_at });
const uploaded = ({ id, role, content, created_at, files }: Message, conversation_id: number) => ({
  message_id: id,
  role,
  content,
  files,
  timestamp: created_at,
  conversation_id,
});
const GONE = { removed: "forbidden", erased: "not_found" } as const satisfies Record<string, ErrorCode>;
const taskId = (conversation: number, turn: number) => `${conversation}-${turn}`;

/** A question with all that was answered, in one event. */
const complete = ({ turn, question, said }: Ended, answer: Message | null, conversation_id: number): Wire =>
  toAll("conversation", {
    task_id: taskId(conversation_id, turn.id),
    conversation_id,
    user_message: asked(question),
    assistant_responses: [...said, ...(answer ? [answer] : [])].map(answered),
  });

export const chat: Vocabulary & { name: "chat" } = {
  name: "chat",

  hear: (event, payload) => (Object.hasOwn(HEARD, event) ? (HEARD[event]?.(payload) ?? null) : null),

  reply(_, answer) {
    if (!("names" in answer) || !answer.names) return [];
    const { conversation_id } = answer.names;
    switch (answer.did) {
      case "joined":
        return [
          toSender("joined_conversation", { conversation_id, message: `Joined conversation ${conversation_id}` }),
        ];
      case "left":
        return [toSender("left_conversation", { conversation_id, message: `Left conversation ${conversation_id}` })];
      case "history": {
        const { messages, older, newer } = answer;
        return [toSender("history", { conversation_id, messages, older, newer })];
      }
      default:
        return [];
    }
  },

  refuse: (_event, _payload, _ask, { code, message }) => [toSender("error", { message, error: code })],

  tell(happening, { conversation_id }) {
    switch (happening.type) {
      case "message": {
        if (happening.message.files.length > 0)
          return [toAll("file_uploaded", uploaded(happening.message, conversation_id))];
        if (happening.givenUp) return [complete(happening.givenUp, null, conversation_id)];
        if (happening.answered || happening.message.role === "tool") return []; // it comes with its answer
        const task_id = `${conversation_id}-message-${happening.message.id}`;
        const user_message = asked(happening.message);
        return [toAll("conversation", { task_id, conversation_id, user_message, assistant_responses: [] })];
      }
      case "text": {
        const { turn_id, text, from } = happening;
        const task_id = taskId(conversation_id, turn_id);
        return [toAll("conversation_token", { task_id, conversation_id, token: text, offset: from })];
      }
      case "closed": {
        const { turn, answer, said } = happening;
        const failure = failureOf(turn);
        if (answer && callsOf(answer).length > 0) return []; // it goes on when they are done
        return [
          ...(answer || said.length > 0 || !failure ? [complete(happening, answer, conversation_id)] : []),
          ...(failure ? [toAll("error", { message: failure, error: turn.error?.code })] : []),
        ];
      }
      case "typing": {
        const { user_id, name, on } = happening;
        return [toOthers("user_typing", { user_id, username: name, is_typing: on, conversation_id })];
      }
      case "read": {
        const { user_id, message_id } = happening;
        return [toOthers("message_read", { user_id, message_id, conversation_id })];
      }
      case "present":
        return [toAll("presence", { conversation_id, users: happening.users })];
      default:
        return [];
    }
  },

  shownOut(farewell, { conversation_id }) {
    const message = farewellOf(farewell);
    return [
      toSender("error", { message, error: GONE[farewell.type] }),
      toSender("left_conversation", { conversation_id, message }),
    ];
  },
};
