// What is changed of what stands there, while the server is killed: two people with the product's own client edit, delete,
// choose and ask anew; what was acknowledged stays, and both see what is stored.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openConversation } from "../../src/client/conversation.ts";
import { systemEnvironment } from "../../src/client/environment.ts";
import { CommandError } from "../../src/client/requests.ts";
import type { ConversationHandle } from "../../src/client/types.ts";
import type { Message } from "../../src/protocol/entities.ts";
import type { Call } from "../support/fake-provider.ts";
import { createConversation, type Person, postTicket, readMessages, readTurns } from "../support/harness/api.ts";
import { Random } from "../support/harness/random.ts";
import { until } from "../support/harness/until.ts";
import { openStage, type Stage } from "../support/stage.ts";

const SEED = process.env.SEED ?? String(Date.now());
/** Kills of each change at each moment. */
const ROUNDS = Number(process.env.ROUNDS ?? 1);

type Change = "edited" | "deleted" | "answered anew" | "given another answer";
const CHANGES: Change[] = ["edited", "deleted", "answered anew", "given another answer"];

let stage: Stage;
let people: [Person, Person];
let id: number;
let clients: ConversationHandle[];
/** Trips the kill at the next batch that the database receives or has committed. */
let atDatabase: { at: "received" | "committed"; reached: () => void } | null = null;

/** The moment of the kill, seen from outside (decision 001): `command` ends with the acknowledgement, `done` tells what came. */
const MOMENTS: [string, (command: Promise<unknown>, before: number) => Promise<unknown>][] = [
  ["as it is sent", (_, before) => sleep(before % 4)],
  ["as it is acknowledged", (command) => command],
  ["as the model is asked", (command, before) => sooner(command, () => calls().length > before)],
  ["as the model speaks", (command, before) => sooner(command, () => (calls()[before]?.tokensSent ?? 0) > 3)],
  ["on its way to the database", () => database("received")],
  ["as the database has it", () => database("committed")],
];

const calls = (): Call[] => stage.provider.calls;
const database = (at: "received" | "committed") =>
  new Promise<void>((reached) => {
    atDatabase = { at, reached };
  });
/** A change that calls no model is killed when it is acknowledged. */
const sooner = (command: Promise<unknown>, condition: () => boolean) =>
  Promise.race([stage.provider.when(condition), command.then(() => sleep(30))]);

beforeAll(async () => {
  console.log(`SEED=${SEED}`);
  stage = await openStage();
  stage.provider.script(() => ({ words: 12, intervalMs: 3 }));
  stage.server.d1.onMoment = ({ at, statements }) => {
    if (atDatabase?.at !== at || !statements.some((sql) => /\b(messages|turns)\b/i.test(sql))) return undefined;
    atDatabase.reached();
    atDatabase = null;
    return undefined;
  };
  people = [await stage.person("ada"), await stage.person("bob")];
  id = await createConversation(stage.server.url, people[0], [people[1]]);
  clients = people.map((person) =>
    openConversation({
      host: stage.server.url,
      conversationId: id,
      ticket: () => postTicket(stage.server.url, person, id),
      environment: { ...systemEnvironment, random: () => 0 }, // back at once
    }),
  );
  await until(() => clients.every(({ state }) => state.status.state === "live"), "both are live");
});
afterAll(async () => {
  for (const client of clients) client.close();
  await stage.close();
});

describe("a message that is changed while the server is killed", () => {
  const random = new Random(SEED);
  const seen = { contents: new Map<number, string>(), deleted: new Set<number>(), turns: new Map<number, number>() };

  it.each(MOMENTS)("%s keeps its change, everywhere", async (_name, moment) => {
    for (let round = 0; round < ROUNDS; round += 1)
      for (const change of CHANGES) {
        const question = await asked(random);
        const before = calls().length;
        const done = repeated(change, question, random);
        await Promise.race([moment(done.first, before), sleep(2_000)]);
        await stage.server.kill();
        await stage.server.restart();
        await done.acknowledged;
        if (change === "deleted") seen.deleted.add(question);
        else seen.contents.set(question, done.content);
        await quiet();
        await agrees(question, change);
      }
    await expectStored(seen);
  });
});

