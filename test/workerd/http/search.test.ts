// Finding messages by their words: in every script, newest first, page by page.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { searchMessages } from "../../../src/store/search.ts";
import { conversation } from "../conversation/conversation.ts";
import { person } from "../conversation/people.ts";
import { call } from "./client.ts";
import { BEGAN, bring, found, messageOf, said, search, unlimited } from "./search.ts";

describe("a search finds", () => {
  it.each([
    [
      "English, by another form of the word",
      "The dogs were running",
      "run dog",
      "<mark>dogs</mark> were <mark>running</mark>",
    ],
    [
      "German, however its letters are written",
      "Die Häuser am Fluß",
      "hauser FLUSS",
      "<mark>Häuser</mark> am <mark>Fluß</mark>",
    ],
    ["Russian, by another form of the word", "Мы ходили в библиотеку", "библиотека", "<mark>библиотек</mark>у"],
    ["Greek, without its accents", "Η Αθήνα το βράδυ", "ΑΘΗΝΑ", "<mark>Αθήνα</mark>"],
    ["Arabic, with or without its vowel points", "قرأت كِتَابًا", "كتابا", "<mark>كِتَابًا</mark>"],
    ["Hindi", "यह हिन्दी में है", "हिन्दी", "<mark>हिन्दी</mark>"],
    ["Chinese, any part of a sentence", "我们昨天去了北京大学图书馆", "京大学图", "<mark>京大学图</mark>"],
    ["one Chinese character", "我们昨天去了北京", "京", "<mark>京</mark>"],
    ["Japanese", "東京タワーに登りました", "タワー", "<mark>タワー</mark>"],
    ["Korean, by the beginning of a word", "서울에서 물을 마셔요", "물", "<mark>물을</mark>"],
    ["Thai", "ฉันชอบภาษาไทย", "ภาษา", "<mark>ภาษา</mark>"],
    ["full-width letters", "型番ＡＢＣ－１２です", "abc-12", "<mark>ＡＢＣ－１２</mark>"],
    ["a code, whole", "Error TS-999 in line 3.5", "ts-999", "<mark>TS-999</mark>"],
    ["a code, by its parts", "Error TS-999 in line 3.5", "ts 999", "<mark>TS</mark>-<mark>999</mark>"],
    [
      "a code at the end of a link",
      "https://shop.example.org/item-12 please",
      "item-12 please",
      "org/<mark>item-12</mark> <mark>please</mark>",
    ],
    ["a code joined to another", "GPT-4/GPT-5 compared", "gpt-5", "/<mark>GPT-5</mark> compared"],
    ["a time that ends a span", "call me 10:30-11:30 or so", "11:30 call", "10:30-<mark>11:30</mark>"],
    ["a version by its numbers", "v1.2.3-beta+build", "1.2.3 build", "v<mark>1.2.3</mark>-beta+<mark>build</mark>"],
    [
      "a code in the name of a file, also with further words",
      "TS-999.pdf error found",
      "TS-999 error",
      "<mark>TS-999</mark>.pdf <mark>error</mark> found",
    ],
    ["a number, and no other with the same digits", "version 3.5 of 2026", "3.5", "<mark>3.5</mark>"],
    ["an identifier", "call load_older(before)", "load_older", "<mark>load_older</mark>"],
    ["an emoji, in any colour", "Done 👍🏽!", "👍", "<mark>👍🏽</mark>"],
    ["what is being typed", "An unforgettable evening", "an unfor", "<mark>An</mark> <mark>unforgettable</mark>"],
  ])("%s", async (_what, content, q, marked) => {
    const ada = await person();
    const id = await said([ada], ["Something else: 5.3 and 北学.", content]);
    const { items, next_cursor } = await search(ada, { q });
    expect(items.map(({ conversation_id, message_id }) => [conversation_id, message_id])).toEqual([[id, 2]]);
    expect(items[0]?.snippet).toContain(marked);
    expect(next_cursor).toBeNull();
  });

  it("only what has all the words", async () => {
    const ada = await person();
    await said([ada], ["green tea", "black tea", "green apples", "tea, very green"]);
    expect(await found(ada, "green tea")).toEqual([4, 1]);
  });

  it("nothing for a question without a word", async () => {
    const ada = await person();
    await said([ada], ["Hello!?"]);
    expect(await search(ada, { q: "!? — *" })).toEqual({ items: [], next_cursor: null });
  });

  it("a question with hundreds of terms", async () => {
    const ada = await person();
    const text = Array.from({ length: 180 }, (_, i) => String.fromCodePoint(0x4e00 + i * 7)).join("");
    await said([ada], [text]);
    expect(await found(ada, text)).toEqual([1]);
  });

  it("answers of a model, the current one and its variants", async () => {
    const ada = await person();
    const id = await said([ada], ["What is a fjord?"]);
    const answer = { role: "assistant", author: null, turn_id: 1, reply_to: 1 } as const;
    await bring(id, [
      { of: "message", seq: 201, message: messageOf(2, "A narrow inlet", answer) },
      { of: "message", seq: 202, message: messageOf(3, "A long narrow inlet of the sea", { ...answer, turn_id: 2 }) },
      { of: "answer", seq: 202, questionId: 1, answerId: 3 },
    ]);
    const { items } = await search(ada, { q: "inlet" });
    expect(items).toMatchObject([
      { message_id: 3, role: "assistant", author: null },
      { message_id: 2, role: "assistant" },
    ]);
  });

  it("a message within two seconds after it was sent, through its outbox", async () => {
    const ada = await person();
    const id = await conversation(ada, { title: "Tea time" });
    const body = { content: "Earl Grey", answer: false };
    await call(`/api/v1/conversations/${id}/messages`, { token: ada.token, body }, unlimited);
    await expect
      .poll(() => search(ada, { q: "grey" }), { timeout: 10_000 })
      .toMatchObject({
        items: [{ conversation_id: id, title: "Tea time", message_id: 1, author: { user_id: ada.id, name: ada.name } }],
      });
  });
});

