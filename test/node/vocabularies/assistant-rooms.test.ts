// vocabularies.md 3, row by row. Names of events end in an id.
import { describe, expect, it } from "vitest";
import { assistantRooms } from "../../../src/vocabularies/assistant-rooms.ts";
import { AT, FAREWELLS, FILE, HAPPENINGS, NAMES, ROOM, SPEAKER, said, unlisted } from "./table.ts";

const REMOVED = "You are no longer a member of this conversation.";
const DELETED = "This conversation was deleted.";

const room = { by: "room", room_id: ROOM };
const hear = (event: string, payload: unknown) => assistantRooms.hear(event, payload, SPEAKER);

describe("an assistant room's event", () => {
  const create = { chat_id: "chat123", model_api_source: "aisuite", model_id: "aisuite.openai:gpt-4o" };
  const created = { do: "create_room", chat_id: "chat123", source: "aisuite", model: "openai:gpt-4o", tools: [] };
  const send = { do: "send", target: room, content: "Hi", client_id: null, data: {}, model: undefined };

  it.each([
    ["create_room", create, created],
    ["create_room", { ...create, chat_id: " my chat " }, { ...created, chat_id: " my chat " }],
    ["find_chat", { chat_id: "chat123" }, { do: "find_chat", chat_id: "chat123" }],
    ["find_chat", { chat_id: "chat123\n" }, { do: "find_chat", chat_id: "chat123\n" }],
    ["join_room", { room_id: ROOM }, { do: "join", target: room }],
    ["leave_room", { room_id: ROOM }, { do: "leave", target: room }],
    ["send_message", { room_id: ROOM, message: "Hi" }, send],
    [`send_message ${ROOM}`, { message: "Hi" }, send],
    [`send_message ${ROOM}`, "Hi", send],
    [
      "send_message",
      { room_id: ROOM, message: { id: "m1", content: "Hi", role: "user" } },
      { ...send, data: { client_message_id: "m1" } },
    ],
    [
      "send_message",
      { room_id: ROOM, message: { id: "m1", type: "x", data: { item: { content: "Hi", modality: "text" } } } },
      { ...send, data: { client_message_id: "m1" } },
    ],
    [
      "send_message",
      { room_id: ROOM, message: { type: "x", data: { item: { content: [{ type: "input_text", text: "Hi" }] } } } },
      send,
    ],
    ["send_message", { room_id: ROOM, message: "Hi", model_id: "aisuite.a:b" }, { ...send, model: "a:b" }],
    ["send_message", { room_id: ROOM, message: { id: "", content: "Hi" } }, send],
    [
      "send_message",
      { room_id: ROOM, message: { id: 7, content: "Hi" } },
      { ...send, data: { client_message_id: "7" } },
    ],
    [
      "send_message",
      { room_id: ROOM, message: { id: "m1", content: "Hi" }, client_id: "k1" },
      { ...send, client_id: "k1", data: { client_message_id: "m1" } },
    ],
    [
      `function_result ${ROOM}`,
      { call_id: "c1", result: { a: 1 } },
      { do: "tool_result", target: room, call_id: "c1", result: { a: 1 } },
    ],
    [
      `function_error ${ROOM}`,
      { call_id: "c1", error: "no" },
      { do: "tool_error", target: room, call_id: "c1", error: "no" },
    ],
    [
      `function_result ${ROOM}`,
      { call_id: "c1" },
      { do: "tool_result", target: room, call_id: "c1", result: undefined },
    ],
    [
      `function_result ${ROOM}`,
      { call_id: "c1", result: "a\0b \ud800" },
      { do: "tool_result", target: room, call_id: "c1", result: "a\0b \ud800" },
    ],
    [
      `function_error ${ROOM}`,
      { call_id: "c1", error: { code: 7 } },
      { do: "tool_error", target: room, call_id: "c1", error: { code: 7 } },
    ],
    [
      "event",
      { room_id: ROOM, event: { id: "e1", type: "sbaw.assistant.stop_processing" } },
      { do: "stop", target: room, event_id: "e1" },
    ],
  ])("%s %j is understood", (event, payload, ask) => {
    expect(hear(event, payload)).toEqual({ ok: true, value: ask });
  });

  it.each([
    [
      "create_room",
      { chat_id: "chat123" },
      [["room_error chat123", { error: "model_api_source is required" }, "sender"]],
    ],
    [
      "create_room",
      { chat_id: " my chat " },
      [["room_error  my chat ", { error: "model_api_source is required" }, "sender"]],
    ],
    ["create_room", { chat_id: " \n" }, [["room_error  \n", { error: "chat_id is required" }, "sender"]]],
    ["create_room", {}, [["room_error", { error: "chat_id is required" }, "sender"]]],
    ["join_room", { room_id: "room_1" }, [["room_join_error room_1", { error: "room_id is not valid" }, "sender"]]],
    [
      "send_message",
      { room_id: ROOM, message: { id: "m1", content: "" } },
      [
        ["message_error m1", { error: "message is required" }, "sender"],
        ["room_error", { error: "message is required" }, "sender"],
      ],
    ],
    [
      "find_chat",
      { chat_id: "a\0b" },
      [["room_error", { error: "chat_id may not contain the character NUL" }, "sender"]],
    ],
    ["send_message", { message: "Hi" }, [["room_error", { error: "room_id is required" }, "sender"]]],
    [
      "event",
      { room_id: ROOM, event: { id: "e1", type: "session.update" } },
      [["event_error e1", { error: "This room takes no events of the type session.update" }, "sender"]],
    ],
  ])("%s %j is refused in its own words", (event, payload, words) => {
    const heard = hear(event, payload);
    if (!heard || heard.ok) throw new Error("it was understood");
    expect(said(assistantRooms.refuse(event, payload, null, heard.error))).toEqual(words);
  });
});

