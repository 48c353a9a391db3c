// The assistant rooms' words (vocabularies.md 3). Names of events end in an id: `room_created chat123` is one name.
import * as z from "zod";
import type { Message, Turn } from "../protocol/entities.ts";
import { type Outcome, ok, refuse } from "../protocol/errors.ts";
import { parseJson, Text } from "../protocol/json.ts";
import { callsOf, READABLE, resultOf, Tool, type ToolCall, type ToolResult } from "../protocol/tools.ts";
import { keepable, readAsk, readPayload, WireClientId, WireContent } from "./payload.ts";
import {
  type Ask,
  failureOf,
  farewellOf,
  type Names,
  toAll,
  toOthers,
  toSender,
  type Vocabulary,
  type Wire,
} from "./vocabulary.ts";

const RoomId = z.string().regex(/^room_[0-9a-f-]{36}$/);
/** As it came: what answers it has it in its name. */
const ChatId = Text.max(200).refine((id) => id.trim() !== "", { error: "may not be empty" });
const CallId = Text.min(1).max(200);
const Model = Text.max(200);
const Create = z.object({
  chat_id: ChatId,
  model_api_source: Text.min(1).max(100),
  model_id: Model.min(1),
  tools: keepable(z.array(Tool).max(64)).nullish(),
  /** Without effect: the client runs its tools either way. */
  auto_execute_functions: z.boolean().nullish(),
});
const Find = z.object({ chat_id: ChatId });
const Room = z.object({ room_id: RoomId });

/** A text, or its parts. */
const Spoken = z.union([
  z.string(),
  z
    .array(z.object({ type: z.literal("input_text"), text: z.string() }))
    .transform((parts) => parts.map(({ text }) => text).join("")),
]);
const ItemId = z
  .union([Text.max(64), z.int()])
  .nullish()
  .transform((id) => (id == null || id === "" ? null : String(id)));
/** The three forms in which this system's clients write a message. */
const Said = z.union([
  z.string().transform((content) => ({ id: null, content })),
  z.object({ id: ItemId, data: z.object({ item: z.object({ content: Spoken }) }) }).transform((m) => ({
    id: m.id,
    content: m.data.item.content,
  })),
  z.object({ id: ItemId, content: Spoken }),
]);
const Send = z.object({
  room_id: RoomId,
  message: Said.pipe(z.object({ id: z.string().nullable(), content: WireContent })),
  model_id: Model.nullish(),
  client_id: WireClientId,
});
/** Anything: a client whose result was refused would leave its call waiting. */
const Returned = z.unknown().optional();
const Result = z.object({ room_id: RoomId, call_id: CallId, result: Returned });
const Fault = z.object({ room_id: RoomId, call_id: CallId, error: Returned });
const RoomEvent = z.object({
  room_id: RoomId,
  event: z.looseObject({ id: ItemId, type: Text.min(1).max(200) }),
});

const target = (room_id: string) => ({ by: "room", room_id }) as const;

/** aisuite's `provider:model`; an `aisuite.` before it says nothing. */
const modelName = (id: string): string => id.replace(/^aisuite\./, "");

/** `send_message room_1` is `send_message` of the room `room_1`. */
function named(event: string, payload: unknown): { base: string; payload: unknown } {
  const space = event.indexOf(" ");
  if (space === -1) return { base: event, payload };
  const given = typeof payload === "object" && payload !== null ? payload : { message: payload };
  return { base: event.slice(0, space), payload: { room_id: event.slice(space + 1), ...given } };
}

