// vocabularies.md 4, row by row.
import { describe, expect, it } from "vitest";
import type { ProjectUpdate } from "../../../src/protocol/projects.ts";
import { documents, shownOutOfProject, tellProject } from "../../../src/vocabularies/documents.ts";
import { FAREWELLS, HAPPENINGS, NAMES, SPEAKER, said, unlisted } from "./table.ts";

const REMOVED = "You are no longer a member of this conversation.";
const DELETED = "This conversation was deleted.";

const here = { by: "conversation", id: 42 };

describe("a documents client's event", () => {
  const send = { do: "send", target: here, content: "Hi", client_id: null, data: {} };
  it.each([
    ["join_project", { project_id: 1 }, { do: "join_project", project_id: 1 }],
    ["leave_project", { project_id: "1" }, { do: "leave_project", project_id: 1 }],
    ["send_message", { chat_id: 42, message: "Hi" }, { ...send, temperature: 0.7 }],
    [
      "send_message",
      { chat_id: "42", message: "Hi", model: "llama3.2", temperature: 0, include_history: false },
      { ...send, model: "llama3.2", temperature: 0, data: { include_history: false } },
    ],
    [
      "send_message",
      { chat_id: 42, message: "Hi", model: null, temperature: null, include_history: null, client_id: "k1" },
      { ...send, client_id: "k1", temperature: 0.7 },
    ],
    ["send_message", { chat_id: 42, message: "Hi", include_history: true }, { ...send, temperature: 0.7 }],
    ["join_project", { project_id: "7" }, { do: "join_project", project_id: 7 }],
    ["join_chat", { chat_id: "42" }, { do: "join", target: here }],
    ["ping", undefined, { do: "ping" }],
    ["join_chat", { chat_id: 42 }, { do: "join", target: here }],
    ["leave_chat", { chat_id: 42 }, { do: "leave", target: here }],
    ["ping", {}, { do: "ping" }],
  ])("%s %j asks for %j", (event, payload, ask) => {
    expect(documents.hear(event, payload, SPEAKER)).toEqual({ ok: true, value: ask });
  });

  it.each([
    ["join_project", {}, "project_id is required"],
    ["join_project", { project_id: "project_1" }, "project_id is not valid"],
    ["leave_project", undefined, "project_id is required"],
    ["join_chat", {}, "chat_id is required"],
    ["leave_chat", { chat_id: "" }, "chat_id is required"],
    ["send_message", { chat_id: 42, message: " " }, "message is required"],
    ["send_message", { chat_id: 42, message: ["Hi"] }, "message is not valid"],
    ["send_message", { chat_id: 42, message: "Hi", model: 7 }, "model is not valid"],
    ["send_message", { chat_id: 42, message: "Hi", temperature: "warm" }, "temperature is not valid"],
    ["send_message", { chat_id: 42, message: "Hi", include_history: "no" }, "include_history is not valid"],
    ["send_message", { message: "Hi" }, "chat_id is required"],
    ["send_message", {}, "chat_id is required"],
    ["send_message", { chat_id: 42 }, "message is required"],
    ["send_message", { chat_id: 42, message: "Hi", temperature: 3 }, "temperature is not valid"],
  ])("%s %j is refused: %s", (event, payload, message) => {
    expect(documents.hear(event, payload, SPEAKER)).toMatchObject({ ok: false, error: { code: "invalid", message } });
  });

  it("send_message with a conversation_id is the file rooms'", () => {
    expect(documents.hear("send_message", { conversation_id: 42, message: "Hi" }, SPEAKER)).toBeNull();
    expect(documents.hear("send_message", { user_id: 7, message: "Hi" }, SPEAKER)).toBeNull();
  });
});