describe("an edited message", () => {
  it("is found by its words of now, and an old batch that comes again changes nothing", async () => {
    const ada = await person();
    const id = await said([ada], ["about walruses"]);
    const old = [{ of: "message", seq: 100, message: messageOf(1, "about walruses") } as const];
    await bring(id, [{ of: "message", seq: 200, message: messageOf(1, "about penguins") }]);
    for (const batch of [[], old, old]) {
      if (batch.length > 0) await bring(id, batch);
      expect(await found(ada, "walruses")).toEqual([]);
      expect(await found(ada, "penguins")).toEqual([1]);
    }
  });
});

describe("pages", () => {
  it("come newest first over all conversations, without repeating or missing one while new messages come", async () => {
    const ada = await person();
    const [one, two] = [await said([ada], Array(7).fill("tea")), await said([ada], Array(5).fill("tea"))];
    const seen: string[] = [];
    let cursor: string | null | undefined;
    for (let n = 100; cursor !== null; n++) {
      const { items, next_cursor } = await search(ada, { q: "tea", limit: "3", ...(cursor ? { cursor } : {}) });
      seen.push(...items.map(({ conversation_id, message_id }) => `${conversation_id}.${message_id}`));
      cursor = next_cursor;
      await bring(one, [{ of: "message", seq: 1_000 + n, message: messageOf(n, "more tea") }]);
    }
    // Both conversations had one message a second: those of the later one come first.
    const expected = [7, 6, 5, 4, 3, 2, 1].flatMap((n) => [...(n <= 5 ? [`${two}.${n}`] : []), `${one}.${n}`]);
    expect(seen).toEqual(expected);
  });

  it("take no cursor but their own", async () => {
    const ada = await person();
    const response = await call("/api/v1/search?q=tea&cursor=1.2", { token: ada.token }, unlimited);
    expect(response.status).toBe(400);
  });
});

describe("what has the words as they are written comes first", () => {
  it.each<[string, string[], string, number[]]>([
    ["before newer ones that only begin alike", ["international", "internet", "internal"], "international", [1, 3, 2]],
    ["before what only begins with it", ["an old cafe", "the cafeteria", "cafe", "cafeterias"], "cafe", [3, 1, 4, 2]],
    ["of short words too", ["my test here", "tests one", "testing two", "tests three"], "test", [1, 4, 3, 2]],
    ["of a short word before another", ["tea testing", "teas testing"], "tea testing", [1, 2]],
    ["before what only has it as its stem", ["fli", "flies"], "fli", [1, 2]],
    ["before other forms of the word", ["the connection", "connected", "connections"], "connection", [1, 3, 2]],
    [
      "when all of them are",
      ["national library", "nationals librarian", "library of nations"],
      "national library",
      [1, 3, 2],
    ],
    ["also what begins with the last one as it is typed", ["internationally", "internet"], "internati", [1, 2]],
    ["in Russian", ["переводчик", "перевод", "переводы"], "переводчик", [1, 3, 2]],
    ["in German", ["Häuserzeile", "Häusermeer", "Haus"], "hauserzeile", [1, 2]],
    ["in Chinese, where every form is the one that is written", ["北京大学", "大学"], "大学", [2, 1]],
  ])("%s", async (_what, contents, q, expected) => {
    const ada = await person();
    await said([ada], contents);
    expect(await found(ada, q)).toEqual(expected);
    const paged: number[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await search(ada, { q, limit: "1", ...(cursor ? { cursor } : {}) });
      paged.push(...page.items.map(({ message_id }) => message_id));
      cursor = page.next_cursor;
    }
    expect(paged).toEqual(expected);
  });

  it("and what was stored before stems were marked is found as it was", async () => {
    const ada = await person();
    const id = await said([ada], ["tests", "testing", "a test"]);
    for (const [message, terms] of [
      [1, "tests test"],
      [2, "testin test testing."],
    ] as const)
      await env.DB.prepare("UPDATE search_terms SET terms = ?3 WHERE rowid = ?1 << 24 | ?2")
        .bind(
          id,
          message,
          terms.replace(/^| /g, (before) => `${before}${id}:`),
        )
        .run();
    expect(await found(ada, "tests")).toEqual([1, 3, 2]);
    expect(await found(ada, "testing")).toEqual([2, 3, 1]);
    expect(await found(ada, "test")).toEqual([3, 2, 1]);
  });

  it("and of a word that only begins alike no more is marked than is the same", async () => {
    const ada = await person();
    await said([ada], ["The Internet, internally and INTERNATIONAL"]);
    const { items } = await search(ada, { q: "international" });
    expect(items[0]?.snippet).toBe("The <mark>Intern</mark>et, <mark>interna</mark>lly and <mark>INTERNATIONAL</mark>");
  });
});

