// vocabularies.md 2, row by row.
import { describe, expect, it } from "vitest";
import { chat } from "../../../src/vocabularies/chat.ts";
import { ANSWER, AT, FAREWELLS, FILE, HAPPENINGS, NAMES, QUESTION, SPEAKER, said, unlisted } from "./table.ts";

const REMOVED = "You are no longer a member of this conversation.";
const DELETED = "This conversation was deleted.";

const here = { by: "conversation", id: 42 };

describe("a chat client's event", () => {
  it.each([
    [
      "chat",
      { message: "Hi", conversation_id: 42 },
      { do: "send", target: here, content: "Hi", client_id: null, data: {} },
    ],
    ["chat", { message: "Hi" }, { do: "send", target: null, content: "Hi", client_id: null, data: {} }],
    [
      "chat",
      { message: "Hi", conversation_id: null },
      { do: "send", target: null, content: "Hi", client_id: null, data: {} },
    ],
    [
      "chat",
      { message: "Hi", conversation_id: "" },
      { do: "send", target: null, content: "Hi", client_id: null, data: {} },
    ],
    [
      "chat",
      { message: "Hi", conversation_id: "42", metadata: { client: "web" }, client_id: "k1" },
      { do: "send", target: here, content: "Hi", client_id: "k1", data: { metadata: { client: "web" } } },
    ],
    ["join_conversation", { conversation_id: "42" }, { do: "join", target: here }],
    ["leave_conversation", { conversation_id: 42 }, { do: "leave", target: here }],
    ["typing", { conversation_id: 42, is_typing: true }, { do: "typing", target: here, on: true }],
    ["read", { conversation_id: 42, message_id: 5 }, { do: "read", target: here, message_id: 5 }],
    ["history", { conversation_id: 42, before: 9 }, { do: "history", target: here, before: 9, limit: 50 }],
    ["history", { conversation_id: 42, after: "0" }, { do: "history", target: here, after: 0, limit: 50 }],
    ["history", { conversation_id: 42, after: "9", limit: 5 }, { do: "history", target: here, after: 9, limit: 5 }],
  ])("%s %j asks for %j", (event, payload, ask) => {
    expect(chat.hear(event, payload, SPEAKER)).toEqual({ ok: true, value: ask });
  });

  it.each([
    ["chat", {}, "message is required", "message"],
    ["chat", { message: "  " }, "message is required", "message"],
    ["chat", { message: 7 }, "message is not valid", "message"],
    ["chat", { message: "Hi", conversation_id: "conversation_1" }, "conversation_id is not valid", "conversation_id"],
    ["join_conversation", undefined, "conversation_id is required", "conversation_id"],
    ["typing", { conversation_id: 42 }, "is_typing is required", "is_typing"],
  ])("%s %j is refused: %s", (event, payload, message, field) => {
    expect(chat.hear(event, payload, SPEAKER)).toEqual({ ok: false, error: { code: "invalid", message, field } });
  });

  it("with more of its own than a message may be is too large", () => {
    const payload = { message: "Hi", metadata: { note: "x".repeat(64 * 1024) } };
    const message = "metadata may be at most 65536 bytes long";
    const error = { code: "too_large", message, field: "metadata" };
    expect(chat.hear("chat", payload, SPEAKER)).toEqual({ ok: false, error });
  });

  it.each(["1.0", "1e3", "-1", -1, 1.5, "01", " 1", "conversation_1", true, [1], { id: 1 }])(
    "%j is no id, in no spelling",
    (conversation_id) => {
      expect(chat.hear("join_conversation", { conversation_id }, SPEAKER)).toMatchObject({ ok: false });
    },
  );

  it("of another system is not understood", () => expect(chat.hear("join_project", {}, SPEAKER)).toBeNull());
});

