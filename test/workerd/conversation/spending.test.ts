// What an answer takes off its user's day (security.md §6).
import { expect, it } from "vitest";
import { inHosted } from "./hosted.ts";
import { ADA, finish, says, USAGE } from "./rig.ts";

it("an answer costs the tokens that its provider counted, and an estimate where it did not", () =>
  inHosted(async (hosted) => {
    hosted.attempts = [says("Hello", finish()), says("Hello again", { type: "finish", reason: "stop", usage: null })];
    for (const client_id of ["a", "b"]) {
      hosted.conversation.room.asking.send(ADA, { client_id, content: "Hi" });
      await hosted.pass(1_000);
    }
    expect(hosted.settled).toEqual([USAGE.total_tokens, expect.any(Number)]);
    expect(hosted.settled[1]).toBeGreaterThan(USAGE.total_tokens);
  }));
