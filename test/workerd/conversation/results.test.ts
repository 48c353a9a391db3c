// What a tool returns: any text or JSON is kept and shown to the model; what cannot be kept has failed, with words.
import { expect, it } from "vitest";
import { estimateTokens } from "../../../src/models/tokens.ts";
import { call, calls, inRoom, result, shown } from "./calling.ts";
import { ADA, finish, says } from "./rig.ts";

const nested = (levels: number): object => (levels === 1 ? {} : { deeper: nested(levels - 1) });

it("an empty result is a result: the model is shown it, beside those that say something", () =>
  inRoom(async (rig, calling) => {
    rig.attempts = [says(calls(call("c1"), call("c2", "time"))), says("Sent at noon.", finish())];
    rig.ask("Send it, and tell me when.");
    await rig.pass(1_000);
    calling().take(ADA, result("c1", ""));
    calling().take(ADA, result("c2", "noon"));
    await rig.pass(1_000);
    expect(shown(rig, 1)?.slice(1)).toEqual([
      ["assistant", "", 2],
      ["tool", "", "c1"],
      ["tool", "noon", "c2"],
    ]);
  }));

it("a result of more than 64 KB is refused with words, and its call has failed: the model goes on", () =>
  inRoom(async (rig, calling) => {
    rig.attempts = [says(calls(call("c1"))), says("It was too much.", finish())];
    rig.ask("How warm?");
    await rig.pass(1_000);
    const message = "result may be at most 64 KB long. The call has failed, and the model was told why.";
    expect(calling().take(ADA, result("c1", "x".repeat(64 * 1024 + 1)))).toEqual({
      ok: false,
      error: { code: "too_large", message, field: "result" },
    });
    await rig.pass(1_000);
    const told = "The result was not kept: result may be at most 64 KB long.";
    expect(shown(rig, 1)?.at(-1)).toEqual(["tool", told, "c1"]);
    expect(rig.journal.message(3)).toMatchObject({ content: told, data: { failed: true } });
    expect(rig.journal.message(4)).toMatchObject({ content: "It was too much." });
  }));

it.each([
  ["of any number of fields", Array.from({ length: 2_000 }, (_, id) => ({ id }))],
  ["of 500 levels", nested(500)],
  ["with halves of characters and NULs in it", { half: "\ud800", nul: "\0" }],
])("a result %s is kept as JSON, and the model is shown that", (_, returned) =>
  inRoom(async (rig, calling) => {
    rig.attempts = [says(calls(call("c1"))), says("Many.", finish())];
    rig.ask("How warm?");
    await rig.pass(1_000);
    expect(calling().take(ADA, result("c1", returned)).ok).toBe(true);
    await rig.pass(1_000);
    expect(rig.journal.message(3)).toMatchObject({ content: JSON.stringify(returned), data: { failed: false } });
    expect(shown(rig, 1)?.at(-1)?.[1]).toMatch(JSON.stringify(returned).slice(0, 1_000));
  }),
);

it("a text that cannot be stored is kept with a mark in place of what is wrong", () =>
  inRoom(async (rig, calling) => {
    rig.attempts = [says(calls(call("c1"))), says("So.", finish())];
    rig.ask("How warm?");
    await rig.pass(1_000);
    expect(calling().take(ADA, result("c1", "a\0b \ud800 é🙂")).ok).toBe(true);
    expect(rig.journal.message(3)).toMatchObject({ content: "a\ufffdb \ufffd é🙂", data: { failed: false } });
  }));

it.each([
  ["binary", { png: new Uint8Array([1]) }, "Binary data has no place here."],
  ["of more levels than clients can read", nested(501), "JSON may be at most 500 levels deep."],
])(
  "a result that cannot be kept as JSON, being %s, is refused with words, and its call has failed: the model goes on",
  (_, returned, why) =>
    inRoom(async (rig, calling) => {
      rig.attempts = [says(calls(call("c1"))), says("I cannot say.", finish())];
      rig.ask("How warm?");
      await rig.pass(1_000);
      const message = `${why} The call has failed, and the model was told why.`;
      const error = { code: "invalid", message, field: "result" };
      expect(calling().take(ADA, result("c1", returned))).toEqual({ ok: false, error });
      await rig.pass(1_000);
      expect(shown(rig, 1)?.at(-1)).toEqual(["tool", `The result was not kept: ${why}`, "c1"]);
      expect(rig.journal.message(4)).toMatchObject({ content: "I cannot say." });
    }),
);

it("large results are shown cut, with a mark, and not the question and the conversation", () =>
  inRoom(async (rig, calling) => {
    const long = "The weather of Bern. ".repeat(3_000);
    rig.attempts = [says("Good morning.", finish()), says(calls(call("c1"), call("c2"))), says(calls(call("c3")))];
    rig.attempts.push(says("Warm.", finish()));
    rig.ask("Hello!");
    await rig.pass(1_000);
    rig.ask("How warm?");
    await rig.pass(1_000);
    for (const id of ["c1", "c2"]) calling().take(ADA, result(id, long));
    await rig.pass(1_000);
    calling().take(ADA, result("c3", long));
    await rig.pass(1_000);
    const hello = [
      ["user", "Hello!"],
      ["assistant", "Good morning."],
    ];
    const cut = expect.stringMatching(/^(The weather of Bern\. )+.*…\n\[Cut: the first \d+ of 63000 characters\.\]$/);
    const asked = (at: number) => shown(rig, at)?.map(([role, content]) => [role, content]);
    expect(asked(2)).toEqual([...hello, ["user", "How warm?"], ["assistant", ""], ["tool", cut], ["tool", cut]]);
    expect(asked(3)).toEqual([
      ...(asked(2) ?? []).map(([role, _]) => [role, role === "tool" ? cut : expect.anything()]),
      ["assistant", ""],
      ["tool", cut],
    ]);
    for (const { messages } of rig.requests)
      expect(messages.reduce((sum, { content }) => sum + estimateTokens(content), 0)).toBeLessThan(12_000);
  }));