describe("a documents client is told", () => {
  const received = ["message_received", { chat_id: 42, status: "processing" }, "all"];
  const sources = ["message_sources", { chat_id: 42, sources: [] }, "all"];
  const complete = ["message_complete", { chat_id: 42, metadata: { model: "openai:gpt-4o", sources_count: 0 } }, "all"];
  const away = ["error", { message: "The model is away.", chat_id: 42 }, "all"];

  const TOLD = [
    ["the model says something and calls a tool", [complete]],
    ["the call is given up", [complete]],
    ["the answer begins", [received, sources]],
    ["somebody joins in mid-answer", [received, sources]],
    ["text", [["message_token", { chat_id: 42, token: "minutes" }, "all"]]],
    ["the answer ends", [complete]],
    ["the answer ends after a call", [complete]],
    ["the answer fails after a call", [away]],
    ["the answer is stopped", [complete]],
    ["the answer breaks off", [complete, away]],
    ["the answer fails", [away]],
    ["the answer is stopped before its first word", [complete]],
  ] as const;
  it.each(TOLD)("of %s", (what, expected) => {
    expect(said(documents.tell(HAPPENINGS[what], NAMES))).toEqual(expected);
  });

  it.each(unlisted(TOLD))("not of %s", (_, happening) => expect(documents.tell(happening, NAMES)).toEqual([]));

  it("what it asked for", () => {
    const join = { do: "join_project", project_id: 1 } as const;
    expect(said(documents.reply(join, { did: "joined_project", project_id: 1 }))).toEqual([
      ["project_joined", { project_id: 1, status: "success" }, "sender"],
    ]);
    expect(said(documents.reply(join, { did: "left_project", project_id: 1 }))).toEqual([
      ["project_left", { project_id: 1, status: "success" }, "sender"],
    ]);
    expect(said(documents.reply({ do: "ping" }, { did: "pong", timestamp: 1_800_000_000_000 }))).toEqual([
      ["pong", { timestamp: 1_800_000_000_000 }, "sender"],
    ]);
  });

  it("what was refused, with the chat that it was about", () => {
    const error = { code: "invalid", message: "message is required" };
    const refusal = (payload: unknown) => said(documents.refuse("send_message", payload, null, error));
    expect(refusal({ chat_id: "42" })).toEqual([["error", { message: error.message, chat_id: 42 }, "sender"]]);
    for (const payload of [{}, { chat_id: "42.0" }, "42", undefined])
      expect(refusal(payload)).toEqual([["error", { message: error.message }, "sender"]]);
  });
});

describe("whoever has joined a project is told", () => {
  const status = { document_id: 5, status: "failed", progress: 40, error: "The file is broken." } as const;
  const added = { chat_id: 42, message_id: 5 };
  const processing = { document_id: 5, status: "processing", progress: 75 } as const;
  const updated = (update: ProjectUpdate["update"], data: Record<string, unknown>) =>
    [{ type: "updated", update, data }, ["project_update", { type: update, data }, "all"]] as const;
  it.each([
    updated("document_added", { document_id: 10, filename: "doc.pdf" }),
    updated("document_deleted", { document_id: 5 }),
    updated("chat_created", { chat_id: 42, title: null }),
    updated("chat_updated", { chat_id: 42, title: "Tea" }),
    updated("chat_deleted", { chat_id: 42 }),
    [{ type: "document", status: processing }, ["document_status", processing, "all"]],
    [{ type: "document", status }, ["document_status", status, "all"]],
    [
      { type: "updated", update: "chat_message_added", data: added },
      ["project_update", { type: "chat_message_added", data: added }, "all"],
    ],
    [{ type: "event", event: "custom_event", data: { key: "value" } }, ["custom_event", { key: "value" }, "all"]],
  ] as const)("%j as %j", (news, expected) => {
    expect(said([tellProject(news)])).toEqual([expected]);
  });
});

describe("whoever can follow no longer is told", () => {
  const ends = ["message_complete", { chat_id: 42, metadata: { model: "openai:gpt-4o", sources_count: 0 } }, "sender"];
  it.each([
    ["he is removed", [["error", { message: REMOVED, chat_id: 42 }, "sender"]]],
    ["he is removed in mid-answer", [ends, ["error", { message: REMOVED, chat_id: 42 }, "sender"]]],
    ["it is deleted", [["error", { message: DELETED, chat_id: 42 }, "sender"]]],
    ["it is deleted while a call waits", [ends, ["error", { message: DELETED, chat_id: 42 }, "sender"]]],
  ] as const)("as %s", (what, expected) => {
    expect(said(documents.shownOut(FAREWELLS[what], NAMES))).toEqual(expected);
  });
});

it("whoever is not in a project any more is told so, and that he has left it", () => {
  expect(said(shownOutOfProject(7))).toEqual([
    ["error", { message: "You are not in this project any more." }, "sender"],
    ["project_left", { project_id: 7, status: "success" }, "sender"],
  ]);
});
