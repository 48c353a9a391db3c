// Messages of any age, from the object and from D1 as one list (protocol.md "history").
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Message } from "../../../src/protocol/entities.ts";
import { MessagesAnswer, page, TurnListItem } from "../../../src/protocol/rest.ts";
import { messagesBefore } from "../../../src/store/conversations.ts";
import { mirror } from "../../../src/store/mirror.ts";
import { call } from "../http/client.ts";
import { conversation, scripted } from "./conversation.ts";
import { person } from "./people.ts";
import { ADA, finish, inRig, type Rig, says, UNMEASURED } from "./rig.ts";

const message = (id: number, content = `m${id}`): Message => ({
  ...{ id, role: "user", author: { user_id: 1, name: "user 1" }, content, data: {}, files: [], turn_id: null },
  ...{ reply_to: null, client_id: `c${id}`, created_at: "2026-11-21T12:00:00.000Z" },
});

/** `n` messages, of which the object keeps those from `keptFrom` on; ids in `holes` were given to answers that never came. */
function filled(rig: Rig, n: number, keptFrom: number, holes: number[] = []): number[] {
  const ids = Array.from({ length: n }, (_, i) => i + 1).filter((id) => !holes.includes(id));
  rig.journal.commit(() => {
    for (const id of ids) rig.journal.addMessage(message(id), 0);
    while (rig.journal.lastMessageId < n) rig.journal.nextMessageId();
  });
  rig.journal.trimMessages(keptFrom);
  const archived = ids.filter((id) => id < keptFrom).map((id) => message(id));
  rig.archive = {
    before: async (_, id, limit) =>
      archived
        .filter((m) => m.id < id)
        .reverse()
        .slice(0, limit),
    after: async (_, id, before, limit) => archived.filter((m) => m.id > id && m.id < before).slice(0, limit),
    find: async (_, id) => archived.filter((m) => m.id === id).map((found) => ({ message: found, seq: 0 }))[0] ?? null,
    answers: async () => [],
  };
  return ids;
}

describe("a message that only the archive still has", () => {
  it("is given again to whoever repeats its key", () =>
    inRig(async (rig) => {
      filled(rig, 30, 20);
      const first = await rig.reading.outcome(ADA, 3, null);
      expect(first).toMatchObject({ ok: true, value: { message: { id: 3, content: "m3" } } });
    }));

  it("is too old to be answered again, and that is said", () =>
    inRig((rig) => {
      filled(rig, 30, 20);
      expect(rig.room.asking.retry(ADA, { message_id: 3 })).toMatchObject({ ok: false, error: { code: "gone" } });
    }));
});

const history = async (rig: Rig, query: { before?: number; after?: number; limit: number }) => {
  const found = await rig.room.command(ADA, { type: "history", ref: 1, ...query });
  if (!found.ok || !("messages" in found.value)) throw new Error("no history");
  rig.clock.time += 1_000; // the conversation's bucket fills up again
  return found.value;
};

async function walkBack(rig: Rig, limit: number): Promise<number[]> {
  const seen: number[] = [];
  for (let before: number | undefined; ; before = seen[0]) {
    const page = await history(rig, { limit, ...(before === undefined ? {} : { before }) });
    expect(page.newer).toBe(before !== undefined);
    seen.unshift(...page.messages.map(({ id }) => id));
    if (!page.older) return seen;
    expect(page.messages.length).toBeGreaterThan(0);
  }
}
async function walkOn(rig: Rig, limit: number): Promise<number[]> {
  const seen: number[] = [];
  for (;;) {
    const page = await history(rig, { limit, after: seen.at(-1) ?? 0 });
    expect(page.older).toBe(seen.length > 0);
    seen.push(...page.messages.map(({ id }) => id));
    if (!page.newer) return seen;
    expect(page.messages.length).toBeGreaterThan(0);
  }
}

