// What a question may say about what the model is shown with it.
import { expect, it } from "vitest";
import { ADA, finish, inRig, says } from "./rig.ts";

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
