// The copy of the relations that an interview's object keeps: taken over in order, and good enough while D1 is away.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Party } from "../../../src/store/interviews.ts";
import { Hosted } from "../conversation/hosted.ts";
import { principal } from "../conversation/rig.ts";

const PARENT = principal(5, "patient");
const relation = (user_id: number): Party => ({
  ...{ user_id, name: `user ${user_id}`, role: "patient", via: "relation", entity_id: 70, starter: false },
});

const inInterview = (work: (hosted: Hosted) => Promise<void>): Promise<void> =>
  runInDurableObject(env.CONVERSATION.getByName(`interview ${crypto.randomUUID()}`), async (_, state) => {
    const hosted = new Hosted(state.storage);
    hosted.parties = async () => [relation(PARENT.user_id)];
    await hosted.create("An interview", PARENT, "interview");
    await work(hosted);
  });
const opens = async ({ conversation }: Hosted) => (await conversation.interviewing.open(PARENT, 70)).ok;

describe("an interview whose D1", () => {
  it("is away is open to those who were related last, also after a restart", () =>
    inInterview(async (hosted) => {
      hosted.parties = async () => {
        throw new Error("D1_ERROR: away");
      };
      expect(await opens(hosted)).toBe(true);
      hosted.start();
      expect(await opens(hosted)).toBe(true);
    }));

  it("hangs is waited for two seconds, then those who were related last may open it", () =>
    inInterview(async (hosted) => {
      hosted.parties = () => new Promise(() => {});
      const opening = opens(hosted);
      await hosted.clock.advance(2_000, hosted.settle);
      expect(await opening).toBe(true);
    }));

  it("answers late what it knew before a relation ended, does not bring the relation back", () =>
    inInterview(async (hosted) => {
      let answer = (_: Party[]) => {};
      hosted.parties = () =>
        new Promise((resolve) => {
          answer = resolve;
        });
      const opening = opens(hosted);
      await hosted.settle();
      const late = answer;
      const ended = hosted.conversation.relating.relate();
      await hosted.settle();
      hosted.parties = async () => [];
      late([relation(PARENT.user_id)]);
      await Promise.all([opening, ended]);
      expect(await opens(hosted)).toBe(false);
      expect(hosted.conversation.reading.describe(PARENT).ok).toBe(false);
    }));

  it("names somebody who has left by himself, does not bring him back", () =>
    inInterview(async (hosted) => {
      const command = { type: "member.remove", ref: 1, user_id: PARENT.user_id } as const;
      expect((await hosted.conversation.room.command(PARENT, command)).ok).toBe(true);
      expect(await opens(hosted)).toBe(false);
    }));
});
