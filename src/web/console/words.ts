// The words of the console, beside the rest of the table (../words.ts): loaded with it.
import type { DialectName, TransportName } from "./dialects.ts";
import type { LineState } from "./line.ts";
import type { Entry } from "./log-book.ts";

const dialects: Record<DialectName, string> = {
  native: "Native",
  interview: "Interview",
  chat: "Chat",
  assistant_rooms: "Assistant rooms",
  documents: "Documents",
  file_rooms: "File rooms",
};

const transports: Record<TransportName, string> = {
  upgrade: "Long polling, then WebSocket",
  websocket: "WebSocket",
  polling: "Long polling",
  plain: "WebSocket without Socket.IO",
};

const states: Record<LineState["state"], string> = {
  connecting: "Connecting…",
  open: "Connected",
  cut: "Cut off",
  closed: "Not connected",
};

const directions: Record<Entry["direction"], string> = { in: "from the server", out: "to the server", note: "console" };

export const text = {
  title: "Console",
  lead: "Speaks to the server as clients of six kinds do, and shows every packet.",
  home: "To your conversations",

  server: "Server",
  elsewhere: "This page may connect to its own server only. To try out that one,",
  elsewhereLink: "open its console",

  logIn: "Who you are",
  username: "User name",
  password: "Password",
  enter: "Log in",
  entering: "Logging in…",
  token: "Access token",
  tokenHint: "Filled in by logging in; shown in no log, and nothing here changes the session of the page.",

  connection: "Connection",
  dialect: "Speaks",
  dialects,
  transport: "Transport",
  transports,
  conversation: "Conversation",
  session: "Interview session",
  makeConversation: "New conversation",
  makeSession: "New interview",
  makeProject: "New project",
  entity: "Acts as (user_entity_id)",
  room: "Room",
  roomHint: "The last one that the server named.",

  connect: "Connect",
  disconnect: "Disconnect",
  cut: "Cut the line",
  resume: "Take it up again",
  states,
  resumed: "resumed",
  latency: "Latency",
  measure: "Measure",
  milliseconds: (ms: number) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`,

  event: "Event",
  example: "Example",
  name: "Name",
  payload: "Payload",
  noJson: (reason: string) => `This is no JSON: ${reason}`,
  acknowledge: "Ask for an acknowledgement",
  send: "Send",

  upload: "Upload",
  files: "Attachments",
  message: "With the message",
  sendFiles: "Upload",
  uploading: "Uploading…",

  log: "Packets",
  empty: "Nothing yet: connect, then send an event.",
  hidden: "No packet matches the filter.",
  filter: "Filter",
  heartbeats: "Heartbeats",
  save: "Save",
  clear: "Clear",
  directions,
  bytes: (n: number) => `${n} B`,
};
