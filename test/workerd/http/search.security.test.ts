// Whose messages a search may find, what may be asked, and what is left of a text that is gone.
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { forgetConversation } from "../../../src/store/conversations.ts";
import { person } from "../conversation/people.ts";
import { call, errorOf } from "./client.ts";
import { bring, found, messageOf, said, search, unlimited } from "./search.ts";

describe("a search finds nothing", () => {
  it("of conversations in which the asker is not a member, also as an administrator", async () => {
    const [ada, eve, admin] = [await person(), await person(), await person("admin")];
    const id = await said([ada], ["canary in a cage"]);
    for (const stranger of [eve, admin]) {
      expect(await found(stranger, "canary")).toEqual([]);
      expect(await found(stranger, "canary", { conversation_id: String(id) })).toEqual([]);
    }
    const shared = await said([ada, admin], ["canary set free"]);
    expect(await search(admin, { q: "canary" })).toMatchObject({ items: [{ conversation_id: shared }] });
  });

  it("of a conversation from which the asker was removed, also by a cursor from before", async () => {
    const [ada, bob] = [await person(), await person()];
    const id = await said([ada, bob], ["canary one", "canary two"]);
    const { next_cursor } = await search(bob, { q: "canary", limit: "1" });
    await bring(id, [{ of: "removal", seq: 300, userId: bob.id }]);
    expect(await found(bob, "canary")).toEqual([]);
    expect(await found(bob, "canary", { cursor: next_cursor ?? "" })).toEqual([]);
    expect(await found(ada, "canary")).toEqual([2, 1]);
  });

  it("of a deleted message, nor when the batch that wrote it comes again", async () => {
    const ada = await person();
    const id = await said([ada], ["canary"]);
    const again = () => bring(id, [{ of: "message", seq: 100, message: messageOf(1, "canary") }]);
    await bring(id, [
      { of: "blanking", messageId: 1 },
      { of: "deletion", seq: 300, messageId: 1, at: "2026-11-21T13:00:00.000Z" },
    ]);
    expect(await found(ada, "canary")).toEqual([]);
    await again();
    expect(await found(ada, "canary")).toEqual([]);
  });

  it("of a message that was deleted before its words reached the index", async () => {
    const ada = await person();
    const id = await said([ada], []);
    const deleted_at = "2026-11-21T13:00:00.000Z";
    await bring(id, [{ of: "message", seq: 100, message: messageOf(1, "canary", { deleted_at }) }]);
    expect(await found(ada, "canary")).toEqual([]);
  });

  it("of a conversation that was erased", async () => {
    const ada = await person();
    const id = await said([ada], ["canary"]);
    await forgetConversation(env.DB, id, 5);
    expect(await found(ada, "canary")).toEqual([]);
  });
});

const Names = z.array(z.object({ name: z.string() }));

/** In how many rows of all tables, those of the index too, the bytes of this text stand. */
async function rowsWith(text: string): Promise<number> {
  const tables = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
  ).all();
  let rows = 0;
  for (const { name } of Names.parse(tables.results)) {
    const [, ...all] = await env.DB.prepare(`SELECT * FROM "${name}"`).raw({ columnNames: true });
    rows += all.filter((row) => row.some((value) => bytesOf(value).includes(text))).length;
  }
  return rows;
}

const bytesOf = (value: unknown): string =>
  Array.isArray(value) ? String.fromCharCode(...value.map(Number)) : String(value);

describe("no byte of the words that are gone is left in any table", () => {
  it.each([
    [
      "when a message is deleted",
      (id: number) =>
        bring(id, [
          { of: "blanking", messageId: 150 },
          { of: "deletion", seq: 900, messageId: 150, at: "2026-11-21T13:00:00.000Z" },
        ]),
    ],
    [
      "when a message is edited",
      (id: number) => bring(id, [{ of: "message", seq: 900, message: messageOf(150, "only a sparrow") }]),
    ],
    [
      "when a conversation of more messages than one step takes is erased",
      (id: number) => forgetConversation(env.DB, id, 5),
    ],
  ])("%s", async (_when, act) => {
    const ada = await person();
    const others = await said([ada], ["warbler", "wanderer"]);
    const id = await said([ada], [...Array(149).fill("a wavering bird"), "a wqxcanary bird"]);
    expect(await rowsWith("wqxcan")).toBeGreaterThan(1);
    await act(id);
    expect(await rowsWith("wqxcan")).toBe(0);
    expect(await found(ada, "warbler", { conversation_id: String(others) })).toEqual([1]);
    await env.DB.prepare("INSERT INTO search_terms (search_terms) VALUES ('integrity-check')").run();
  });
});

describe("what is asked is words, never syntax", () => {
  it.each([
    '" OR *',
    "NEAR(tea green)",
    "terms: tea",
    "tea*)",
    "((((",
    "tea AND NOT",
    "^tea",
    "~",
    "1:tea",
    "tea') --",
  ])("%s", async (q) => {
    const [ada, bob] = [await person(), await person()];
    await said([ada], [`asked: ${q}`]);
    await said([bob], ["tea green or and not near terms"]);
    const words = /[a-z]/.test(q) || q.includes("OR");
    expect(await found(ada, q)).toEqual(words ? [1] : []);
  });

  it("any text is answered, or refused as invalid", async () => {
    const ada = await person();
    await said([ada], ["tea"]);
    const part = fc.constantFrom(
      '"',
      "*",
      "(",
      ")",
      ":",
      "~",
      "^",
      "-",
      "+",
      "'",
      " OR ",
      " NEAR(",
      "\0",
      "\ud800",
      "北",
      "a1",
    );
    const anyText = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.array(part).map((parts) => parts.join("")),
    );
    await fc.assert(
      fc.asyncProperty(anyText, async (q) => {
        const response = await call(`/api/v1/search?${new URLSearchParams({ q })}`, { token: ada.token }, unlimited);
        expect([200, 400]).toContain(response.status);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it("needs a token, and between one and two hundred characters", async () => {
    const ada = await person();
    expect((await call("/api/v1/search?q=tea", {}, unlimited)).status).toBe(401);
    for (const q of ["", "  ", "x".repeat(201)]) {
      const response = await call(`/api/v1/search?q=${q}`, { token: ada.token }, unlimited);
      expect(await errorOf(response)).toMatchObject({ code: "invalid", field: "q" });
    }
  });
});
