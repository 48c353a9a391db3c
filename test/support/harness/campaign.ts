// One campaign: conversations that talk without pause, a server that is killed under them, and the record of it all.
import type { SQLOutputValue } from "node:sqlite";
import type { FakeProvider } from "../fake-provider.ts";
import type { RunningServer } from "../server.ts";
import { answerTo, question } from "./answers.ts";
import { createConversation, type Person } from "./api.ts";
import { type Boundary, killPlan, type Tripwire } from "./boundaries.ts";
import { RecordingClient } from "./client.ts";
import { readFinalState } from "./final.ts";
import { observeProvider, playAnswers, questionOf, recordOfCall } from "./provider.ts";
import { Random } from "./random.ts";
import type { ConversationRecord } from "./record.ts";
import { until } from "./until.ts";

/** A conversation has at most this many unanswered messages. */
const AHEAD = 2;
/** A boundary that is not met within this time is given up, and the kill comes anyway. */
const PATIENCE = 3_000;

export type Database = (sql: string, ...params: number[]) => Record<string, SQLOutputValue>[];

export interface CampaignOptions {
  server: RunningServer;
  provider: FakeProvider;
  seed: string;
  kills: number;
  /** Two people for each conversation: one writes, both watch. */
  people: [Person, Person][];
  database: Database;
  tripwire: Tripwire;
  withDatabaseBoundaries: boolean;
}

export interface CampaignResult {
  records: ConversationRecord[];
  /** Boundary → how often it was met. */
  met: Map<string, number>;
  missed: number;
}

interface Talk {
  id: number;
  writer: RecordingClient;
  reader: RecordingClient;
  people: [Person, Person];
  ended: number;
}

export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { provider, seed, tripwire } = options;
  const random = new Random(seed);
  playAnswers(provider, new Random(`${seed} provider`));
  const stopObserving = observeProvider(provider, (happening) => tripwire.trip(happening));
  const talks: Talk[] = [];
  for (const people of options.people) talks.push(await startTalk(options, people));
  const converse = setInterval(() => {
    for (const talk of talks) keepTalking(talk, seed, random, tripwire);
  }, 10);

  const kills: ConversationRecord["kills"] = [];
  const met = new Map<string, number>();
  const plan = killPlan(random, options.withDatabaseBoundaries);
  try {
    await everyoneLive(talks, "at the start");
    for (let i = 0; i < options.kills; i++) {
      const { wasMet, ...kill } = await killOnce(options, plan.next().value);
      kills.push(kill);
      if (wasMet) met.set(kill.boundary, (met.get(kill.boundary) ?? 0) + 1);
      await everyoneLive(talks, `after kill ${i + 1} (${kill.boundary})`);
    }
  } finally {
    clearInterval(converse);
  }
  const records: ConversationRecord[] = [];
  for (const talk of talks) records.push(await finish(talk, options, kills));
  stopObserving();
  const missed = options.kills - [...met.values()].reduce((sum, times) => sum + times, 0);
  return { records, met, missed };
}

const everyoneLive = (talks: Talk[], when: string): Promise<void> =>
  until(() => talks.every(({ writer, reader }) => writer.live && reader.live), `all clients live ${when}`);

/** One kill at a boundary, and the restart. */
async function killOnce({ server, tripwire }: CampaignOptions, boundary: Boundary) {
  let gone = Promise.resolve();
  let at = 0;
  const wasMet = await tripwire.arm(boundary, PATIENCE, () => {
    at = Date.now();
    gone = server.kill();
  });
  await gone;
  await server.restart();
  return { at, back: Date.now(), boundary: boundary.name, wasMet };
}

async function startTalk({ server, seed, tripwire }: CampaignOptions, people: [Person, Person]): Promise<Talk> {
  const [one, other] = people;
  const id = await createConversation(server.url, one, [other]);
  const client = (name: string, { token }: Person, onEnd: () => void) =>
    new RecordingClient({
      name,
      url: server.url,
      token,
      conversation: id,
      random: new Random(`${seed} ${name} ${id}`),
      onHappening: (happening) => {
        if (happening.type === "turn_ended") onEnd();
        tripwire.trip(happening);
      },
    });
  const talk: Talk = {
    id,
    people,
    ended: 0,
    writer: client("writer", one, () => {
      talk.ended += 1;
    }),
    reader: client("reader", other, () => {}),
  };
  return talk;
}

/** Sends the next question when there is room, and now and then cancels what is being answered. */
function keepTalking(talk: Talk, seed: string, random: Random, tripwire: Tripwire): void {
  const { writer } = talk;
  if (!writer.live) return;
  if (writer.sent.length - talk.ended < AHEAD && random.chance(0.4)) {
    const words = random.chance(0.1) ? random.between(80, 150) : random.between(5, 40);
    const key = `${seed}/${talk.id}/${writer.sent.length}`;
    writer.send(key, question(key, words));
  }
  const { running } = writer;
  const cancels = tripwire.waitsForCancel ? 0.5 : 0.005;
  if (
    running &&
    running.texts > 0 &&
    !writer.cancels.some((one) => one.turn_id === running.turn) &&
    random.chance(cancels)
  )
    writer.cancel(running.turn);
}

/** Waits until all is quiet, reads what is stored, and closes the record. */
async function finish(
  talk: Talk,
  options: CampaignOptions,
  kills: ConversationRecord["kills"],
): Promise<ConversationRecord> {
  const { writer, reader, id, people } = talk;
  const { provider, server, database } = options;
  const place = `conversation ${id}`;
  await until(() => writer.unacknowledged.length === 0, `every message of ${place} acknowledged`);
  const final = await readFinalState({ url: server.url, person: people[0], conversation: id, database });
  const head = final.events.at(-1)?.seq ?? 0;
  await until(() => writer.seq >= head && reader.seq >= head, `all clients of ${place} at seq ${head}`);
  const ours = provider.calls.filter((call) => questionOf(call).startsWith(`${options.seed}/${id}/`));
  await until(() => ours.every(({ endedAt }) => endedAt !== null), `all calls of ${place} ended`);
  for (const client of [writer, reader]) client.close();
  return {
    id,
    connections: [...writer.connections, ...reader.connections],
    sent: writer.sent,
    cancels: writer.cancels,
    calls: ours.map(recordOfCall),
    kills,
    final,
  };
}

/** What one campaign consisted of, in a line for the log. */
export function summary(records: ConversationRecord[]): string {
  const turns = records.flatMap(({ final }) => final.turns);
  const states = Object.entries(Object.groupBy(turns, ({ state }) => state)).map(
    ([state, some]) => `${some?.length} ${state}`,
  );
  const frames = records.flatMap(({ connections }) => connections).reduce((sum, { frames }) => sum + frames.length, 0);
  const calls = records.reduce((sum, record) => sum + record.calls.length, 0);
  const text = records.flatMap(({ sent }) => sent).reduce((sum, { content }) => sum + answerTo(content).length, 0);
  return `${turns.length} turns (${states.join(", ")}), ${calls} calls, ${frames} frames, ${text} units of text`;
}
