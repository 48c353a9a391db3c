// The judge of a record: R1 to R11 of reliability.md, each as a rule that finds violations. Pure, so that it can itself
// be tried with bad records; a judge that cannot find a fault proves nothing.
import { isDeepStrictEqual } from "node:util";
import type { Attempt } from "../../../src/protocol/entities.ts";
import { answerTo } from "./answers.ts";
import { type Reading, readConnection, turnEnd } from "./reading.ts";
import type { CallRecord, ConversationRecord, FinalState } from "./record.ts";

export interface Violation {
  rule: string;
  conversation: number;
  detail: string;
}

interface Case {
  record: ConversationRecord;
  readings: (Reading & { client: string })[];
  wrong: (rule: string, detail: string) => void;
}

/** Clock readings of two processes on one machine may differ by this much, ms. */
const CLOCK_SLACK = 20;
/** A cancelled turn's stream is closed within a second (R7). */
const CLOSE_WITHIN = 1_000;
/** A client is live again within 5 s of the restart (R6). */
const LIVE_WITHIN = 5_000;

export function judge(record: ConversationRecord): Violation[] {
  const violations: Violation[] = [];
  const wrong = (rule: string, detail: string) => violations.push({ rule, conversation: record.id, detail });
  const readings = record.connections.map((connection) => ({
    client: connection.client,
    ...readConnection(connection, (rule, detail) => wrong(rule, `${connection.client}: ${detail}`)),
  }));
  const trial: Case = { record, readings, wrong };
  for (const rule of [
    acknowledgedIsDurable,
    seenIsStored,
    onceOnly,
    ledgerIsTheCalls,
    seqWithoutGap,
    everyoneCaughtUp,
    cancelledStaysCancelled,
    everyTurnEndsOnce,
    answersAreTheProviders,
    databaseFollows,
  ])
    rule(trial);
  return violations;
}

/** R1: what was acknowledged is in the log and in the history, unchanged. */
function acknowledgedIsDurable({ record, wrong }: Case): void {
  const { messages, events } = record.final;
  for (const send of record.sent)
    for (const { message_id, seq } of send.acknowledged) {
      const stored = messages.find((message) => message.id === message_id);
      if (!stored) wrong("R1", `message ${message_id} was acknowledged and is gone`);
      else if (stored.content !== send.content || stored.client_id !== send.client_id)
        wrong("R1", `message ${message_id} was acknowledged and is stored differently`);
      const event = seq === null ? null : events.find((one) => one.seq === seq);
      if (seq !== null && (event?.type !== "message.created" || event.message.id !== message_id))
        wrong("R1", `message ${message_id} was acknowledged with seq ${seq}, which is another event`);
    }
}

/** R2: what a client has seen is stored, byte for byte. */
function seenIsStored({ record, readings, wrong }: Case): void {
  const { events } = record.final;
  const bySeq = new Map(events.map((event) => [event.seq, event]));
  const withdrawn = (turn: number, seq: number) =>
    events.some((event) => event.type === "turn.reset" && event.turn_id === turn && event.seq > seq);
  const texts = answersByTurn(record.final);
  for (const reading of readings) {
    for (const event of reading.events)
      if (!isDeepStrictEqual(bySeq.get(event.seq), event))
        wrong("R2", `${reading.client} saw event ${event.seq} (${event.type}), which is not what is stored`);
    for (const { turn, from, text, seq } of reading.texts)
      if (!withdrawn(turn, seq) && (texts.get(turn) ?? "").slice(from, from + text.length) !== text)
        wrong("R2", `${reading.client} saw text of turn ${turn} at ${from} that is not stored`);
  }
}

