// Nothing that comes from outside breaks the parser or a route.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readFrame } from "../../../src/conversation/audience/inbound.ts";
import { call } from "../http/client.ts";
import { conversation, rowsOf } from "./conversation.ts";
import { person } from "./people.ts";

describe("the frame parser", () => {
  const json = fc.json({ maxDepth: 6, noUnicodeString: false });
  const types = [
    "message.send",
    "message.edit",
    "message.delete",
    "answer.select",
    "turn.cancel",
    "turn.retry",
    "history",
    "auth.refresh",
    "member.add",
    "configure",
    "read",
    "typing",
    "probe",
  ];
  const almost = fc
    .record({
      type: fc.constantFrom(...types),
      ref: fc.oneof(fc.nat(), fc.jsonValue()),
      more: fc.dictionary(fc.string(), fc.jsonValue()),
    })
    .map(({ more, ...frame }) => JSON.stringify({ ...more, ...frame }));

  it("answers any text with a command, a signal or an error that can be sent", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), json, almost), (text) => {
        const read = readFrame(text);
        if (read.kind !== "bad") return;
        expect(read.error).toMatchObject({
          code: expect.stringMatching(/^(invalid|too_large)$/),
          message: expect.any(String),
        });
        expect(read.error.message.length).toBeLessThan(500);
      }),
      { numRuns: 5_000 },
    );
  });

  it("survives the deepest and widest that fits a frame", () => {
    for (const text of [
      "[".repeat(250_000),
      `${"[".repeat(120_000)}${"]".repeat(120_000)}`,
      `[${"0,".repeat(120_000)}0]`,
    ])
      expect(readFrame(text)).toMatchObject({ kind: "bad", malformed: true });
  });
});

describe("a route", () => {
  it("given any body answers without a fault of ours and stores nothing that is not a message", async () => {
    const ada = await person();
    const id = await conversation(ada);
    const routes = [
      ["POST", "/messages?wait=false"],
      ["PATCH", "/messages/1"],
      ["DELETE", "/messages/1"],
      ["PATCH", ""],
      ["POST", "/members"],
      ["PATCH", "/members/1"],
      ["POST", "/turns/1/retry"],
    ] as const;
    const keyed = fc.dictionary(
      fc.constantFrom(
        "content",
        "client_id",
        "title",
        "model",
        "user_id",
        "role",
        "answer",
        "temperature",
        "reply_to",
        "file_ids",
      ),
      fc.jsonValue(),
    );
    const body = fc.oneof(
      fc.json(),
      keyed.map((value) => JSON.stringify(value)),
      fc.string({ unit: "binary" }),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...routes), body, async ([method, path], text) => {
        const before = await rowsOf(id, "SELECT count(*) AS n FROM event");
        const response = await call(`/api/v1/conversations/${id}${path}`, { method, token: ada.token, body: text });
        const answer = await response.text();
        if (response.status >= 500) throw new Error(`${method} ${path} answered ${response.status}: ${answer}`);
        if (!response.ok) expect(await rowsOf(id, "SELECT count(*) AS n FROM event")).toEqual(before);
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
