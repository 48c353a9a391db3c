// vocabularies.md 5, row by row.
import { describe, expect, it } from "vitest";
import { fileRooms, idleTimeout } from "../../../src/vocabularies/file-rooms.ts";
import { AT, FAREWELLS, FILE, HAPPENINGS, NAMES, SPEAKER, said, unlisted } from "./table.ts";

const REMOVED = "You are no longer a member of this conversation.";
const DELETED = "This conversation was deleted.";

const here = { by: "conversation", id: 42 };

describe("a file room's event", () => {
  it.each([
    ["join_room", { conversation_id: 42 }, { do: "join", target: here }],
    ["leave_room", { conversation_id: "42" }, { do: "leave", target: here }],
    [
      "send_message",
      { message: "Hi", conversation_id: 42, user_id: 7 },
      { do: "send", target: here, content: "Hi", client_id: null, data: {} },
    ],
    [
      "send_message",
      { message: "Hi", conversation_id: "42", user_id: "7", client_id: "k1" },
      { do: "send", target: here, content: "Hi", client_id: "k1", data: {} },
    ],
    ["typing", { conversation_id: 42, user_id: 7, is_typing: false }, { do: "typing", target: here, on: false }],
    ["client_activity", undefined, { do: "nothing" }],
  ])("%s %j asks for %j", (event, payload, ask) => {
    expect(fileRooms.hear(event, payload, SPEAKER)).toEqual({ ok: true, value: ask });
  });

  it.each([
    ["join_room", {}, "conversation_id is required"],
    ["leave_room", { conversation_id: "conversation_1" }, "conversation_id is not valid"],
    ["typing", { conversation_id: 42, user_id: 7 }, "is_typing is required"],
    ["typing", { conversation_id: 42, user_id: 7, is_typing: "yes" }, "is_typing is not valid"],
    ["send_message", { message: "Hi", user_id: 7 }, "conversation_id is required"],
    ["send_message", { conversation_id: 42 }, "message is required"],
    ["send_message", { conversation_id: 42, message: "" }, "message is required"],
  ])("%s %j is refused: %s", (event, payload, message) => {
    expect(fileRooms.hear(event, payload, SPEAKER)).toMatchObject({ ok: false, error: { code: "invalid", message } });
  });
});

describe("a file room is told", () => {
  const message = { message_id: 5, role: "user", content: "How long?", timestamp: AT, conversation_id: 42 };
  const answer = { message_id: 6, role: "assistant", content: "Two minutes.", timestamp: AT, conversation_id: 42 };
  const thinking = ["ai_thinking", { conversation_id: 42 }, "all"];
  const away = ["ai_response_error", { error: "The model is away.", conversation_id: 42 }, "all"];

  const TOLD = [
    ["a message that is answered", [["new_message", message, "all"]]],
    ["a message that is not", [["new_message", message, "all"]]],
    ["a message with a file", [["file_uploaded", { ...message, files: [FILE] }, "all"]]],
    ["the call is given up", [["ai_response_error", { error: "The answer was stopped.", conversation_id: 42 }, "all"]]],
    ["the answer begins", [thinking]],
    ["somebody joins in mid-answer", [thinking]],
    ["text", [["ai_response_chunk", { chunk: "minutes", conversation_id: 42 }, "all"]]],
    ["the answer ends", [["ai_response_complete", answer, "all"]]],
    ["the answer ends after a call", [["ai_response_complete", answer, "all"]]],
    ["the answer fails after a call", [away]],
    ["the answer is stopped", [["ai_response_complete", answer, "all"]]],
    ["the model says something and calls a tool", [["ai_response_complete", { ...answer, content: "I look." }, "all"]]],
    ["the answer breaks off", [["ai_response_complete", answer, "all"], away]],
    ["the answer fails", [away]],
    [
      "the answer is stopped before its first word",
      [["ai_response_error", { error: "The answer was stopped.", conversation_id: 42 }, "all"]],
    ],
    [
      "somebody types",
      [["user_typing", { user_id: 8, username: "Bob", is_typing: true, conversation_id: 42 }, "others"]],
    ],
  ] as const;
  it.each(TOLD)("of %s", (what, expected) => {
    expect(said(fileRooms.tell(HAPPENINGS[what], NAMES))).toEqual(expected);
  });

  it.each(unlisted(TOLD))("not of %s", (_, happening) => expect(fileRooms.tell(happening, NAMES)).toEqual([]));

  it("what it asked for", () => {
    const join = { do: "join", target: { by: "conversation", id: 42 } } as const;
    const joined = { conversation_id: 42, room: "conversation_42", message: "Joined room conversation_42" };
    expect(said(fileRooms.reply(join, { did: "joined", names: NAMES }))).toEqual([["joined_room", joined, "sender"]]);
    const left = { conversation_id: 42, message: "Left room conversation_42" };
    expect(said(fileRooms.reply(join, { did: "left", names: NAMES }))).toEqual([["left_room", left, "sender"]]);
  });
});

it("a file room that nobody uses says so", () => {
  const message = "Nothing was done here for 60 minutes. Connect again to go on.";
  expect(said([idleTimeout(3_600_000)])).toEqual([["idle_timeout", { message }, "sender"]]);
});

describe("whoever can follow no longer is told", () => {
  const left = (message: string) => [
    ["error", { message }, "sender"],
    ["left_room", { conversation_id: 42, message }, "sender"],
  ];
  const ends = (error: string) => ["ai_response_error", { error, conversation_id: 42 }, "sender"];
  it.each([
    ["he is removed", left(REMOVED)],
    ["he is removed in mid-answer", [ends(REMOVED), ...left(REMOVED)]],
    ["it is deleted", left(DELETED)],
    ["it is deleted while a call waits", [ends(DELETED), ...left(DELETED)]],
  ] as const)("as %s", (what, expected) => {
    expect(said(fileRooms.shownOut(FAREWELLS[what], NAMES))).toEqual(expected);
  });
});
