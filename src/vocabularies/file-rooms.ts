// The file rooms' words (vocabularies.md 5): everyone in the room sees each message, the answer in chunks, and uploads.
import * as z from "zod";
import type { Message } from "../protocol/entities.ts";
import { type Outcome, ok } from "../protocol/errors.ts";
import { onlyCalls } from "../protocol/tools.ts";
import { readAsk, WireClientId, WireContent, WireId } from "./payload.ts";
import {
  type Ask,
  conversation,
  farewellOf,
  lackOf,
  lastSaid,
  STOPPED,
  toAll,
  toOthers,
  toSender,
  type Vocabulary,
  type Wire,
} from "./vocabulary.ts";

const Room = z.object({ conversation_id: WireId });
const Send = Room.extend({ message: WireContent, client_id: WireClientId });
const Typing = Room.extend({ is_typing: z.boolean() });

const asMessage = ({ id, role, content, created_at }: Message, conversation_id: number) => ({
  message_id: id,
  role,
  content,
  timestamp: created_at,
  conversation_id,
});

export const fileRooms: Vocabulary & { name: "file_rooms" } = {
  name: "file_rooms",

  hear(event, payload): Outcome<Ask> | null {
    switch (event) {
      case "join_room":
        return readAsk(Room, payload, ({ conversation_id }) => ({
          do: "join",
          target: conversation(conversation_id),
        }));
      case "leave_room":
        return readAsk(Room, payload, ({ conversation_id }) => ({
          do: "leave",
          target: conversation(conversation_id),
        }));
      case "send_message":
        return readAsk(Send, payload, ({ conversation_id, message, client_id }) => ({
          do: "send",
          target: conversation(conversation_id),
          content: message,
          client_id,
          data: {},
        }));
      case "typing":
        return readAsk(Typing, payload, ({ conversation_id, is_typing }) => ({
          do: "typing",
          target: conversation(conversation_id),
          on: is_typing,
        }));
      case "client_activity":
        return ok({ do: "nothing" });
      default:
        return null;
    }
  },

  reply(_ask, answer) {
    if (answer.did !== "joined" && answer.did !== "left") return [];
    const { conversation_id } = answer.names;
    const room = `conversation_${conversation_id}`;
    return answer.did === "joined"
      ? [toSender("joined_room", { conversation_id, room, message: `Joined room ${room}` })]
      : [toSender("left_room", { conversation_id, message: `Left room ${room}` })];
  },

  refuse: (_event, _payload, _ask, { message }) => [toSender("error", { message })],

  tell(happening, { conversation_id }) {
    switch (happening.type) {
      case "message": {
        const { message, givenUp } = happening;
        if (message.role === "tool")
          return givenUp && message.reply_to !== lastSaid(givenUp)
            ? [toAll("ai_response_error", { error: STOPPED, conversation_id })]
            : [];
        const shown = asMessage(message, conversation_id);
        if (message.files.length > 0) return [toAll("file_uploaded", { ...shown, files: message.files })];
        return [toAll("new_message", shown)];
      }
      case "opened":
      case "underway":
        return [toAll("ai_thinking", { conversation_id })];
      case "text":
        return [toAll("ai_response_chunk", { chunk: happening.text, conversation_id })];
      case "closed": {
        const { answer, turn } = happening;
        if (answer && onlyCalls(answer)) return []; // the answer follows when they are done
        const failure = lackOf(turn, answer);
        return [
          ...(answer ? [toAll("ai_response_complete", asMessage(answer, conversation_id))] : []),
          ...(failure ? [toAll("ai_response_error", { error: failure, conversation_id })] : []),
        ];
      }
      case "typing": {
        const { user_id, name, on } = happening;
        return [toOthers("user_typing", { user_id, username: name, is_typing: on, conversation_id })];
      }
      default:
        return [];
    }
  },

  shownOut(farewell, { conversation_id }) {
    const message = farewellOf(farewell);
    return [
      ...(farewell.unanswered ? [toSender("ai_response_error", { error: message, conversation_id })] : []),
      toSender("error", { message }),
      toSender("left_room", { conversation_id, message }),
    ];
  },
};

/** To whoever has said nothing for so long and is sent away. */
export function idleTimeout(afterMs: number): Wire {
  const minutes = Math.round(afterMs / 60_000);
  const long = minutes === 0 ? "" : ` for ${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
  return toSender("idle_timeout", { message: `Nothing was done here${long}. Connect again to go on.` });
}