it.each([
  ["event", { room_id: ROOM, event: { id: "e1" } }, "conflict", ["event_error e1"]],
  ["leave_room", { room_id: ROOM }, "not_found", [`error ${ROOM}`]],
  [`function_error ${ROOM}`, { call_id: "c1" }, "not_found", [`error ${ROOM}`]],
  ["send_message", { room_id: ROOM, message: "Hi" }, "not_found", ["room_error"]],
  ["send_message", { room_id: ROOM, message: { id: "m1", content: "Hi" } }, "busy", ["message_error m1"]],
  ["send_message", { room_id: ROOM, message: "Hi" }, "busy", [`error ${ROOM}`]],
] as const)("%s %j that cannot be done now (%s) is answered by %j", (event, payload, code, events) => {
  const ask = { do: "nothing" } as const;
  const told = said(assistantRooms.refuse(event, payload, ask, { code, message: "Not now." }));
  expect(told).toEqual(events.map((name) => [name, { error: "Not now." }, "sender"]));
});

describe("an assistant room is told", () => {
  const data = (id: number, role: string, content: string) => ({
    ...{ id, role, type: "message", modality: "text", content, model_id: "openai:gpt-4o", created_timestamp: AT },
  });
  const user = {
    message: { message_id: 5, role: "user", content: "How long?", timestamp: AT, model_id: "openai:gpt-4o" },
    type: "sbaw.text_message.user",
    data: data(5, "user", "How long?"),
  };
  const answer = {
    message: { message_id: 6, role: "assistant", content: "Two minutes.", timestamp: AT, model_id: "openai:gpt-4o" },
    type: "sbaw.text_message.assistant",
    data: {
      ...data(6, "assistant", "Two minutes."),
      token_usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 },
      stop_reason: "stop",
    },
  };
  const called = {
    message: { message_id: 6, role: "assistant", content: "", timestamp: AT, model_id: "openai:gpt-4o" },
    type: "sbaw.function_call",
    data: { id: 6, call_id: "c1", name: "weather", arguments: { city: "Bern" } },
  };
  const returned = (content: string, outcome: object) => ({
    message: { message_id: 7, role: "tool", content, timestamp: AT, model_id: "openai:gpt-4o" },
    type: "sbaw.function_result",
    data: { id: 7, call_id: "c1", name: "weather", ...outcome },
  });
  const start = [`stream_start ${ROOM}`, { message_id: 6 }, "all"];
  const answered = [
    [`message ${ROOM}`, answer, "all"],
    [`receive_message ${ROOM}`, answer, "all"],
  ];
  const failed = [
    [`stream_error ${ROOM}`, { message_id: 6, error: "The model is away." }, "all"],
    ["message_error", { message_id: 6, client_message_id: null, error: "The model is away." }, "all"],
  ];

  const both = (payload: object, to: "all" | "others") => [
    [`message ${ROOM}`, payload, to],
    [`receive_message ${ROOM}`, payload, to],
  ];
  const ends = [
    [`stream_chunk ${ROOM}`, { message_id: 6, content: "", done: true }, "all"],
    [`stream_end ${ROOM}`, { message_id: 6 }, "all"],
  ];
  const looks = {
    ...answer,
    message: { ...answer.message, content: "I look." },
    data: { ...answer.data, content: "I look." },
  };
  const call = [
    `function_call ${ROOM}`,
    { function_name: "weather", arguments: { city: "Bern" }, call_id: "c1" },
    "all",
  ];
  const stopped = "A person stopped this call.";
  const TOLD = [
    ["a message that is answered", both(user, "others")],
    ["a message that is not", both(user, "others")],
    ["a message with a file", both({ ...user, data: { ...user.data, files: [FILE] } }, "others")],
    ["the model calls a tool", [...ends, ...both(called, "all"), call]],
    ["the model says something and calls a tool", [...ends, ...both(looks, "all"), ...both(called, "all"), call]],
    ["somebody joins while a call waits", [call]],
    ["the tool's result", both(returned('{"celsius":20}', { result: { celsius: 20 } }), "others")],
    ["the tool's failure", both(returned("No network.", { error: "No network." }), "others")],
    ["the call is given up", both(returned(stopped, { error: stopped }), "others")],
    [
      "the call is given up of an answer that had said something",
      both(returned(stopped, { error: stopped }), "others"),
    ],
    ["the answer ends after a call", [...ends, ...answered]],
    ["the answer fails after a call", failed],
    ["the answer is stopped", [...ends, ...answered]],
    ["the answer begins", [start]],
    ["somebody joins in mid-answer", [start]],
    ["text", [[`stream_chunk ${ROOM}`, { message_id: 6, content: "minutes", done: false }, "all"]]],
    ["the answer ends", [...ends, ...answered]],
    ["the answer breaks off", [...failed, ...answered]],
    ["the answer fails", failed],
    ["the answer is stopped before its first word", ends],
  ] as const;
  it.each(TOLD)("of %s", (what, expected) => {
    expect(said(assistantRooms.tell(HAPPENINGS[what], NAMES))).toEqual(expected);
  });

  it.each(unlisted(TOLD))("not of %s", (_, happening) => expect(assistantRooms.tell(happening, NAMES)).toEqual([]));

  it("what it asked for", () => {
    const send = {
      do: "send",
      target: { by: "room", room_id: ROOM },
      content: "Hi",
      client_id: "k1",
      data: {},
    } as const;
    const sent = { did: "sent", names: NAMES, message_id: 5, turn_id: 3, repeated: false } as const;
    const success = { success: true, message_id: 5 };
    expect(said(assistantRooms.reply(send, sent))).toEqual([[`message_sent ${ROOM}`, success, "sender"]]);
    expect(said(assistantRooms.reply({ ...send, data: { client_message_id: "m1" } }, sent))).toEqual([
      [`message_sent ${ROOM}`, success, "sender"],
      ["message_sent m1", success, "sender"],
    ]);
    const find = { do: "find_chat", chat_id: "chat123" } as const;
    expect(said(assistantRooms.reply(find, { did: "found", chat_id: "chat123", names: NAMES }))).toEqual([
      ["room_found chat123", { room_id: ROOM, chat_id: "chat123" }, "sender"],
    ]);
    expect(said(assistantRooms.reply(find, { did: "found", chat_id: "chat123", names: null }))).toEqual([
      ["room_not_found chat123", { room_id: null, chat_id: "chat123" }, "sender"],
    ]);
    expect(said(assistantRooms.reply(find, { did: "created", names: NAMES, model: "openai:gpt-4o" }))).toEqual([
      ["room_created chat123", { room_id: ROOM, chat_id: "chat123", model_id: "openai:gpt-4o" }, "sender"],
    ]);
    expect(said(assistantRooms.reply(find, { did: "joined", names: NAMES }))).toEqual([
      [`room_joined ${ROOM}`, { room_id: ROOM }, "sender"],
    ]);
    expect(said(assistantRooms.reply(find, { did: "left", names: NAMES }))).toEqual([
      ["room_left", { room_id: ROOM }, "sender"],
    ]);
  });
});

describe("whoever can follow no longer is told", () => {
  const left = (error: string) => [
    [`error ${ROOM}`, { error }, "sender"],
    ["room_left", { room_id: ROOM }, "sender"],
  ];
  const ends = [
    [`stream_error ${ROOM}`, { message_id: 6, error: REMOVED }, "all"],
    ["message_error", { message_id: 6, client_message_id: null, error: REMOVED }, "all"],
  ];
  it.each([
    ["he is removed", left(REMOVED)],
    ["he is removed in mid-answer", [...ends, ...left(REMOVED)]],
    ["it is deleted", left(DELETED)],
    // The stream that called has ended.
    ["it is deleted while a call waits", left(DELETED)],
  ] as const)("as %s", (what, expected) => {
    expect(said(assistantRooms.shownOut(FAREWELLS[what], NAMES))).toEqual(expected);
  });
});
