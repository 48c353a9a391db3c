// Reads what is stored once a conversation is quiet: the log, the history, the ledger, a new client's view, and D1.
import * as z from "zod";
import { Attempt, Message, Turn } from "../../../src/protocol/entities.ts";
import { type Person, readEvents, readFrames, readMessages, readTurns } from "./api.ts";
import type { Database } from "./campaign.ts";
import type { FinalState, StoredAttempt, StoredMessage, StoredTurn } from "./record.ts";
import { until } from "./until.ts";

interface Place {
  url: string;
  person: Person;
  conversation: number;
  database: Database;
}

const StoredMessages = z.array(Message.pick({ id: true, role: true, content: true, turn_id: true, client_id: true }));
const StoredTurns = z.array(Turn.pick({ id: true, question_id: true, answer_id: true, state: true, attempt: true }));
const StoredAttempts = z.array(Attempt.pick({ turn_id: true, attempt: true, reason: true, outcome: true, from: true }));

export async function readFinalState(place: Place): Promise<FinalState> {
  const { url, person, conversation } = place;
  await until(
    async () => (await readTurns(url, person, conversation)).every(({ ended_at }) => ended_at !== null),
    `every turn of conversation ${conversation} ended`,
  );
  const [welcome, snapshot] = await readFrames(url, person, conversation, "");
  if (welcome?.type !== "welcome" || snapshot?.type !== "snapshot") throw new Error("A new client got no snapshot.");
  const messages = await readMessages(url, person, conversation);
  const turns = await readTurns(url, person, conversation);
  const rows = turns.flatMap(({ attempts }) => attempts).length;
  // The outbox drains by itself; what is still missing after this wait is the judge's to name.
  await until(() => readDatabase(place).attempts.length >= rows, "the outbox drained", 20_000).catch(() => {});
  await until(() => readDatabase(place).messages.length >= messages.length, "the outbox drained", 5_000).catch(
    () => {},
  );
  return {
    epoch: welcome.epoch,
    events: await readEvents(url, person, conversation, welcome.epoch),
    messages,
    turns,
    snapshot: { seq: snapshot.seq, messages: snapshot.messages, open: snapshot.turns.length },
    d1: readDatabase(place),
  };
}

function readDatabase({ database, conversation }: Place): {
  messages: StoredMessage[];
  turns: StoredTurn[];
  attempts: StoredAttempt[];
} {
  const rows = (sql: string) => database(sql, conversation);
  return {
    messages: StoredMessages.parse(
      rows("SELECT id, role, content, turn_id, client_id FROM messages WHERE conversation_id = ? ORDER BY id"),
    ),
    turns: StoredTurns.parse(
      rows("SELECT id, question_id, answer_id, state, attempt FROM turns WHERE conversation_id = ? ORDER BY id"),
    ),
    attempts: StoredAttempts.parse(
      rows(
        `SELECT turn_id, attempt, reason, outcome, start AS "from" FROM attempts
         WHERE conversation_id = ? ORDER BY turn_id, attempt`,
      ),
    ),
  };
}
