// The gateway shards that listen here: one call in flight for each, what comes meanwhile goes with the next (gateway.md,
// "Conversations ↔ gateways"). A shard that was left behind sees the gap in its places and asks for what it missed.
import type { Clock } from "../lib/clock.ts";
import { faultFields, type Log } from "../lib/log.ts";
import type { Told } from "../protocol/happenings.ts";

const BATCH = 256;
/** Told in vain more than this: dropped, and the shard catches up. */
const QUEUE = 2_000;
const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 50;

export interface GatewaysOptions {
  clock: Clock;
  log: Log;
  /** Which shards listen, as stored. */
  stored: { list(): string[]; add(shard: string): void; remove(shard: string): void };
  /** How many there follow this conversation. Throws when the shard is away. */
  deliver(shard: string, batch: Told[]): Promise<number>;
}

interface Listener {
  queue: Told[];
  sending: boolean;
  /** Counts joins: one may come while an answer of 0, given before it, is on its way. */
  joins: number;
}

export class Gateways {
  #o: GatewaysOptions;
  #listeners: Map<string, Listener> | null = null;

  constructor(options: GatewaysOptions) {
    this.#o = options;
  }

  get size(): number {
    return this.#all().size;
  }

  /** From now on this shard is told everything. */
  listen(shard: string): void {
    const known = this.#all().get(shard);
    if (known) known.joins += 1;
    else {
      this.#all().set(shard, { queue: [], sending: false, joins: 1 });
      this.#o.stored.add(shard);
    }
  }

  tell(told: readonly Told[]): void {
    for (const [shard, listener] of this.#all()) {
      for (const one of told) enqueue(listener.queue, one);
      if (listener.queue.length > QUEUE) listener.queue.splice(0, listener.queue.length - 1);
      if (!listener.sending) this.#send(shard, listener).catch((error: unknown) => this.#lost(shard, error));
    }
  }

  async #send(shard: string, listener: Listener): Promise<void> {
    listener.sending = true;
    try {
      while (listener.queue.length > 0) {
        const { joins } = listener;
        const followers = await this.#deliver(shard, listener.queue.splice(0, BATCH));
        if (followers === 0 && listener.joins === joins) return this.#forget(shard);
      }
    } finally {
      listener.sending = false;
    }
  }

  async #deliver(shard: string, batch: Told[]): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#o.deliver(shard, batch);
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
        await new Promise<void>((resolve) => this.#o.clock.after(FIRST_PAUSE_MS * 2 ** (attempt - 1), resolve));
      }
    }
  }

  /** On its next join it listens again, from where it was. */
  #lost(shard: string, error: unknown): void {
    this.#o.log("warn", "gateway.lost", { shard, ...faultFields(error) });
    this.#forget(shard);
  }

  #forget(shard: string): void {
    this.#all().delete(shard);
    this.#o.stored.remove(shard);
  }

  /** Read when first needed: an object that was never created has no tables. */
  #all(): Map<string, Listener> {
    this.#listeners ??= new Map(this.#o.stored.list().map((shard) => [shard, { queue: [], sending: false, joins: 0 }]));
    return this.#listeners;
  }
}

/** Text that follows on text is one piece. */
function enqueue(queue: Told[], next: Told): void {
  const last = queue.at(-1);
  if (last?.happening.type === "text" && next.happening.type === "text") {
    const { happening: before } = last;
    const { happening: after } = next;
    if (before.turn_id === after.turn_id && before.from + before.text.length === after.from) {
      queue[queue.length - 1] = { place: next.place, happening: { ...before, text: before.text + after.text } };
      return;
    }
  }
  queue.push(next);
}