const field = (payload: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>(
    (value, name) => (typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined),
    payload,
  );
const idAt = (payload: unknown, ...path: string[]): string | null => {
  const id = field(payload, ...path);
  return (typeof id === "string" && id !== "" && id.length <= 200) || typeof id === "number" ? String(id) : null;
};

/** The client's own name of a message, if it gave one. It names events only: pages count from 1 at each load. */
const ownId = ({ data }: Pick<Message, "data">): string | null =>
  typeof data.client_message_id === "string" ? data.client_message_id : null;

/** One payload for both dialects of this system. */
function asMessage(message: Message, model_id: string | null, turn: Turn | null) {
  const { id, role, content, created_at, files } = message;
  const usage = turn?.usage ? { token_usage: turn.usage } : {};
  const stop = turn?.finish_reason ? { stop_reason: turn.finish_reason } : {};
  return {
    message: { message_id: id, role, content, timestamp: created_at, model_id },
    type: role === "assistant" ? "sbaw.text_message.assistant" : "sbaw.text_message.user",
    data: {
      id,
      role,
      type: "message",
      modality: "text",
      content,
      model_id,
      created_timestamp: created_at,
      ...(files.length > 0 ? { files } : {}),
      ...usage,
      ...stop,
    },
  };
}

function asCall(answer: Message, { call_id, name, arguments: args }: ToolCall, model_id: string) {
  const { id, role, created_at } = answer;
  return {
    message: { message_id: id, role, content: "", timestamp: created_at, model_id },
    type: "sbaw.function_call",
    data: { id, call_id, name, arguments: parsed(args) },
  };
}

function asResult(message: Message, { call_id, name, failed }: ToolResult, model_id: string | null) {
  const { id, role, content, created_at } = message;
  const returned = failed ? { error: content } : { result: parsed(content) };
  return {
    message: { message_id: id, role, content, timestamp: created_at, model_id },
    type: "sbaw.function_result",
    data: { id, call_id, name, ...returned },
  };
}

/** As the thing that it is when it is JSON. */
function parsed(text: string): unknown {
  const json = parseJson(text, READABLE);
  return json.ok ? json.value : text;
}

export const assistantRooms: Vocabulary & { name: "assistant_rooms" } = {
  name: "assistant_rooms",

  hear(event, given): Outcome<Ask> | null {
    const { base, payload } = named(event, given);
    switch (base) {
      case "create_room":
        return readAsk(Create, payload, ({ chat_id, model_api_source, model_id, tools }) => ({
          do: "create_room",
          chat_id,
          source: model_api_source,
          model: modelName(model_id),
          tools: tools ?? [],
        }));
      case "find_chat":
        return readAsk(Find, payload, ({ chat_id }) => ({ do: "find_chat", chat_id }));
      case "join_room":
        return readAsk(Room, payload, ({ room_id }) => ({ do: "join", target: target(room_id) }));
      case "leave_room":
        return readAsk(Room, payload, ({ room_id }) => ({ do: "leave", target: target(room_id) }));
      case "send_message":
        return readAsk(Send, payload, ({ room_id, message, model_id, client_id }) => ({
          do: "send",
          target: target(room_id),
          content: message.content,
          client_id,
          data: message.id === null ? {} : { client_message_id: message.id },
          model: model_id ? modelName(model_id) : undefined,
        }));
      case "function_result":
        return readAsk(Result, payload, ({ room_id, call_id, result }) => ({
          do: "tool_result",
          target: target(room_id),
          call_id,
          result,
        }));
      case "function_error":
        return readAsk(Fault, payload, ({ room_id, call_id, error }) => ({
          do: "tool_error",
          target: target(room_id),
          call_id,
          error,
        }));
      case "event": {
        const raw = readPayload(RoomEvent, payload);
        if (!raw.ok) return raw;
        const { room_id, event: inner } = raw.value;
        if (inner.type !== "sbaw.assistant.stop_processing")
          return refuse("unsupported", `This room takes no events of the type ${inner.type}`, { field: "event" });
        return ok({ do: "stop", target: target(room_id), event_id: inner.id });
      }
      default:
        return null;
    }
  },

  reply(ask, answer): Wire[] {
    switch (answer.did) {
      case "created": {
        const { room_id, chat_id } = answer.names;
        return [toSender(`room_created ${chat_id}`, { room_id, chat_id, model_id: answer.model })];
      }
      case "found": {
        const { chat_id, names } = answer;
        if (!names) return [toSender(`room_not_found ${chat_id}`, { room_id: null, chat_id })];
        return [toSender(`room_found ${chat_id}`, { room_id: names.room_id, chat_id })];
      }
      case "joined":
        return [toSender(`room_joined ${answer.names.room_id}`, { room_id: answer.names.room_id })];
      case "left":
        return [toSender("room_left", { room_id: answer.names.room_id })];
      case "sent": {
        const sent = { success: true, message_id: answer.message_id };
        const own = ask.do === "send" ? ownId(ask) : null;
        return [
          toSender(`message_sent ${answer.names.room_id}`, sent),
          ...(own === null ? [] : [toSender(`message_sent ${own}`, sent)]),
        ];
      }
      case "stopped":
        return ask.do === "stop" && ask.event_id !== null
          ? [toSender(`event_received ${ask.event_id}`, { success: true })]
          : [];
      default:
        return [];
    }
  },

  refuse(event, given, ask, { message: error, code }): Wire[] {
    const { base, payload } = named(event, given);
    const room = idAt(payload, "room_id");
    switch (base) {
      case "create_room": {
        const chat = idAt(payload, "chat_id");
        return [toSender(chat ? `room_error ${chat}` : "room_error", { error })];
      }
      case "join_room":
        return [toSender(room ? `room_join_error ${room}` : "room_error", { error })];
      case "send_message": {
        const own = idAt(payload, "message", "id");
        const toOwn = own ? [toSender(`message_error ${own}`, { error })] : [];
        const bare = ask === null || code === "not_found" ? [toSender("room_error", { error })] : [];
        return toOwn.length + bare.length > 0 ? [...toOwn, ...bare] : [toSender(`error ${room}`, { error })];
      }
      case "event": {
        const own = idAt(payload, "event", "id");
        return [toSender(own ? `event_error ${own}` : "room_error", { error })];
      }
      default:
        return [toSender(room ? `error ${room}` : "room_error", { error })];
    }
  },

  tell(happening, names: Names): Wire[] {
    const { room_id, model } = names;
    switch (happening.type) {
      case "message": {
        const result = resultOf(happening.message);
        const payload = result ? asResult(happening.message, result, model) : asMessage(happening.message, model, null);
        return [toOthers(`message ${room_id}`, payload), toOthers(`receive_message ${room_id}`, payload)];
      }
      case "opened":
      case "underway":
        return [toAll(`stream_start ${room_id}`, { message_id: happening.turn.answer_id })];
      case "awaiting":
        return happening.calls.map((call) => calling(call, room_id));
      case "text": {
        const { answer_id, text } = happening;
        return [toAll(`stream_chunk ${room_id}`, { message_id: answer_id, content: text, done: false })];
      }
      case "closed":
        return closing(happening.turn, happening.question, happening.answer, room_id);
      default:
        return [];
    }
  },

  shownOut(farewell, { room_id }) {
    const error = farewellOf(farewell);
    const { unanswered } = farewell;
    return [
      ...(unanswered?.turn.state === "running" ? failing(unanswered.turn, unanswered.question, error, room_id) : []),
      toSender(`error ${room_id}`, { error }),
      toSender("room_left", { room_id }),
    ];
  },
};

/** The end of a stream that has no other. */
function failing({ answer_id: message_id }: Turn, question: Message, error: string, room_id: string | null): Wire[] {
  return [
    toAll(`stream_error ${room_id}`, { message_id, error }),
    toAll("message_error", { message_id, client_message_id: ownId(question), error }),
  ];
}

function closing(turn: Turn, question: Message, answer: Message | null, room_id: string | null): Wire[] {
  const message_id = turn.answer_id;
  const error = failureOf(turn);
  const calls = answer ? callsOf(answer) : [];
  const said = answer && (answer.content !== "" || calls.length === 0) ? asMessage(answer, turn.model, turn) : null;
  const payloads = [said ?? [], ...(answer ? calls.map((call) => asCall(answer, call, turn.model)) : [])].flat();
  return [
    ...(error
      ? failing(turn, question, error, room_id)
      : [
          toAll(`stream_chunk ${room_id}`, { message_id, content: "", done: true }),
          toAll(`stream_end ${room_id}`, { message_id }),
        ]),
    ...payloads.flatMap((payload) => [
      toAll(`message ${room_id}`, payload),
      toAll(`receive_message ${room_id}`, payload),
    ]),
    ...calls.map((call) => calling(call, room_id)),
  ];
}

const calling = ({ call_id, name, arguments: args }: ToolCall, room_id: string | null): Wire =>
  toAll(`function_call ${room_id}`, { function_name: name, arguments: parsed(args), call_id });
