// vocabularies.md 1, row by row.
import { describe, expect, it } from "vitest";
import { interview } from "../../../src/vocabularies/interview.ts";
import { ANSWER, FAREWELLS, HAPPENINGS, NAMES, SPEAKER, said, TURN } from "./table.ts";

describe("an interview's event", () => {
  const send = { do: "send", target: SPEAKER.session, content: "I feel ill", client_id: null, data: {} };

  it.each([[{ message: "I feel ill" }], ["I feel ill"]])("ai_message %j is a message of its session", (payload) => {
    expect(interview.hear("ai_message", payload, SPEAKER)).toEqual({ ok: true, value: send });
  });

  it("ai_message may have a client_id; a blank one counts as absent", () => {
    const hear = (client_id: unknown) => interview.hear("ai_message", { message: "I feel ill", client_id }, SPEAKER);
    expect(hear("k1")).toEqual({ ok: true, value: { ...send, client_id: "k1" } });
    for (const blank of ["", null, undefined]) expect(hear(blank)).toEqual({ ok: true, value: send });
    expect(hear(7)).toMatchObject({ ok: false, error: { field: "client_id" } });
  });

  it.each([
    ["", "message is required"],
    ["  ", "message is required"],
    [{ message: "" }, "message is required"],
    [{ message: null }, "message is required"],
    [{}, "message is required"],
    [undefined, "message is required"],
    [{ message: 7 }, "message is not valid"],
    [7, "The payload must be an object."],
    [["Hi"], "The payload must be an object."],
  ])("ai_message %j is refused: %s", (payload, message) => {
    expect(interview.hear("ai_message", payload, SPEAKER)).toMatchObject({
      ok: false,
      error: { code: "invalid", message },
    });
  });

  it("without a session is a missing parameter", () => {
    expect(interview.hear("ai_message", "Hi", { ...SPEAKER, session: null })).toMatchObject({
      ok: false,
      error: { code: "invalid", message: "Missing parameters" },
    });
  });

  it("of another name is not understood", () => expect(interview.hear("chat", {}, SPEAKER)).toBeNull());
});

describe("an interview is told", () => {
  const processing = ["ai_message", { type: "status", content: "Processing your message..." }, "all"];
  const response = {
    type: "ai_response",
    message_id: 6,
    content: { message: "Two minutes.", isSummary: false },
    question_count: 2,
  };
  const away = ["ai_message", { type: "error", content: "The model is away." }, "all"];

  it.each([
    ["a message that is answered", [processing]],
    ["somebody joins in mid-answer", [processing]],
    ["text", [["ai_token", { message_id: 6, token: "minutes", offset: 4 }, "all"]]],
    ["the answer ends", [["ai_message", response, "all"]]],
    ["the answer is stopped", [["ai_message", response, "all"]]],
    ["a message that is not", []],
    ["the answer begins", []],
    ["somebody types", []],
    ["somebody has read", []],
    ["who is here", []],
    ["the settings change", []],
    ["the answer breaks off", [["ai_message", response, "all"], away]],
    ["the answer fails", [away]],
    [
      "the answer is stopped before its first word",
      [["ai_message", { type: "error", content: "The answer was stopped." }, "all"]],
    ],
  ] as const)("of %s", (what, expected) => {
    expect(said(interview.tell(HAPPENINGS[what], NAMES))).toEqual(expected);
  });

  it("which answer is the summary", () => {
    const summary = { ...ANSWER, data: { is_summary: true } };
    const [wire] = interview.tell({ ...HAPPENINGS["the answer ends"], turn: TURN, answer: summary }, NAMES);
    expect(wire?.payload).toMatchObject({ content: { isSummary: true } });
  });

  it("that it is connected, once, after joining", () => {
    const join = { do: "join", target: SPEAKER.session } as const;
    const content = "Connected to AI Assistant. You can start chatting now.";
    expect(said(interview.reply(join, { did: "joined", names: NAMES }))).toEqual([
      ["ai_message", { type: "system", content }, "sender"],
    ]);
  });

  it("what was refused, as an error of its own kind", () => {
    const error = { code: "busy", message: "Eight messages are waiting for an answer already." };
    expect(said(interview.refuse("ai_message", "Hi", null, error))).toEqual([
      ["ai_message", { type: "error", content: error.message }, "sender"],
    ]);
  });
});

describe("whoever can follow no longer is told", () => {
  const left = (content: string) => [["ai_message", { type: "error", content }, "sender"]];
  it.each([
    ["he is removed", left("Access denied")],
    ["he is removed in mid-answer", left("Access denied")],
    ["it is deleted", left("Session not found")],
    ["it is deleted while a call waits", left("Session not found")],
  ] as const)("as %s", (what, expected) => {
    expect(said(interview.shownOut(FAREWELLS[what], NAMES))).toEqual(expected);
  });
});
