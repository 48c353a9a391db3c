// Who follows through the gateway, loses his line in mid-answer and comes back without a place, as every client does that
// cannot recover: what he is told, in the words of each system.
import { describe, expect, it } from "vitest";
import { VOCABULARIES, type VocabularyName } from "../../../src/vocabularies/registry.ts";
import { type Hosted, inHosted } from "./hosted.ts";
import { ADA, finish, principal, says } from "./rig.ts";

const NAMES = { conversation_id: 7, room_id: "room_1", chat_id: "c", model: "test:model" };
const BOB = principal(2);

function follow(hosted: Hosted, who = ADA, since: { seq: number; offset: number } | null = null) {
  const followed = hosted.conversation.broadcast.follow(who, "g0", since);
  if (!followed.ok) throw new Error(followed.error.message);
  return followed.value.told.map(({ happening }) => happening);
}
const told = (...asked: Parameters<typeof follow>) => follow(...asked).map(({ type }) => type);

/** Both follow, Ada has asked, and a part of the answer is there; `end` lets it end. */
async function midAnswer(hosted: Hosted): Promise<{ end: () => Promise<void> }> {
  follow(hosted);
  follow(hosted, BOB);
  const gate = Promise.withResolvers<void>();
  hosted.attempts = [says("Two ", gate.promise, "minutes.", finish())];
  hosted.conversation.room.asking.send(ADA, { client_id: "c1", content: "How long?" });
  await hosted.pass(1_000);
  return {
    async end() {
      gate.resolve();
      await hosted.pass(1_000);
    },
  };
}

const WORDS: Record<VocabularyName, [event: string, field: object][]> = {
  interview: [
    ["ai_message", { type: "status" }],
    ["ai_token", { token: "Two minutes.", offset: 0 }],
    ["ai_message", { type: "ai_response", message_id: 2, content: { message: "Two minutes." } }],
  ],
  chat: [
    ["conversation_token", { token: "Two minutes.", offset: 0 }],
    ["conversation", { user_message: { id: 1 }, assistant_responses: [{ id: 2, content: "Two minutes." }] }],
  ],
  assistant_rooms: [
    ["stream_start room_1", { message_id: 2 }],
    ["stream_chunk room_1", { content: "Two minutes.", done: false }],
    ["stream_chunk room_1", { content: "", done: true }],
    ["stream_end room_1", { message_id: 2 }],
    ["message room_1", { data: { content: "Two minutes." } }],
    ["receive_message room_1", { data: { content: "Two minutes." } }],
  ],
  documents: [
    ["message_received", { status: "processing" }],
    ["message_sources", {}],
    ["message_token", { token: "Two minutes." }],
    ["message_complete", { chat_id: 7 }],
  ],
  file_rooms: [
    ["ai_thinking", {}],
    ["ai_response_chunk", { chunk: "Two minutes." }],
    ["ai_response_complete", { message_id: 2, content: "Two minutes." }],
  ],
};

describe("an answer that ends while one who waits for it has no line", () => {
  it.each(Object.values(VOCABULARIES))("is told whole when he comes back ($name)", ({ name, tell }) =>
    inHosted(async (hosted) => {
      const { end } = await midAnswer(hosted);
      hosted.conversation.lost(ADA.user_id, "line 1", false);
      await end();
      const wires = follow(hosted).flatMap((happening) => tell(happening, NAMES));
      expect(wires).toMatchObject(WORDS[name].map(([event, payload]) => ({ event, payload, to: "all" })));
    }),
  );

  it("is told once for each line that was lost, and to nobody who had it", () =>
    inHosted(async (hosted) => {
      const { end } = await midAnswer(hosted);
      for (const line of ["line 1", "line 2", "line 2"]) hosted.conversation.lost(ADA.user_id, line, false);
      await end();
      const whole = ["underway", "text", "closed"];
      expect([told(hosted, BOB), told(hosted), told(hosted), told(hosted)]).toEqual([[], whole, whole, []]);
    }));

  it("is told after a kill, of which nobody knows when it cut the line", () =>
    inHosted(async (hosted) => {
      await midAnswer(hosted);
      hosted.attempts = [says("minutes.", finish())];
      hosted.start();
      hosted.conversation.lost(ADA.user_id, "line 1", true);
      await hosted.pass(30_000);
      hosted.start();
      expect(told(hosted)).toEqual(["underway", "text", "closed"]);
      expect(told(hosted)).toEqual([]);
    }));

  it("is not told again to one who was back before his old line was found cut", () =>
    inHosted(async (hosted) => {
      const { end } = await midAnswer(hosted);
      hosted.conversation.attend("g1", [{ user_id: ADA.user_id, name: ADA.name, since: "2027-01-15T08:00:00.000Z" }]);
      hosted.conversation.lost(ADA.user_id, "line 1", true);
      await end();
      expect(told(hosted)).toEqual([]);
    }));

  it("is not told again to one who came back in time, or goes on from his place", () =>
    inHosted(async (hosted) => {
      const { end } = await midAnswer(hosted);
      for (const user of [ADA, BOB]) hosted.conversation.lost(user.user_id, `line of ${user.user_id}`, false);
      expect(told(hosted)).toEqual(["underway", "text"]);
      await end();
      expect(told(hosted, BOB, { seq: 3, offset: 0 }).at(-1)).toBe("closed");
      expect([told(hosted), told(hosted, BOB)]).toEqual([[], []]);
    }));

  it("is not told when it was deleted meanwhile, nor to one whose line was lost when nothing was awaited", () =>
    inHosted(async (hosted) => {
      const { end } = await midAnswer(hosted);
      hosted.conversation.lost(ADA.user_id, "line 1", false);
      await end();
      hosted.conversation.lost(BOB.user_id, "line 2", false);
      await hosted.conversation.room.command(ADA, { type: "message.delete", ref: 1, message_id: 1 });
      expect([told(hosted), told(hosted, BOB)]).toEqual([[], []]);
    }));
});
