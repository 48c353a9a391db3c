// The six ways to speak to the server, each with an example of every event; pure.

/** What the examples speak of. */
export interface Places {
  /** A conversation, a chat or an interview's session: one number; 0 while none is named. */
  conversation: number;
  /** Of documents: 0 while none is named. */
  project: number;
  /** Of assistant rooms: the last one that the server named. */
  room: string;
  /** Another one for each message: the same one again would be the same message. */
  client_id: string;
}

export interface Example {
  event: string;
  payload: unknown;
}

export const DIALECT_NAMES = ["native", "interview", "chat", "assistant_rooms", "documents", "file_rooms"] as const;
export type DialectName = (typeof DIALECT_NAMES)[number];

interface Dialect {
  /** Null: a WebSocket of Edgewise's own. */
  namespace: "/" | "/assistant/realtime" | null;
  /** It is connected to one conversation from the start. */
  bound: boolean;
  /** Answered at once and changes nothing: how long that takes is the latency. */
  probe: Example;
  examples: (places: Places) => readonly Example[];
}

export const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  native: {
    namespace: null,
    bound: true,
    probe: { event: "history", payload: { ref: 0, limit: 1 } },
    examples: ({ client_id }) => [
      { event: "message.send", payload: { ref: 1, client_id, content: "How do tides work?" } },
      { event: "message.edit", payload: { ref: 2, message_id: 1, content: "How do the tides work?" } },
      { event: "message.delete", payload: { ref: 3, message_id: 1 } },
      { event: "answer.select", payload: { ref: 4, message_id: 2 } },
      { event: "turn.cancel", payload: { ref: 5, turn_id: 1 } },
      { event: "turn.retry", payload: { ref: 6, message_id: 1 } },
      { event: "history", payload: { ref: 7, limit: 50 } },
      { event: "auth.refresh", payload: { ref: 8, token: "a new access token" } },
      { event: "member.add", payload: { ref: 9, user_id: 2, role: "member" } },
      { event: "member.role", payload: { ref: 10, user_id: 2, role: "viewer" } },
      { event: "member.remove", payload: { ref: 11, user_id: 2 } },
      { event: "configure", payload: { ref: 12, title: "Tides", assistant_mode: "always" } },
      { event: "tool.result", payload: { ref: 13, call_id: "call_1", result: { height: "3.2 m" } } },
      { event: "read", payload: { message_id: 1 } },
      { event: "typing", payload: { on: true } },
      { event: "probe", payload: { n: 1 } },
    ],
  },
  interview: {
    namespace: "/",
    bound: true,
    probe: { event: "ai_message", payload: { message: "" } },
    examples: ({ client_id }) => [
      { event: "ai_message", payload: { message: "My head has been aching since Monday.", client_id } },
    ],
  },
  chat: {
    namespace: "/",
    bound: false,
    probe: { event: "ping", payload: {} },
    examples: ({ conversation: conversation_id, client_id }) => [
      { event: "join_conversation", payload: { conversation_id } },
      { event: "chat", payload: { message: "How do tides work?", conversation_id, client_id } },
      { event: "chat", payload: { message: "How do tides work?", metadata: { client: "console" } } },
      { event: "typing", payload: { conversation_id, is_typing: true } },
      { event: "read", payload: { conversation_id, message_id: 1 } },
      { event: "history", payload: { conversation_id, limit: 50 } },
      { event: "leave_conversation", payload: { conversation_id } },
    ],
  },
  assistant_rooms: {
    namespace: "/assistant/realtime",
    bound: false,
    probe: { event: "find_chat", payload: { chat_id: "console-latency" } },
    examples: ({ room: room_id, client_id }) => [
      {
        event: "create_room",
        payload: { chat_id: "console", model_api_source: "aisuite", model_id: "openai:gpt-4o", tools: [] },
      },
      { event: "find_chat", payload: { chat_id: "console" } },
      { event: "join_room", payload: { room_id } },
      { event: "send_message", payload: { room_id, message: { id: client_id, content: "How do tides work?" } } },
      { event: `send_message ${room_id}`, payload: { message: "And why twice a day?" } },
      { event: "function_result", payload: { room_id, call_id: "call_1", result: { height: "3.2 m" } } },
      { event: "function_error", payload: { room_id, call_id: "call_1", error: "The gauge does not answer." } },
      { event: "event", payload: { room_id, event: { id: "stop-1", type: "sbaw.assistant.stop_processing" } } },
      { event: "leave_room", payload: { room_id } },
    ],
  },
  documents: {
    namespace: "/",
    bound: false,
    probe: { event: "ping", payload: {} },
    examples: ({ conversation: chat_id, project: project_id }) => [
      { event: "join_project", payload: { project_id } },
      { event: "join_chat", payload: { chat_id } },
      {
        event: "send_message",
        payload: { chat_id, message: "What do the documents say of tides?", temperature: 0.7, include_history: true },
      },
      { event: "ping", payload: {} },
      { event: "leave_chat", payload: { chat_id } },
      { event: "leave_project", payload: { project_id } },
    ],
  },
  file_rooms: {
    namespace: "/",
    bound: false,
    probe: { event: "ping", payload: {} },
    examples: ({ conversation: conversation_id, client_id }) => [
      { event: "join_room", payload: { conversation_id } },
      { event: "send_message", payload: { conversation_id, message: "How do tides work?", client_id } },
      { event: "typing", payload: { conversation_id, is_typing: true } },
      { event: "client_activity", payload: {} },
      { event: "leave_room", payload: { conversation_id } },
    ],
  },
};

export const TRANSPORT_NAMES = ["upgrade", "websocket", "polling"] as const;
/** `plain`: an interview's, without Socket.IO. */
export type TransportName = (typeof TRANSPORT_NAMES)[number] | "plain";