/** R3: one client_id is one message and one turn, and every answer to it says so. */
function onceOnly({ record, wrong }: Case): void {
  for (const { client_id, acknowledged, refused } of record.sent) {
    const messages = record.final.messages.filter((message) => message.client_id === client_id);
    if (messages.length > 1) wrong("R3", `client_id ${client_id} is stored ${messages.length} times`);
    const [message] = messages;
    const turns = record.final.turns.filter((turn) => turn.question_id === message?.id);
    if (turns.length > 1) wrong("R3", `client_id ${client_id} has ${turns.length} turns`);
    if (acknowledged.filter(({ repeated }) => repeated === false).length > 1)
      wrong("R3", `client_id ${client_id} was twice acknowledged as new`);
    for (const { message_id, turn_id } of acknowledged)
      if (message_id !== message?.id || turn_id !== (turns[0]?.id ?? null))
        wrong("R3", `client_id ${client_id} was acknowledged as message ${message_id}, turn ${turn_id}`);
    for (const code of refused) wrong("R3", `client_id ${client_id} was refused: ${code}`);
  }
}

/** R4: ledger rows and provider calls are the same, row by row; a row may lack its call only if its process died. */
function ledgerIsTheCalls({ record, wrong }: Case): void {
  const question = new Map(record.final.messages.map((message) => [message.id, message.content]));
  const unclaimed = new Set(record.calls);
  for (const turn of record.final.turns) {
    const rows = [...turn.attempts].sort((a, b) => a.attempt - b.attempt);
    const calls = record.calls.filter((call) => call.question === question.get(turn.question_id));
    if (rows.length > 3) wrong("R4", `turn ${turn.id} had ${rows.length} attempts`);
    rows.forEach((row, i) => {
      if (row.attempt !== i + 1) wrong("R4", `turn ${turn.id} has no ledger row for attempt ${i + 1}`);
      if (row.outcome === "running") wrong("R4", `turn ${turn.id} attempt ${row.attempt} is still open in the ledger`);
      if (i < rows.length - 1 && (row.outcome === "ok" || row.outcome === "cancelled"))
        wrong("R4", `turn ${turn.id} was attempted again after the outcome ${row.outcome}`);
    });
    // The last row first: a call belongs to the last row that was written before it.
    for (const row of rows.toReversed())
      if (!claim(calls, unclaimed, row) && row.outcome !== "lost" && row.outcome !== "cancelled")
        wrong("R4", `turn ${turn.id} attempt ${row.attempt} is ${row.outcome}, but the provider saw no such call`);
  }
  for (const call of unclaimed)
    wrong(
      "R4",
      `the provider was called for "${call.question}" from ${call.partial.length} without a ledger row before`,
    );
}

/** Takes the last call not yet taken that this row can stand for: at the same offset, and not before the row. */
function claim(calls: CallRecord[], unclaimed: Set<CallRecord>, { from, started_at }: Attempt): boolean {
  const started = Date.parse(started_at);
  const call = calls.findLast(
    (one) => unclaimed.has(one) && one.partial.length === from && started <= one.arrived + CLOCK_SLACK,
  );
  return call !== undefined && unclaimed.delete(call);
}

/** R5: the log is 1…n. (Order and offsets of each connection are judged while it is read.) */
function seqWithoutGap({ record, wrong }: Case): void {
  record.final.events.forEach((event, i) => {
    if (event.seq !== i + 1) wrong("R5", `the log has seq ${event.seq} at place ${i + 1}`);
  });
  const ids = record.final.messages.map((message) => message.id);
  if (ids.some((id, i) => i > 0 && id <= (ids[i - 1] ?? 0))) wrong("R5", "message ids do not rise");
}

/** R6: at rest every client's last connection knows all, in one epoch; after a kill it was back in time. */
function everyoneCaughtUp({ record, readings, wrong }: Case): void {
  const head = record.final.events.at(-1)?.seq ?? 0;
  if (record.final.snapshot.seq !== head)
    wrong("R6", `a new client is shown seq ${record.final.snapshot.seq} of ${head}`);
  const last = new Map(readings.map((reading) => [reading.client, reading.seq]));
  for (const [client, seq] of last) if (seq !== head) wrong("R6", `${client} ended at seq ${seq} of ${head}`);
  for (const { client, frames } of record.connections)
    for (const { frame } of frames)
      if (frame.type === "welcome" && frame.epoch !== record.final.epoch) wrong("R6", `${client} met another epoch`);
  for (const client of last.keys())
    for (const { at: killed, back } of record.kills) {
      const welcomes = record.connections.filter((one) => one.client === client).flatMap(welcomeTimes);
      const next = welcomes.find((at) => at >= killed);
      if (next === undefined || next - back > LIVE_WITHIN) wrong("R6", `${client} was not live 5 s after a restart`);
    }
}

