// The provider fails over the wire: what it was asked, what the ledger says, what people see (R4).
import { describe, expect, it } from "vitest";
import { callsOf, conversation, ledger, scripted } from "./conversation.ts";
import { person } from "./people.ts";
import { open } from "./socket.ts";

const CASES: [what: string, scripts: string[], ledger: string[], end: string, text: string][] = [
  ["is busy and says for how long", ["!429:1", "Hello"], ["first failed", "retry ok"], "finished", "Hello"],
  ["answers 500", ["!500", "Hello"], ["first failed", "retry ok"], "finished", "Hello"],
  ["answers 400", ["!400"], ["first failed"], "failed", ""],
  ["answers 401", ["!401"], ["first failed"], "failed", ""],
  ["breaks off before a word", ["!cut", "Hello"], ["first lost", "retry ok"], "finished", "Hello"],
  ["breaks off in mid-answer", ["Hello|!cut", " world"], ["first lost", "continue ok"], "finished", "Hello world"],
  ["ends without saying so", ["Hello|!eof", " world"], ["first lost", "continue ok"], "finished", "Hello world"],
  ["sends broken JSON", ["Hello|!json", " world"], ["first failed", "continue ok"], "finished", "Hello world"],
  [
    "sends an error in mid-answer",
    ["Hello|!fail", " world"],
    ["first failed", "continue ok"],
    "finished",
    "Hello world",
  ],
  ["answers well, with an error", ["!body", "Hello"], ["first failed", "retry ok"], "finished", "Hello"],
  ["filters the answer", ["!filter"], ["first ok"], "failed", ""],
  ["reaches its length", ["Hello|!length"], ["first ok"], "finished", "Hello"],
];

describe("a provider that", () => {
  it.concurrent.each(CASES)("%s", async (_, scripts, rows, end, text) => {
    const ada = await person();
    const id = await conversation(ada);
    const socket = await open(id, ada.token);
    const model = scripted(...scripts);
    await socket.say("Hi", { model });
    await socket.until(({ type }) => type === `turn.${end}`);
    const [turn] = await ledger(id, ada);
    expect(turn?.attempts.map(({ reason, outcome }) => `${reason} ${outcome}`)).toEqual(rows);
    expect(await callsOf(model)).toHaveLength(rows.length);
    expect(socket.answer()).toBe(text);
    expect(JSON.stringify(socket.frames)).not.toContain("secret");
    expect(JSON.stringify(turn)).not.toContain("secret");
  });
});
