// R5 and R6 of reliability.md, seen from the client: for any schedule of events, text, sends and faults, what it shows
// in the end is what the server holds; no message is stored twice, and none is lost.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { ConversationHandle } from "../../../src/client/types.ts";
import type { Message } from "../../../src/protocol/entities.ts";
import { FakeServer } from "./fake-server.ts";
import { onFakeTime, open, pass } from "./open.ts";

onFakeTime();

interface Run {
  server: FakeServer;
  client: ConversationHandle;
  sent: string[];
}
const step = <T>(name: string, value: fc.Arbitrary<T>, act: (run: Run, value: T) => unknown) =>
  value.map((v) => Object.assign((run: Run) => act(run, v), { toString: () => `${name}(${JSON.stringify(v)})` }));
const small = fc.nat({ max: 6 });
const any = ({ messages }: FakeServer, n: number) => 1 + (n % Math.max(1, messages.length));

const happenings = [
  step("post", fc.string(), ({ server }, text) => void server.post(text)),
  step("start", fc.constant(0), ({ server }) => server.start()),
  step("text", fc.string({ minLength: 1, unit: "grapheme" }), ({ server }, text) => server.text(text)),
  step("reset", fc.constant(0), ({ server }) => server.reset()),
  step("end", fc.constantFrom("finished" as const, "cancelled", "interrupted", "failed"), ({ server }, how) =>
    server.finish(how),
  ),
  step("edit", fc.tuple(fc.nat(), fc.string()), ({ server }, [n, text]) => server.edit(any(server, n), text)),
  step("delete", fc.nat(), ({ server }, n) => server.remove(any(server, n))),
  step("select", fc.nat(), ({ server }, n) => server.select(any(server, n))),
  step("load around", fc.integer({ min: 1, max: 40 }), ({ client }, id) => void client.loadAround(id).catch(() => {})),
  step("load older", fc.constant(0), ({ client }) => void client.loadOlder().catch(() => {})),
  step("unknown event", fc.constant(0), ({ server }) => server.append({ type: "future.thing", detail: "new" })),
  step(
    "send",
    fc.string().map((text) => `say ${text}`),
    ({ client, sent }, text) => {
      sent.push(text);
      void client.send(text);
    },
  ),
];

const faults = [
  step("cut", fc.constant(0), ({ server }) => server.ends.at(-1)?.cut()),
  step("bye", fc.constant(0), ({ server }) => server.ends.at(-1)?.close(1012)),
  step("lose", small, ({ server }, count) => {
    server.swallow = count;
  }),
  step("repeat", small, ({ server }, count) => server.repeat(count)),
  step("repeat text", small, ({ server }, length) => server.repeatText(length)),
  step("replay early", small, ({ server }, overlap) => {
    server.overlap = overlap;
  }),
  step("snapshots", fc.boolean(), ({ server }, on) => {
    server.forceSnapshot = on;
  }),
  step("restored store", fc.nat({ max: 2 }), ({ server }, n) => {
    server.epoch = `e${n}`;
  }),
  step("refuse", fc.boolean(), ({ server }, on) => {
    server.refuseUpgrade = on;
  }),
  step("lost acknowledgement", fc.constant(0), ({ server }) => {
    server.intercept = (command, end) => {
      if (command.type !== "message.send") return undefined;
      server.intercept = () => undefined;
      setTimeout(() => end.cut(), 0);
      return undefined;
    };
  }),
];

const pause = step("pass", fc.constantFrom(1, 2, 3, 30, 600), (_, ms) => pass(ms));
const schedule = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.oneof(...happenings) },
    { weight: 3, arbitrary: pause },
    { weight: 1, arbitrary: fc.oneof(...faults) },
  ),
  { maxLength: 120, size: "max" },
);

it("any schedule of events, text and faults ends with what a fresh reader sees", async () => {
  await fc.assert(
    fc.asyncProperty(schedule, async (steps) => {
      const server = new FakeServer();
      server.snapshot = 8; // so that older ones are soon out of its sight
      const client = open(server);
      const run: Run = { server, client, sent: [] };
      for (const act of steps) await act(run);

      server.refuseUpgrade = false;
      server.swallow = 0;
      await pass(1);
      server.text("the end"); // what was lost without notice shows at the next frame
      server.post("the end");
      await pass(60_000);

      const fresh = open(server);
      await pass(100);
      const shown = client.state.messages;
      expect(client.state.status.state).toBe("live");
      const ids = new Set(shown.map(({ id }) => id));
      expect(shown).toEqual(server.messages.filter(({ id }) => ids.has(id)));
      const holes = shown.filter(({ id }, at) => shown[at + 1] && !ids.has(id + 1)).map(({ id }) => id);
      expect([...client.state.gaps].sort((a, b) => a - b)).toEqual(holes);
      expect(client.state.older).toBe(!ids.has(1));
      expect(shown.slice(-8)).toEqual(fresh.state.messages);
      expect(client.state.turns.get(server.turn?.id ?? 0)?.text).toBe(server.turn?.text);
      expect(client.state.pending).toEqual([]);
      const own = server.messages.filter((m) => m.author?.name === "Ann");
      expect(own).toHaveLength(run.sent.length);
      const asSent = (m: Message, i: number) => m.edited_at || m.deleted_at || m.content === run.sent[i];
      expect(own.every(asSent)).toBe(true);
      client.close();
      fresh.close();
    }),
    { numRuns: 500 },
  );
});
