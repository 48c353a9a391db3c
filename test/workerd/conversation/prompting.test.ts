// What a question may say about what the model is shown with it.
import { expect, it } from "vitest";
import { ADA, finish, inRig, principal, says } from "./rig.ts";

it("a question that wants no history is asked alone, and the next one is not", () =>
  inRig(async (rig) => {
    rig.attempts = [1, 2, 3].map((n) => says(`Answer ${n}.`, finish()));
    for (const [client_id, content, data] of [
      ["a", "First?", {}],
      ["b", "Alone?", { include_history: false }],
      ["c", "Third?", {}],
    ] as const) {
      rig.room.asking.send(ADA, { client_id, content, data });
      await rig.pass(1_000);
    }
    const asked = rig.requests.map(({ messages }) => messages.map(({ content }) => content));
    expect(asked[1]).toEqual(["Alone?"]);
    expect(asked[2]).toEqual(["First?", "Answer 1.", "Alone?", "Answer 2.", "Third?"]);
  }));

it("a message that refers to another one is shown behind its beginning, and who said that", () =>
  inRig(
    async (rig) => {
      const long = `Ten years ago\n\n${"word ".repeat(200)}`;
      rig.attempts = ["The answer.", "Yes.", "No."].map((answer) => says(answer, finish()));
      const say = async (who: number, content: string, more: { reply_to?: number; answer?: boolean } = {}) => {
        rig.room.asking.send(principal(who), { client_id: content, content, ...more });
        await rig.pass(1_000);
        return rig.journal.lastMessageId;
      };
      const first = await say(1, long, { answer: false });
      const answer = await say(2, "Why?", {});
      await say(2, "Is that so?", { reply_to: first });
      const lately = await say(1, "Sure?", { reply_to: answer });
      expect(lately).toBeGreaterThan(answer);
      const [, second, third] = rig.requests.map(({ messages }) => messages.at(-1)?.content ?? "");
      expect(second).toMatch(/^> In reply to user 1: Ten years ago word [^\n]*word…\n\nuser 2: Is that so\?$/);
      expect(second?.length).toBeLessThan(360);
      expect(third).toBe("> In reply to assistant: The answer.\n\nuser 1: Sure?");
      await rig.room.command(ADA, { type: "message.delete", ref: 1, message_id: first });
      await rig.settle();
      rig.attempts = [says("Well.", finish())];
      rig.room.asking.send(principal(2), { client_id: "x", content: "And that?", reply_to: first });
      await rig.pass(1_000);
      expect(rig.requests.at(-1)?.messages.at(-1)?.content).toBe("user 2: And that?");
    },
    {},
    [
      [1, "owner"],
      [2, "member"],
    ],
  ));
