// What the document says before its first route: how to log in, how errors, lists, limits and streams work everywhere.
import { version } from "../../../package.json";
import { ACCESS_COOKIE } from "../../auth/presented.ts";
import { ERROR_CODES, ERROR_MEANING, ERROR_STATUS } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { OpenApi } from "./types.ts";

const GUIDE = `
Conversations of people and models, each with its own durable order of events. Everything that works over the socket
works here too; answers can be waited for, fetched later, or streamed.

## Log in

\`POST /api/v1/auth/login\` answers an access token, sent as \`Authorization: Bearer …\`, and a refresh token for
\`POST /api/v1/auth/refresh\`. Pages of listed origins get both as HttpOnly cookies too and need no header. A header that is
there decides; a bad one never falls back to the cookie.

## Errors

\`{"error": {"code", "message", "field"?, "retry_after_ms"?, "request_id"?}}\`, always. Decide by \`code\`, which is stable;
show \`message\`, which is for people. A client may meet any code at any route.

| code | status | |
|---|---|---|
${ERROR_CODES.map((code) => `| \`${code}\` | ${ERROR_STATUS[code]} | ${ERROR_MEANING[code]} |`).join("\n")}

A wrong method is \`invalid\` with status 405. Every answer has \`x-request-id\`.

## Try again

After 429 and 503 wait as long as \`Retry-After\` says (\`retry_after_ms\` is more exact). Of one user ${LIMITS.requestsPerMinute} requests a
minute are taken. A message sent again with the same \`Idempotency-Key\` (or \`client_id\`) is still one message and one
answer, for ever, over any connection: when in doubt, send it again.

## Lists

\`{"items": […], "next_cursor"}\`, newest first: pass \`next_cursor\` as \`cursor\` until it is null. Messages are paged by their
ids instead, with \`before\` and \`after\`.

## Streams

\`GET /api/v1/conversations/{id}/events\` gives a conversation's frames as server-sent events, and
\`POST /api/v1/conversations/{id}/messages\` with \`Accept: text/event-stream\` those of one question until its answer has
ended. \`event:\` is the frame's type (\`text\` for the answer's text), \`data:\` the frame, \`id:\` the place to go on from by
\`Last-Event-ID\`. The frames' schemas are in \`/protocol.json\`.

## Compatibility

Fields and event types may be added: ignore what you do not know. Nothing is removed or given another meaning within
\`/api/v1\`.
`.trim();

export const INFO: OpenApi["info"] = {
  title: "Edgewise",
  version,
  summary: "Chat and AI sessions at the edge",
  description: GUIDE,
};

export const TAGS: OpenApi["tags"] = [
  { name: "auth", description: "Signing up, logging in and out, tokens and socket tickets" },
  { name: "me", description: "One's own profile and login sessions" },
  { name: "users", description: "Finding somebody to talk to" },
  { name: "conversations", description: "Conversations and their settings" },
  { name: "members", description: "Who takes part in a conversation, and as what" },
  { name: "invitations", description: "Links that let somebody in" },
  { name: "messages", description: "Reading and sending messages, with answers whole or streamed" },
  { name: "projects", description: "People and the chats that they have about the same things" },
  { name: "files", description: "Files of messages: sending and reading them" },
  { name: "turns", description: "The answers' ledger; stopping one, asking for another" },
  { name: "interviews", description: "Medical interviews with a built-in interviewer, and the people they are about" },
  { name: "search", description: "Finding messages by their words" },
  { name: "models", description: "What may answer" },
  { name: "administration", description: "For administrators: people, keys of services, metrics" },
  { name: "sockets", description: "The native protocol" },
  { name: "health", description: "For whoever runs the server" },
];

export const SECURITY_SCHEMES: OpenApi["components"]["securitySchemes"] = {
  bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT", description: "The access token of a login" },
  cookie: {
    type: "apiKey",
    in: "cookie",
    name: ACCESS_COOKIE,
    description: "Set by a login from a page of a listed origin; counts for requests of such pages only",
  },
  key: { type: "http", scheme: "bearer", description: "The key of a service, made by an administrator" },
  ticket: {
    type: "apiKey",
    in: "query",
    name: "ticket",
    description: "Of `POST /api/v1/tickets`: for sockets and event streams, where a browser cannot send headers",
  },
  token: { type: "apiKey", in: "query", name: "token", description: "The access token, where a header cannot be sent" },
};
