// The console's examples are what the server understands; its log is bounded, filtered and saved.
import { describe, expect, it } from "vitest";
import { ClientFrame, ClientSignal, Command } from "../../../src/protocol/commands.ts";
import { VOCABULARIES } from "../../../src/vocabularies/registry.ts";
import { DIALECTS } from "../../../src/web/console/dialects.ts";
import { asFile, type Entry, matching, roomIn, withEntry, withoutSecret } from "../../../src/web/console/log-book.ts";

const PLACES = { conversation: 42, project: 3, room: "room_0b9fbb33-9e52-4bd5-a1c4-95e1e6f6b1c2", client_id: "k1" };
const SPEAKER = { user_id: 7, session: { by: "conversation", id: 42 } as const };

describe("the console's examples", () => {
  const { native, ...others } = DIALECTS;

  it.each(Object.entries(others).map(([name, dialect]) => [name, dialect] as const))(
    "of %s are heard by that vocabulary",
    (name, { examples }) => {
      const vocabulary = Object.values(VOCABULARIES).find((each) => each.name === name);
      for (const { event, payload } of examples(PLACES))
        expect([event, vocabulary?.hear(event, payload, SPEAKER)?.ok]).toEqual([event, true]);
    },
  );

  it("of the native frames are frames, and every frame that a client may send has one", () => {
    const frames = native
      .examples(PLACES)
      .map(({ event, payload }) => ClientFrame.parse({ type: event, ...Object(payload) }));
    const types = [...Command.options, ...ClientSignal.options].map((option) => option.shape.type.value);
    expect(frames.map(({ type }) => type).toSorted()).toEqual(types.toSorted());
  });
});

describe("the console's log", () => {
  const entry = (raw: string): Omit<Entry, "n"> => ({ at: 1_000, direction: "in", raw, size: raw.length });
  const book = ["2", "3", '42["Chat"]', "ping"].reduce<readonly Entry[]>((all, raw) => withEntry(all, entry(raw)), []);

  it("numbers its entries, and keeps the last two thousand", () => {
    let long: readonly Entry[] = [];
    for (let n = 0; n < 2_005; n++) long = withEntry(long, entry("x"));
    expect([long.length, long[0]?.n, long.at(-1)?.n]).toEqual([2_000, 6, 2_005]);
  });

  it("leaves heartbeats out unless they are wanted, and finds text in any case", () => {
    const raws = (text: string, heartbeats: boolean) => matching(book, { text, heartbeats }).map(({ raw }) => raw);
    expect(raws("", false)).toEqual(['42["Chat"]']);
    expect(raws("", true)).toHaveLength(4);
    expect(raws(" chat ", true)).toEqual(['42["Chat"]']);
  });

  it("is saved as one JSON object a line", () => {
    const lines = asFile(book).trimEnd().split("\n");
    expect(lines).toHaveLength(4);
    expect(JSON.parse(lines[2] ?? "")).toEqual({
      at: "1970-01-01T00:00:01.000Z",
      direction: "in",
      size: 10,
      raw: '42["Chat"]',
    });
  });

  it("does not hold the token that the client sends", () => {
    expect(withoutSecret('40{"token":"abc.def"}', "abc.def")).toBe('40{"token":"<access token>"}');
    expect(withoutSecret("40", "")).toBe("40");
  });

  it("knows the room that the server named", () => {
    expect(roomIn(`42/assistant/realtime,["room_created console",{"room_id":"${PLACES.room}"}]`)).toBe(PLACES.room);
    expect(roomIn('42["room_error",{}]')).toBeNull();
  });
});