const welcomeTimes = (connection: ConversationRecord["connections"][number]): number[] =>
  connection.frames.filter(({ frame }) => frame.type === "welcome").map(({ at }) => at);

/** R7: an acknowledged cancel is the end: no call after it, no text after its event, the stream closed within 1 s. */
function cancelledStaysCancelled({ record, wrong }: Case): void {
  const question = new Map(record.final.messages.map((message) => [message.id, message.content]));
  for (const { turn_id, acknowledged } of record.cancels) {
    if (!acknowledged) continue;
    const turn = record.final.turns.find((one) => one.id === turn_id);
    if (turn?.state !== acknowledged.state)
      wrong("R7", `turn ${turn_id} was acknowledged as ${acknowledged.state} and is ${turn?.state ?? "gone"}`);
    if (!turn || acknowledged.state !== "cancelled") continue;
    for (const call of record.calls.filter((one) => one.question === question.get(turn.question_id))) {
      if (call.arrived > acknowledged.at + CLOCK_SLACK)
        wrong("R7", `turn ${turn_id} was called again after its cancel`);
      if (call.ended === null || call.ended - acknowledged.at > CLOSE_WITHIN)
        wrong("R7", `the provider's stream of turn ${turn_id} was open more than 1 s after its cancel`);
    }
  }
}

/** R8: every turn has ended, once. */
function everyTurnEndsOnce({ record, wrong }: Case): void {
  const { turns, events, snapshot } = record.final;
  const ended = events.map((event) => turnEnd(event)?.turn);
  for (const { id, state, ended_at } of turns) {
    const times = ended.filter((one) => one === id).length;
    if (ended_at === null) wrong("R8", `turn ${id} is still ${state}`);
    else if (times !== 1) wrong("R8", `turn ${id} has ${times} last events`);
  }
  if (snapshot.open > 0) wrong("R8", `a new client is shown ${snapshot.open} open turns`);
}

/** R10: a finished answer is what the provider had to say, whole; any other is its beginning. */
function answersAreTheProviders({ record, wrong }: Case): void {
  const texts = answersByTurn(record.final);
  for (const turn of record.final.turns) {
    const question = record.final.messages.find((message) => message.id === turn.question_id);
    const expected = answerTo(question?.content ?? "");
    const text = texts.get(turn.id) ?? "";
    if (turn.state === "finished" && text !== expected) wrong("R10", `turn ${turn.id} finished with another text`);
    if (!expected.startsWith(text)) wrong("R10", `turn ${turn.id} holds text that the provider did not say`);
  }
}

/** R11: the database holds what the object holds. */
function databaseFollows({ record, wrong }: Case): void {
  const { messages, turns, d1 } = record.final;
  const same = (what: string, ours: readonly object[], theirs: readonly object[]) => {
    if (ours.length !== theirs.length) wrong("R11", `D1 has ${theirs.length} of ${ours.length} ${what}`);
    ours.forEach((row, i) => {
      if (i < theirs.length && !isDeepStrictEqual(row, theirs[i])) wrong("R11", `D1's ${what}[${i}] differs`);
    });
  };
  same(
    "messages",
    messages.map(({ id, role, content, turn_id, client_id }) => ({ id, role, content, turn_id, client_id })),
    d1.messages,
  );
  same(
    "turns",
    turns.map(({ id, question_id, answer_id, state, attempt }) => ({ id, question_id, answer_id, state, attempt })),
    d1.turns,
  );
  const attempts = turns.flatMap((turn) => turn.attempts);
  same(
    "attempts",
    attempts.map(({ turn_id, attempt, reason, outcome, from }) => ({ turn_id, attempt, reason, outcome, from })),
    d1.attempts,
  );
}

const answersByTurn = ({ messages }: FinalState): Map<number, string> =>
  new Map(
    messages.flatMap((message) =>
      message.role === "assistant" && message.turn_id !== null ? [[message.turn_id, message.content] as const] : [],
    ),
  );