describe("history", () => {
  it("of ten thousand messages is one list, backwards and forwards, across what the object keeps", () =>
    inRig(async (rig) => {
      const ids = filled(rig, 10_000, 8_001);
      expect(await walkBack(rig, 200)).toEqual(ids);
      expect(await walkOn(rig, 200)).toEqual(ids);
    }));

  it.each([1, 2, 3, 7, 50])("in pages of %i leaves nothing out where ids do, and repeats nothing", (limit) =>
    inRig(async (rig) => {
      const ids = filled(rig, 30, 16, [3, 4, 5, 10, 15, 16, 17, 29]);
      expect(await walkBack(rig, limit)).toEqual(ids);
      expect(await walkOn(rig, limit)).toEqual(ids);
    }),
  );

  it.each([
    ["before the first", { before: 1 }, [], false, true],
    ["before the boundary", { before: 16 }, [13, 14, 15], true, true],
    ["over the boundary", { before: 18 }, [15, 16, 17], true, true],
    ["at the end", {}, [28, 29, 30], true, false],
    ["far beyond the end", { before: 1_000 }, [28, 29, 30], true, false],
    ["after the last", { after: 30 }, [], true, false],
    ["after the boundary", { after: 15 }, [16, 17, 18], true, true],
    ["after, over the boundary", { after: 14 }, [15, 16, 17], true, true],
    ["from the beginning", { after: 0 }, [1, 2, 3], false, true],
  ])("%s says what there is around it", (_, query, ids, older, newer) =>
    inRig(async (rig) => {
      filled(rig, 30, 16);
      const page = await history(rig, { limit: 3, ...query });
      expect([page.messages.map(({ id }) => id), page.older, page.newer]).toEqual([ids, older, newer]);
    }),
  );

  it("in the object goes on while D1 is away; beyond it, is unavailable for now", () =>
    inRig(async (rig) => {
      filled(rig, 30, 16);
      const away = async () => {
        throw new Error("D1_ERROR: away");
      };
      rig.archive = { before: away, after: away, find: away, answers: away };
      expect((await history(rig, { limit: 3 })).messages).toHaveLength(3);
      expect(await rig.room.command(ADA, { type: "history", ref: 1, limit: 3, before: 17 })).toMatchObject({
        error: { code: "unavailable", retry_after_ms: 2_000 },
      });
    }));

  it("of long messages comes in pages that fit a frame, and nothing is lost between them", () =>
    inRig(async (rig) => {
      rig.attempts = [says("y".repeat(400_000), finish())];
      rig.ask("Talk");
      await rig.pass(20_000);
      for (let i = 0; i < 9; i += 1) rig.ask("x".repeat(60_000), ADA, { answer: false });
      const ids = Array.from({ length: 11 }, (_, i) => i + 1);
      expect(await walkBack(rig, 200)).toEqual(ids);
      expect(await walkOn(rig, 200)).toEqual(ids);
      const { messages } = await history(rig, { limit: 200 });
      expect(JSON.stringify(messages).length).toBeLessThan(256 * 1024);
    }));

  it("over REST reads what is only in D1 as it was written", async () => {
    const ada = await person();
    const id = await conversation(ada);
    const written = { ...message(1, "Long ago 😀"), author: { user_id: ada.id, name: ada.name }, data: { a: [1] } };
    await mirror(env.DB, id, [{ of: "message", seq: 3, message: written }], { seq: 3, activeAt: 1 }, UNMEASURED);
    expect(await messagesBefore(env.DB, id, 10, 10)).toEqual([written]);
    const response = await call(`/api/v1/conversations/${id}/messages?limit=3`, { token: ada.token });
    expect(MessagesAnswer.parse(await response.json())).toEqual({ items: [], older: false, newer: false });
  });
});

describe("the ledger of turns", () => {
  it("is read in pages, newest first, and the last page names no next one, also when it is full", async () => {
    const ada = await person();
    const model = scripted("One.", "Two.");
    const id = await conversation(ada, { model });
    for (const content of ["first", "second"])
      await call(`/api/v1/conversations/${id}/messages`, { token: ada.token, body: { content } });
    const read = async (query: string) => {
      const response = await call(`/api/v1/conversations/${id}/turns?limit=1${query}`, { token: ada.token });
      return page(TurnListItem).parse(await response.json());
    };
    const newest = await read("");
    const last = await read(`&cursor=${newest.next_cursor}`);
    expect([...newest.items, ...last.items].map((turn) => turn.id)).toEqual([2, 1]);
    expect([newest.next_cursor, last.next_cursor]).toEqual(["2", null]);
  });
});