describe("a search can be narrowed", () => {
  it("to one conversation, to one kind, to what came since a time", async () => {
    const ada = await person();
    const chat = await said([ada], ["tea one", "tea two", "tea three"]);
    const interview = await said([ada], ["tea four"], "interview");
    const where = async (query: Record<string, string>) =>
      (await search(ada, { q: "tea", ...query })).items.map(({ conversation_id }) => conversation_id);
    expect(await where({ conversation_id: String(chat) })).toEqual([chat, chat, chat]);
    expect(await where({ kind: "interview" })).toEqual([interview]);
    const from = new Date(BEGAN + 3_000).toISOString();
    expect(await found(ada, "tea", { from })).toEqual([3]);
  });
});

describe("a very long message", () => {
  it("is found by its beginning, and stored whole", async () => {
    const ada = await person();
    const letters = Array.from({ length: 5_000 }, (_, i) => String.fromCodePoint(0x4e00 + i));
    const at = (i: number) => letters[(i * (2 * Math.floor(i / 5_000) + 1)) % 5_000] ?? ""; // hardly a pair twice
    const text = Array.from({ length: 60_000 }, (_, i) => at(i)).join("");
    const id = await said([ada], [`needle ${text} haystack`]);
    expect(await found(ada, "needle")).toEqual([1]);
    expect(await found(ada, "haystack")).toEqual([]);
    const row = await env.DB.prepare("SELECT length(terms) AS n FROM search_terms WHERE rowid = ?1 << 24 | 1")
      .bind(id)
      .first();
    expect(Number(row?.n)).toBeLessThanOrEqual(200_000);
  });

  it("with a number beyond 16,777,215 is stored like all others, and not found", async () => {
    const ada = await person();
    const id = await said([ada], ["tea"]);
    const other = await said([ada], ["coffee"]);
    expect(other).toBe(id + 1); // whose rows it would otherwise overwrite
    const far = 2 ** 24 + 1;
    await bring(id, [{ of: "message", seq: 300, message: messageOf(far, "tea far away") }]);
    expect(await found(ada, "tea")).toEqual([1]);
    expect(await found(ada, "coffee")).toEqual([1]);
    const row = await env.DB.prepare("SELECT content FROM messages WHERE conversation_id = ? AND id = ?")
      .bind(id, far)
      .first();
    expect(row).toEqual({ content: "tea far away" });
  });
});

describe("the cost of a search", () => {
  it("does not depend on what others wrote", async () => {
    const [ada, bob] = [await person(), await person()];
    await said([ada], ["tea one", "tea two"]);
    const rowsRead = async () => {
      let rows = 0;
      const counting = new Proxy(env.DB, {
        get: (db, name) =>
          name !== "prepare"
            ? Reflect.get(db, name)
            : (sql: string) => ({
                bind: (...values: unknown[]) => ({
                  async all() {
                    const answer = await db
                      .prepare(sql)
                      .bind(...values)
                      .all();
                    rows += answer.meta.rows_read;
                    return answer;
                  },
                }),
              }),
      });
      const page = await searchMessages(counting, ada.id, { q: "tea", limit: 20 });
      expect(page.items).toHaveLength(2);
      return rows;
    };
    const before = await rowsRead();
    expect(before).toBeGreaterThan(0);
    for (let i = 0; i < 5; i++) await said([bob], Array(60).fill("tea for others"));
    expect(await rowsRead()).toBeLessThan(before + 20); // of 300 messages that have the word
  });
});
