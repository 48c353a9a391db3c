// Files whose message never came, and bytes whose deletion fails: nothing stays behind, and nothing goes too early.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { Filing, type Shelves } from "../../../src/conversation/filing.ts";
import { signLink } from "../../../src/files/links.ts";
import { Schedule } from "../../../src/lib/schedule.ts";
import { ok } from "../../../src/protocol/errors.ts";
import { ADA, inRig, type Rig } from "./rig.ts";

const HOUR = 3_600_000;
const FILE = { filename: "a.png", content_type: "image/png", size: 9 };

function filing(rig: Rig, discard: Shelves["discard"]) {
  let next = 0;
  const shelves: Shelves = { reserve: async (_user, _id, sizes) => ok(sizes.map(() => ++next)), discard };
  const alarms = { setAlarm: async () => {}, deleteAlarm: async () => {} };
  return new Filing({ journal: rig.journal, clock: rig.clock, schedule: new Schedule(alarms, rig.clock), shelves });
}

it("a file that no message took is deleted after an hour, and one that a message has stays", () =>
  inRig(async (rig) => {
    const discarded: number[] = [];
    const files = filing(rig, async (gone) => void discarded.push(...gone.map(({ id }) => id)));
    const shelved = await files.shelve(ADA, [FILE, FILE], "https://e.example");
    expect(shelved.ok && shelved.value.map(({ id }) => id)).toEqual([1, 2]);
    expect(files.open(ADA, 2)).toMatchObject({ ok: false, error: { code: "not_found" } });
    const sent = rig.room.asking.send(ADA, { client_id: "k", content: "Hi", file_ids: [2], answer: false });
    expect(sent.ok).toBe(true);
    await files.sweep();
    expect(discarded).toEqual([]);
    rig.clock.time += HOUR + 1;
    await files.sweep();
    await files.sweep();
    expect(discarded).toEqual([1]);
    expect(files.open(ADA, 2)).toMatchObject({ ok: true, value: { filename: "a.png" } });
  }));

it("a deletion that failed is made again", () =>
  inRig(async (rig) => {
    let away = true;
    const discarded: number[] = [];
    const files = filing(rig, async (gone) => {
      if (away) throw new Error("R2 is away");
      discarded.push(...gone.map(({ id }) => id));
    });
    await files.shelve(ADA, [FILE], "https://e.example");
    rig.room.asking.send(ADA, { client_id: "k", content: "Hi", file_ids: [1], answer: false });
    await rig.room.command(ADA, { type: "message.delete", ref: 1, message_id: 1 });
    expect(files.open(ADA, 1).ok).toBe(false);
    await expect(files.sweep()).rejects.toThrow("R2 is away");
    away = false;
    await files.sweep();
    expect(discarded).toEqual([1]);
  }));

it("a link ends after a day", () =>
  inRig(async (rig) => {
    const files = filing(rig, async () => {});
    await files.shelve(ADA, [FILE], "https://e.example");
    rig.room.asking.send(ADA, { client_id: "k", content: "Hi", file_ids: [1], answer: false });
    const link = files.link(ADA, 1);
    const query = new URL(link.ok ? link.value.url : "").searchParams;
    const proof = { expires: Number(query.get("expires")), signature: query.get("signature") ?? "" };
    expect(files.open(proof, 1).ok).toBe(true);
    rig.clock.time += 24 * HOUR;
    expect(files.open(proof, 1).ok).toBe(false);
    const forged = new URL(signLink("another key", "https://e.example", 1, rig.clock.time)).searchParams;
    expect(files.open({ expires: Number(forged.get("expires")), signature: forged.get("signature") ?? "" }, 1).ok).toBe(
      false,
    );
  }));

it("an object that was never created makes no room and leaves no trace", () =>
  runInDurableObject(env.CONVERSATION.getByName("987654320"), async (object, state) => {
    const shelved = await object.shelve(ADA, [FILE], "https://e.example");
    expect(shelved).toMatchObject({ ok: false, error: { code: "not_found" } });
    expect(state.storage.sql.exec("SELECT count(*) AS n FROM sqlite_master WHERE name = 'file'").one()).toEqual({
      n: 0,
    });
  }));
