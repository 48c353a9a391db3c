// Full-text search through the route: in every script, newest first, marked, and never with syntax of its own.
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type * as z from "zod";
import { page, SearchHit } from "../../../src/protocol/rest.ts";
import { conversation, rowsOf } from "../conversation/conversation.ts";
import { person } from "../conversation/people.ts";
import { app, call } from "./client.ts";

const fetch = app({ variables: { MESSAGES_PER_MINUTE: "0" } });
const Answer = page(SearchHit);

async function search(token: string, query: Record<string, string>): Promise<z.infer<typeof Answer>> {
  const response = await call(`/api/v1/search?${new URLSearchParams(query)}`, { token }, fetch);
  expect(response.status).toBe(200);
  return Answer.parse(await response.json());
}

/** Everything that was committed is in D1: the outbox gathers for a moment before it sends. */
const inD1 = (id: number) =>
  vi.waitFor(async () => {
    const [row] = await rowsOf(id, "SELECT flushed_seq = (SELECT max(seq) FROM event) AS done FROM conversation");
    expect(row).toEqual({ done: 1 });
  }, 5_000);

/** A conversation with these messages, brought to D1. */
async function said(texts: string[]) {
  const ada = await person();
  const id = await conversation(ada);
  for (const content of texts)
    await call(`/api/v1/conversations/${id}/messages`, { token: ada.token, body: { content, answer: false } }, fetch);
  await inD1(id);
  return { ada, id };
}

describe("a search", () => {
  it.each([
    [
      "English, by another form of the word",
      "The dogs were running home",
      "run dog",
      "<mark>dogs</mark> were <mark>running</mark>",
    ],
    ["German", "Die Häuser am Fluß", "hauser fluss", "<mark>Häuser</mark> am <mark>Fluß</mark>"],
    ["Russian, by another form of the word", "Мы ходили в библиотеку", "библиотека", "<mark>библиотеку</mark>"],
    ["Chinese", "我们昨天去了北京大学图书馆", "北京大学", "<mark>北京大学</mark>"],
    ["Japanese", "東京タワーに登りました", "タワー", "<mark>タワー</mark>"],
    ["Korean", "서울에서 만나요", "서울", "<mark>서울</mark>"],
    ["a code, whole", "Error TS-999 in line 3.5", "ts-999", "<mark>TS-999</mark>"],
    ["the beginning of a word", "An unforgettable evening", "unforg", "<mark>unforgettable</mark>"],
  ])("finds %s", async (_what, content, q, marked) => {
    const { ada, id } = await said(["Something else entirely.", content]);
    const { items } = await search(ada.token, { q });
    expect(items.map(({ conversation_id, message_id }) => [conversation_id, message_id])).toEqual([[id, 2]]);
    expect(items[0]?.snippet).toContain(marked);
  });

  it("wants all the words, and answers newest first, page by page", async () => {
    const { ada } = await said(["green tea one", "black tea", "green tea two", "green tea three"]);
    const first = await search(ada.token, { q: "tea green", limit: "2" });
    expect(first.items.map(({ message_id }) => message_id)).toEqual([4, 3]);
    const rest = await search(ada.token, { q: "tea green", limit: "2", cursor: first.next_cursor ?? "" });
    expect(rest.items.map(({ message_id }) => message_id)).toEqual([1]);
    expect(rest.next_cursor).toBeNull();
  });

  it("shows text as text: what looks like markup is escaped", async () => {
    const { ada } = await said(['<img src=x onerror="alert(1)"> canary & <mark>no</mark>']);
    const { items } = await search(ada.token, { q: "canary" });
    expect(items[0]?.snippet).toBe(
      "&lt;img src=x onerror=&quot;alert(1)&quot;&gt; <mark>canary</mark> &amp; &lt;mark&gt;no&lt;/mark&gt;",
    );
  });

  it("finds a message by its words of now: not by those it had before an edit", async () => {
    const { ada, id } = await said(["about walruses"]);
    const message = `/api/v1/conversations/${id}/messages/1`;
    await call(message, { method: "PATCH", token: ada.token, body: { content: "about penguins" } }, fetch);
    await inD1(id);
    expect((await search(ada.token, { q: "walruses" })).items).toEqual([]);
    expect((await search(ada.token, { q: "penguins" })).items).toHaveLength(1);
  });

  it.each([
    '" OR *',
    "NEAR(tea green)",
    "terms: tea",
    "tea*)",
    "'; DROP TABLE messages; --",
    "((((",
    "tea AND NOT",
    "^tea",
  ])("takes %s as words", async (q) => {
    const { ada } = await said(["tea"]);
    await search(ada.token, { q });
  });

  it("is answered whatever is asked", async () => {
    const { ada } = await said(["tea"]);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 40 }), async (q) => {
        const response = await call(`/api/v1/search?${new URLSearchParams({ q })}`, { token: ada.token }, fetch);
        expect([200, 400]).toContain(response.status);
      }),
      { numRuns: 40 },
    );
  }, 30_000);

  it("of nothing but signs finds nothing", async () => {
    const { ada } = await said(["tea"]);
    expect((await search(ada.token, { q: "!?" })).items).toEqual([]);
  });
});