describe("a chat client is told", () => {
  const user_message = { id: 5, role: "user", content: "How long?", created_at: AT, metadata: { client: "web" } };
  const before = { id: 4, role: "assistant", content: "I look.", created_at: AT };
  const after = { id: 6, role: "assistant", content: "Two minutes.", created_at: AT };
  const complete = { task_id: "42-3", conversation_id: 42, user_message, assistant_responses: [after] };

  const TOLD = [
    [
      "a message that is not",
      [["conversation", { ...complete, task_id: "42-message-5", assistant_responses: [] }, "all"]],
    ],
    [
      "a message with a file",
      [
        [
          "file_uploaded",
          {
            ...{ message_id: 5, role: "user", content: "How long?", files: [FILE], timestamp: AT },
            conversation_id: 42,
          },
          "all",
        ],
      ],
    ],
    ["the answer ends after a call", [["conversation", { ...complete, assistant_responses: [before, after] }, "all"]]],
    [
      "the answer fails after a call",
      [
        ["conversation", { ...complete, assistant_responses: [before] }, "all"],
        ["error", { message: "The model is away.", error: "model_unavailable" }, "all"],
      ],
    ],
    ["the call is given up", [["conversation", { ...complete, assistant_responses: [] }, "all"]]],
    [
      "the call is given up of an answer that had said something",
      [["conversation", { ...complete, assistant_responses: [before] }, "all"]],
    ],
    ["text", [["conversation_token", { task_id: "42-3", conversation_id: 42, token: "minutes", offset: 4 }, "all"]]],
    ["the answer ends", [["conversation", complete, "all"]]],
    ["the answer is stopped", [["conversation", complete, "all"]]],
    [
      "the answer is stopped before its first word",
      [["conversation", { ...complete, assistant_responses: [] }, "all"]],
    ],
    [
      "the answer breaks off",
      [
        ["conversation", complete, "all"],
        ["error", { message: "The model is away.", error: "model_unavailable" }, "all"],
      ],
    ],
    ["the answer fails", [["error", { message: "The model is away.", error: "model_unavailable" }, "all"]]],
    [
      "somebody types",
      [["user_typing", { user_id: 8, username: "Bob", is_typing: true, conversation_id: 42 }, "others"]],
    ],
    ["somebody has read", [["message_read", { user_id: 8, message_id: 5, conversation_id: 42 }, "others"]]],
    ["who is here", [["presence", { conversation_id: 42, users: [{ user_id: 7, name: "Ada", since: AT }] }, "all"]]],
  ] as const;
  it.each(TOLD)("of %s", (what, expected) => {
    expect(said(chat.tell(HAPPENINGS[what], NAMES))).toEqual(expected);
  });

  it.each(unlisted(TOLD))("not of %s", (_, happening) => expect(chat.tell(happening, NAMES)).toEqual([]));

  it("what it asked for", () => {
    const join = { do: "join", target: { by: "conversation", id: 42 } } as const;
    expect(said(chat.reply(join, { did: "joined", names: NAMES }))).toEqual([
      ["joined_conversation", { conversation_id: 42, message: "Joined conversation 42" }, "sender"],
    ]);
    expect(said(chat.reply(join, { did: "left", names: NAMES }))).toEqual([
      ["left_conversation", { conversation_id: 42, message: "Left conversation 42" }, "sender"],
    ]);
    const page = { did: "history", names: NAMES, messages: [QUESTION, ANSWER], older: true, newer: false } as const;
    const history = { conversation_id: 42, messages: [QUESTION, ANSWER], older: true, newer: false };
    expect(said(chat.reply(join, { ...page, messages: [QUESTION, ANSWER] }))).toEqual([["history", history, "sender"]]);
  });

  it("what was refused", () => {
    const error = { code: "not_found", message: "There is no such conversation." };
    expect(said(chat.refuse("chat", {}, null, error))).toEqual([
      ["error", { message: "There is no such conversation.", error: "not_found" }, "sender"],
    ]);
  });
});

describe("whoever can follow no longer is told", () => {
  const left = (message: string, error: string) => [
    ["error", { message, error }, "sender"],
    ["left_conversation", { conversation_id: 42, message }, "sender"],
  ];
  it.each([
    ["he is removed", left(REMOVED, "forbidden")],
    ["he is removed in mid-answer", left(REMOVED, "forbidden")],
    ["it is deleted", left(DELETED, "not_found")],
    ["it is deleted while a call waits", left(DELETED, "not_found")],
  ] as const)("as %s", (what, expected) => {
    expect(said(chat.shownOut(FAREWELLS[what], NAMES))).toEqual(expected);
  });
});
