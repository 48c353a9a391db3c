// That everybody hears who takes part in a project, whatever fails or dies on the way.
import { describe, expect, it } from "vitest";
import { ADA, principal } from "../conversation/rig.ts";
import { inProject } from "./staged.ts";

const BOSS = principal(9, "admin");
const CHATS = Array.from({ length: 20 }, (_, index) => index + 1);

describe("a change of who takes part", () => {
  it("reaches every chat and every client", () =>
    inProject(async (staged) => {
      staged.chats = CHATS;
      await staged.project.follow(ADA, "g0");
      await staged.project.keeping.add(ADA, 2, "member");
      await staged.pass(0);
      expect(staged.related).toEqual(CHATS);
      expect(staged.told.at(-1)).toEqual(["g0", { type: "people", user_ids: [ADA.user_id, 2] }]);
      await staged.pass(60_000);
      expect(staged.related).toEqual(CHATS);
    }));

  it("is brought to chats that were away until they have it", () =>
    inProject(async (staged) => {
      staged.chats = [1, 2];
      staged.relate = async (chat) => {
        if (chat === 2) throw new Error("away");
      };
      await staged.project.keeping.add(ADA, 2, "member");
      await staged.pass(12_000);
      staged.relate = async (chat) => void staged.related.push(chat);
      await staged.pass(5_000);
      expect(staged.related).toEqual([1, 2]);
    }));

  it("is brought by the next process when this one died before", () =>
    inProject(async (staged) => {
      staged.chats = [1];
      await staged.project.keeping.add(ADA, 2, "member");
      staged.alarm.at = null;
      staged.start();
      await staged.pass(0);
      expect(staged.related).toEqual([1]);
    }));

  it("is brought though nobody knows whether it was made", () =>
    inProject(async (staged) => {
      staged.chats = [1];
      const before = staged.members;
      Object.defineProperty(staged, "members", {
        get: () => before,
        set: () => {
          throw new Error("D1_ERROR: Network connection lost.");
        },
      });
      await expect(staged.project.keeping.add(ADA, 2, "member")).rejects.toThrow();
      await staged.pass(5_000);
      expect(staged.related).toEqual([1]);
    }));

  it("that comes while another is on its way is brought too", () =>
    inProject(async (staged) => {
      staged.chats = [1];
      await staged.project.keeping.add(ADA, 2, "member");
      staged.relate = async (chat) => {
        staged.relate = async () => void staged.related.push(chat);
        await staged.project.keeping.add(ADA, 3, "member");
      };
      await staged.pass(0);
      expect(staged.related).toEqual([1]);
    }));
});

describe("a project that is deleted", () => {
  it("has its chats erase themselves, its clients sent away, and leaves no trace", () =>
    inProject(async (staged) => {
      staged.chats = [1, 2];
      await staged.project.follow(ADA, "g0");
      expect((await staged.project.keeping.delete(ADA)).ok).toBe(true);
      expect((await staged.project.follow(BOSS, "g0")).ok).toBe(false);
      await staged.pass(0);
      expect([staged.related, staged.told.at(-1)]).toEqual([
        [1, 2],
        ["g0", { type: "people", user_ids: [] }],
      ]);
      expect(staged.tables).toBe(0);
    }));
});
