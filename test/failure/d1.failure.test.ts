// D1 down, slow, lying and back: the conversations go on, and the database ends with exactly what they hold (R11, R14).
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { D1Fault } from "../support/d1-stub.ts";
import { logIn, logOut, type Person, readMessages, readTurns } from "../support/harness/api.ts";
import type { RecordingClient } from "../support/harness/client.ts";
import { until } from "../support/harness/until.ts";
import { faultLines } from "../support/server.ts";
import { openStage, type Stage } from "../support/stage.ts";

/** Below the commands that one socket may send, ms. */
const PAUSE = 60;

let stage: Stage;
let ada: Person;
let conversation: number;
let client: RecordingClient;

beforeEach(async () => {
  stage = await openStage();
  stage.provider.script(() => ({ words: 5, intervalMs: 2 }));
  ada = await stage.person("ada");
  conversation = await stage.conversation([ada]);
  client = await stage.client(ada, conversation);
});
afterEach(() => stage.close());

let asked = 0;

/** Sends a message, waits for its answer's end, and answers how long the acknowledgement took, ms. */
async function ask(): Promise<number> {
  const id = `question ${++asked}`;
  client.send(id, id);
  const record = client.sent.find(({ client_id }) => client_id === id);
  await until(() => (record?.acknowledged.length ?? 0) > 0, `${id} acknowledged`);
  const turn = record?.acknowledged[0]?.turn_id ?? 0;
  await until(
    () =>
      client.connections.some(({ frames }) =>
        frames.some(({ frame }) => frame.type === "turn.finished" && frame.turn.id === turn),
      ),
    `${id} answered`,
  );
  await sleep(PAUSE);
  return (record?.acknowledged[0]?.at ?? 0) - (record?.tries[0]?.at ?? 0);
}

const storedIds = (): number[] =>
  stage.server.d1
    .rows("SELECT id FROM messages WHERE conversation_id = ? ORDER BY id", conversation)
    .map(({ id }) => Number(id));

async function databaseHasAll(patience = 30_000): Promise<void> {
  const ids = (await readMessages(stage.server.url, ada, conversation)).map(({ id }) => id);
  await until(() => storedIds().length >= ids.length, "the database caught up", patience);
  expect(storedIds()).toEqual(ids);
  const turns = await readTurns(stage.server.url, ada, conversation);
  await until(() => {
    const states = stage.server.d1.rows("SELECT state FROM turns WHERE conversation_id = ? ORDER BY id", conversation);
    return JSON.stringify(states.map(({ state }) => state)) === JSON.stringify(turns.map(({ state }) => state));
  }, "the database has every turn's state");
}

const faults: [string, D1Fault][] = [
  ["down", { kind: "down" }],
  ["slow by ten seconds", { kind: "slow", ms: 10_000 }],
  ["failing before it commits", { kind: "error_before" }],
  ["failing after it committed", { kind: "error_after" }],
  ["silent after it committed", { kind: "hang_after" }],
  ["overloaded", { kind: "overloaded" }],
];

it.each(faults)("with a database that is %s, messages are acknowledged and answered as ever", async (_what, fault) => {
  await ask();
  const { d1 } = stage.server;
  d1.fault = fault;
  const before = d1.requests;
  const times: number[] = [];
  // Long enough that the outbox has failed and has tried again.
  await until(async () => {
    times.push(await ask());
    return d1.requests >= before + 3;
  }, "the outbox tried three times");
  expect(Math.max(...times)).toBeLessThan(1_500);
  d1.fault = { kind: "none" };
  await databaseHasAll();
});

it("without a database, history, resume and turns are read from the conversation", async () => {
  await ask();
  stage.server.d1.fault = { kind: "down" };
  await ask();
  expect(await readMessages(stage.server.url, ada, conversation)).toHaveLength(4);
  expect(await readTurns(stage.server.url, ada, conversation)).toHaveLength(2);
  const late = await stage.client(ada, conversation, "late");
  await until(() => late.seq === client.seq, "a client that came during the outage is up to date");
});

it("without a database, what needs it answers unavailable", async () => {
  stage.server.d1.fault = { kind: "down" };
  const { url } = stage.server;
  const headers = { authorization: `Bearer ${ada.token}`, "content-type": "application/json" };
  const answers = await Promise.all([
    fetch(`${url}/api/v1/conversations`, { method: "POST", headers, body: JSON.stringify({ kind: "chat" }) }),
    fetch(`${url}/api/v1/auth/login`, {
      method: "POST",
      headers,
      body: JSON.stringify({ username: "ada", password: "x" }),
    }),
    fetch(`${url}/api/v1/conversations`, { headers }),
  ]);
  for (const answer of answers) {
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ error: { code: "unavailable" } });
  }
});

it("while the database hangs, a session that ends is told on its socket within 5 s", async () => {
  const elsewhere = await logIn(stage.server.url, "ada");
  stage.server.d1.fault = { kind: "slow", ms: 20_000 };
  await logOut(stage.server.url, elsewhere); // its row waits for the database when the next one ends
  await logOut(stage.server.url, ada);
  const told = () => client.connections.some(({ frames }) => frames.some(({ frame }) => frame.type === "bye"));
  await until(told, "the socket was told", 2_500); // sooner than the database is given up
});

it("after an outage the outbox drains by itself, in order, at 500 rows a second or more", async () => {
  stage.server.d1.fault = { kind: "down" };
  const { d1 } = stage.server;
  const before = d1.requests;
  for (let i = 0; i < 100 || d1.requests < before + 3; i++) await ask();
  const batches: { at: number; rows: number }[] = [];
  const seen: number[] = [];
  d1.onMoment = ({ at, statements }) => {
    const rows = statements.filter((sql) => /INSERT INTO (messages|turns|attempts)\b/.test(sql)).length;
    if (at !== "committed" || rows === 0) return undefined;
    batches.push({ at: performance.now(), rows });
    seen.push(...storedIds().slice(seen.length));
    return undefined;
  };
  d1.fault = { kind: "none" };
  await databaseHasAll(70_000);
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  const seconds = ((batches.at(-1)?.at ?? 0) - (batches[0]?.at ?? 0)) / 1_000;
  const rows = batches.slice(1).reduce((sum, batch) => sum + batch.rows, 0);
  console.log(`${rows} rows in ${seconds.toFixed(2)} s`);
  expect(rows).toBeGreaterThan(200);
  expect(rows / seconds).toBeGreaterThan(500);
});

it("in quiet times the database follows within 2 s", async () => {
  for (let i = 0; i < 5; i++) {
    await ask();
    const ids = (await readMessages(stage.server.url, ada, conversation)).map(({ id }) => id);
    await until(() => storedIds().length === ids.length, "the database caught up", 2_000);
  }
  expect(faultLines(stage.server.log)).toEqual([]);
});
