// vocabularies.md 4, row by row.
import { describe, expect, it } from "vitest";
import { documents, tellProject } from "../../../src/vocabularies/documents.ts";
import { FAREWELLS, HAPPENINGS, NAMES, SPEAKER, said } from "./table.ts";

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
    ["join_chat", { chat_id: 42 }, { do: "join", target: here }],
    ["leave_chat", { chat_id: 42 }, { do: "leave", target: here }],
    ["ping", {}, { do: "ping" }],
  ])("%s %j asks for %j", (event, payload, ask) => {
    expect(documents.hear(event, payload, SPEAKER)).toEqual({ ok: true, value: ask });
  });

  it.each([
    ["join_project", {}, "project_id is required"],
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

  it.each([
    ["a message that is answered", []],
    ["a message that is not", []],
    ["the model calls a tool", []],
    ["the model says something and calls a tool", [complete]],
    ["the call is given up", [complete]],
    ["the call is given up of an answer that had said something", []],
    ["somebody joins while a call waits", []],
    ["the tool's result", []],
    ["the answer begins", [received, sources]],
    ["somebody joins in mid-answer", [received, sources]],
    ["text", [["message_token", { chat_id: 42, token: "minutes" }, "all"]]],
    ["the answer ends", [complete]],
    ["the answer breaks off", [complete, away]],
    ["the answer fails", [away]],
    ["the answer is stopped before its first word", [complete]],
  ] as const)("of %s", (what, expected) => {
    expect(said(documents.tell(HAPPENINGS[what], NAMES))).toEqual(expected);
  });

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
  it.each([
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