/** A question with two answers, at rest. */
async function asked(random: Random): Promise<number> {
  const [ada] = clients;
  if (!ada) throw new Error("There is nobody.");
  const { message_id } = await ada.send(`question ${random.next()}`);
  await quiet();
  await ada.retry(message_id);
  await quiet();
  return message_id;
}

/** The change, made again on the next connection when nobody knows whether it was made. */
function repeated(change: Change, question: number, random: Random) {
  const [ada] = clients;
  if (!ada) throw new Error("There is nobody.");
  const content = change === "edited" ? `another question ${random.next()}` : (message(ada, question)?.content ?? "");
  const other = ada.state.messages.find(
    (one) => one.reply_to === question && one.id !== message(ada, question)?.answer_id,
  );
  const make = () => {
    if (change === "edited") return ada.edit(question, content);
    if (change === "deleted") return ada.remove(question);
    if (change === "answered anew") return ada.retry(question);
    return ada.selectAnswer(other?.id ?? 0);
  };
  const first = make();
  const again = async (failure: unknown): Promise<void> => {
    if (!(failure instanceof CommandError) || failure.error.code !== "unavailable") throw failure;
    await until(() => ada.state.status.state === "live", "the writer is live again");
    // Asked anew twice would be two answers: whether the first was heard is told by its turn.
    if (change === "answered anew" && (await answersOf(question)) > 2) return;
    await make().catch(again);
  };
  return { content, first: first.catch(() => {}), acknowledged: first.catch(again) };
}

const message = (client: ConversationHandle, wanted: number): Message | undefined =>
  client.state.messages.find((one) => one.id === wanted);

const answersOf = async (question: number): Promise<number> =>
  (await readTurns(stage.server.url, people[0], id)).filter((turn) => turn.question_id === question).length;

/** Both are live and nothing is being answered. */
const quiet = (): Promise<void> =>
  until(
    () =>
      clients.every(
        ({ state }) =>
          state.status.state === "live" && [...state.turns.values()].every(({ ended_at }) => ended_at !== null),
      ),
    "all is quiet",
  );

/** What both show of the question and its answers is what is stored, each call has its row, and no turn was doubled. */
async function agrees(question: number, change: Change): Promise<void> {
  const stored = await readMessages(stage.server.url, people[0], id);
  const turns = (await readTurns(stage.server.url, people[0], id)).filter((turn) => turn.question_id === question);
  const shown = (client: ConversationHandle) => client.state.messages.map(essence);
  await until(
    () => clients.every((client) => JSON.stringify(shown(client)) === JSON.stringify(stored.map(essence))),
    "both show what is stored",
    5_000,
  ).catch(() => {});
  for (const client of clients) expect(shown(client)).toEqual(stored.map(essence));
  expect(turns).toHaveLength(change === "edited" || change === "answered anew" ? 3 : 2);
}

const essence = ({ id, content, answer_id, edited_at, deleted_at }: Message) => ({
  id,
  content,
  answer_id: answer_id ?? null,
  edited_at: edited_at ?? null,
  deleted_at: deleted_at ?? null,
});

/** In the conversation and in D1: every acknowledged text, and of what was deleted not a word. */
async function expectStored(seen: { contents: Map<number, string>; deleted: Set<number> }): Promise<void> {
  const stored = await readMessages(stage.server.url, people[0], id);
  for (const [question, content] of seen.contents)
    expect(stored.find((one) => one.id === question)?.content).toBe(content);
  for (const question of seen.deleted) expect(stored.find((one) => one.id === question)?.content).toBe("");
  const wanted = JSON.stringify(stored.map((one) => [one.id, one.content]));
  const mirrored = () =>
    JSON.stringify(
      stage.server.d1
        .rows("SELECT id, content FROM messages WHERE conversation_id = ? ORDER BY id", id)
        .map((row) => [row.id, row.content]),
    );
  await until(() => mirrored() === wanted, "the database holds what the conversation holds", 20_000).catch(() => {});
  expect(mirrored()).toBe(wanted);
  const rows = (await readTurns(stage.server.url, people[0], id)).flatMap(({ attempts }) => attempts);
  expect(rows.filter(({ outcome }) => outcome !== "lost").length).toBeLessThanOrEqual(calls().length);
  expect(rows.length).toBeGreaterThanOrEqual(calls().length);
}
