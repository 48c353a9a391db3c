// What keeps a conversation's object awake and on time, on a clock that the test moves (R8, R9, security.md §5).
import { describe, expect, it } from "vitest";
import { type Outcome, ok, refuse } from "../../../src/protocol/errors.ts";
import { inHosted } from "./hosted.ts";
import { ADA, finish, principal, says, stalls } from "./rig.ts";

describe("while a turn runs", () => {
  it("an alarm is never more than twenty seconds away, and none is left after it", () =>
    inHosted(async (hosted) => {
      hosted.attempts = [stalls("Some"), stalls(), stalls()];
      hosted.conversation.room.asking.send(ADA, { client_id: "k", content: "Hi" });
      await hosted.pass(3_000);
      for (let i = 0; i < 5; i += 1) {
        expect((hosted.alarm.at ?? 0) - hosted.clock.time).toBeLessThanOrEqual(20_000);
        expect(hosted.alarm.at).not.toBeNull();
        await hosted.pass(10_000);
      }
      await hosted.conversation.room.command(ADA, { type: "turn.cancel", ref: 1, turn_id: 1 });
      await hosted.pass(2_000);
      expect(hosted.alarm.at).toBeNull();
    }));

  it("a user's object that does not answer is asked again, but for no longer than a turn may take", () =>
    inHosted(async (hosted) => {
      let asked = 0;
      hosted.borrow = async () => {
        asked += 1;
        throw new Error("the object is being moved");
      };
      const last = () => hosted.conversation.reading.turns(ADA, null, 1);
      hosted.conversation.room.asking.send(ADA, { client_id: "a", content: "Hi" });
      await hosted.pass(100_000);
      expect(asked).toBeGreaterThan(3);
      hosted.borrow = async () => ok(null);
      hosted.attempts = [says("Hello", finish())];
      await hosted.pass(21_000);
      expect(last()).toMatchObject({ value: [{ state: "finished", attempts: { length: 1 } }] });
      hosted.borrow = async () => {
        throw new Error("the object is being moved");
      };
      hosted.conversation.room.asking.send(ADA, { client_id: "b", content: "Hi" });
      await hosted.pass(921_000);
      expect(last()).toMatchObject({ value: [{ state: "failed", attempts: [] }] });
    }));

  it("a death with nobody connected is mended by the alarm", () =>
    inHosted(async (hosted) => {
      hosted.attempts = [stalls("Once")];
      hosted.conversation.room.asking.send(ADA, { client_id: "k", content: "Hi" });
      await hosted.pass(1_000);
      hosted.attempts = [says(" upon", finish())];
      hosted.start();
      await hosted.pass(30_000);
      expect(hosted.conversation.reading.describe(ADA)).toMatchObject({
        value: { last_message: { content: "Once upon" } },
      });
    }));
});

describe("a login", () => {
  it("is announced a minute before its end and closed on time", () =>
    inHosted(async (hosted) => {
      const stream = await hosted.watch({ ...ADA, exp: hosted.clock.time / 1000 + 3_600 });
      await hosted.pass(3_539_000);
      expect(stream.types).not.toContain("auth.expiring");
      await hosted.pass(1_000);
      await stream.until(({ event }) => event === "auth.expiring");
      expect(stream.events.at(-1)?.data).toEqual({ type: "auth.expiring", in_s: 60 });
      await hosted.pass(59_000);
      expect(stream.types).not.toContain("bye");
      await hosted.pass(1_000);
      await stream.ended();
      expect(stream.events.at(-1)).toMatchObject({ event: "bye", data: { code: "unauthorized" } });
      expect(stream.types.filter((type) => type === "auth.expiring")).toHaveLength(1);
      expect(hosted.left).toEqual([1]);
    }));

  it("with less than a minute left is announced at once", () =>
    inHosted(async (hosted) => {
      const stream = await hosted.watch({ ...ADA, exp: hosted.clock.time / 1000 + 20 });
      expect((await stream.until(({ event }) => event === "auth.expiring")).data.in_s).toBe(20);
    }));

  it("that ends while its stream is being opened opens none", () =>
    inHosted(async (hosted) => {
      const { enter } = hosted;
      hosted.enter = async (who) => {
        const entered = await enter(who);
        hosted.conversation.entrance.revoke({ user_id: ADA.user_id, sid: ADA.sid, before: 0 });
        return entered;
      };
      const opened = await hosted.conversation.entrance.watch(
        ADA,
        { epoch: null, since: null, offset: null },
        null,
        null,
      );
      expect(opened).toMatchObject({ ok: false, error: { code: "unauthorized" } });
    }));

  it("that does not stand is let in nowhere", () =>
    inHosted(async (hosted) => {
      hosted.enter = async (): Promise<Outcome<never>> => refuse("unauthorized", "Log in again.");
      const place = { epoch: null, since: null, turn: null, offset: 0 };
      expect(await hosted.conversation.entrance.admit(ADA, place, null)).toMatchObject({
        error: { code: "unauthorized" },
      });
      expect(await hosted.conversation.entrance.watch(ADA, place, null, null)).toMatchObject({
        error: { code: "unauthorized" },
      });
    }));

  it("of a user with no connection left here is not told of any more", () =>
    inHosted(async (hosted) => {
      const [one, two] = [await hosted.watch(), await hosted.watch()];
      await one.leave();
      await hosted.settle();
      expect(hosted.left).toEqual([]);
      await two.leave();
      await hosted.settle();
      expect(hosted.left).toEqual([1]);
    }));
});

describe("a member who is removed while a stream is being opened", () => {
  it("gets none", () =>
    inHosted(async (hosted) => {
      const { enter } = hosted;
      hosted.enter = async (who) => {
        await hosted.conversation.room.command(ADA, { type: "member.remove", ref: 1, user_id: 2 });
        return enter(who);
      };
      const opened = await hosted.conversation.entrance.watch(
        principal(2),
        { epoch: null, since: null, offset: null },
        null,
        null,
      );
      expect(opened).toMatchObject({ ok: false, error: { code: "not_found" } });
    }));
});

describe("an admission", () => {
  it("is void ten seconds later", () =>
    inHosted(async (hosted) => {
      const place = { epoch: null, since: null, turn: null, offset: 0 };
      const admitted = await hosted.conversation.entrance.admit(ADA, place, null);
      await hosted.clock.advance(10_001);
      expect(admitted.ok && hosted.conversation.entrance.admitted(admitted.value.key)).toBeNull();
    }));

  it("keeps its user on the list of those who must hear of revocations", () =>
    inHosted(async (hosted) => {
      const stream = await hosted.watch();
      await hosted.conversation.entrance.admit(ADA, { epoch: null, since: null, turn: null, offset: 0 }, null);
      await stream.leave();
      await hosted.settle();
      expect(hosted.left).toEqual([]);
    }));
});
