// Answers side by side: so many conversations, so many viewers each, every viewer checking every token.
import { setTimeout as sleep } from "node:timers/promises";
import { questionFor } from "../model/question.ts";
import { nowUs, StampReader, TOKEN_LENGTH } from "../model/stamp.ts";
import type { Connection, Door, Server } from "../peers/peer.ts";
import { cpuSeconds } from "../run/proc.ts";

export interface Load {
  conversations: number;
  viewers: number;
  tokens: number;
  /** Tokens a second of each answer; 0: as fast as they are taken. */
  rate: number;
  /** The viewers offer compression. */
  compressed?: true;
  door?: Door;
}

export interface Answers {
  /** Milliseconds from the model's emission to a viewer's sight: every token, every viewer. */
  latencies: number[];
  /** Milliseconds of the server's CPU, its helpers' included, for 1,000 delivered tokens. */
  cpu: number;
  /** Bytes over the viewers' sockets ÷ bytes of the text that they saw. */
  wire: number;
  /** Delivered tokens a second, from the first question to the last end. */
  rate: number;
}

/** Between two questions, so that the answers' tokens do not all come in the same millisecond. */
const STAGGER_MS = 13;

export async function streamAnswers(server: Server, load: Load): Promise<Answers> {
  const readers: StampReader[] = [];
  const ends: Promise<void>[] = [];
  const connections: Connection[] = [];
  const askers: Connection[] = [];
  for (let n = 0; n < load.conversations; n += 1) {
    const room = await server.room(load.viewers, load.door);
    for (let viewer = 0; viewer < load.viewers; viewer += 1) {
      const reader = new StampReader();
      let ended = () => {};
      ends.push(
        new Promise((resolve) => {
          ended = resolve;
        }),
      );
      const connection = await room.join({
        ...(load.compressed && { compressed: true }),
        text: (text) => reader.take(text),
        ended: () => ended(),
      });
      readers.push(reader);
      connections.push(connection);
      if (viewer === 0) askers.push(connection);
    }
  }
  const processes = [server.pid, ...server.helpers];
  const bytes = () => connections.reduce((sum, connection) => sum + connection.received(), 0);
  const before = { bytes: bytes(), cpu: cpuSeconds(processes), at: nowUs() };
  for (const asker of askers) {
    void asker.send(questionFor(load), { answer: true });
    if (askers.length > 1) await sleep(STAGGER_MS);
  }
  await Promise.all(ends);
  const seconds = (nowUs() - before.at) / 1e6;
  const latencies = readers.flatMap((reader) => reader.latencies);
  const cpu = ((cpuSeconds(processes) - before.cpu) * 1e6) / latencies.length;
  const wire = (bytes() - before.bytes) / (latencies.length * TOKEN_LENGTH);
  for (const connection of connections) connection.close();
  if (latencies.length !== load.conversations * load.viewers * load.tokens)
    throw new Error(`${server.name} delivered ${latencies.length} tokens.`);
  return { latencies, cpu, wire, rate: latencies.length / seconds };
}
