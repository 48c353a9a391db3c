// The signals between people: who is here, who types, who has read how far. Nothing here outlives the process but the
// read marks, which are written when they are sent.
import { type Clock, iso } from "../../lib/clock.ts";
import type { ClientSignal } from "../../protocol/commands.ts";
import type { Signal } from "../../protocol/frames.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { ReadMark } from "../journal/tables.ts";
import type { Audience, Sink } from "./audience.ts";

export interface Present {
  user_id: number;
  name: string;
  since: string;
}

/** What is stored of people here. */
export interface Known {
  /** What somebody is called here. */
  nameOf(person: { user_id: number; name: string }): string;
  /** Of one who has seen this message; null when it is not here. */
  at(messageId: number): ReadMark | null;
  /** False when the member's mark is there already. */
  write(userId: number, mark: ReadMark): boolean;
}

export class Presence {
  #clock: Clock;
  #audience: Audience;
  #signal: (signal: Signal, except?: (sink: Sink) => boolean) => void;
  #known: Known;
  /** Those who follow through a shard of the gateway. */
  #elsewhere = new Map<string, readonly Present[]>();
  #typing = new Map<number, { name: string; cancel: () => void }>();
  #reads = new Map<number, ReadMark>();
  #presentDue = false;
  #readsDue = false;

  constructor(
    clock: Clock,
    audience: Audience,
    signal: (signal: Signal, except?: (sink: Sink) => boolean) => void,
    known: Known,
  ) {
    this.#signal = signal;
    this.#clock = clock;
    this.#audience = audience;
    this.#known = known;
  }

  /** Each person once, since the first of their connections. */
  present(): Present[] {
    const people = new Map<number, { name: string; since: number }>();
    for (const { principal, since } of this.#audience.sinks()) {
      const known = people.get(principal.user_id);
      if (!known || since < known.since) people.set(principal.user_id, { name: principal.name, since });
    }
    for (const { user_id, name, since } of [...this.#elsewhere.values()].flat()) {
      const known = people.get(user_id);
      if (!known || Date.parse(since) < known.since) people.set(user_id, { name, since: Date.parse(since) });
    }
    return [...people].map(([user_id, { name, since }]) => ({
      user_id,
      name: this.#known.nameOf({ user_id, name }),
      since: iso(since),
    }));
  }

  /** Who follows through this shard now; nobody: the shard is gone. */
  attend(shard: string, users: readonly Present[]): void {
    const before = this.#elsewhere.get(shard) ?? [];
    if (users.length > 0) this.#elsewhere.set(shard, users);
    else this.#elsewhere.delete(shard);
    for (const { user_id } of before) this.left(user_id);
    this.changed();
  }

  /** Somebody came or went: told at most four times a second. */
  changed(): void {
    if (this.#presentDue) return;
    this.#presentDue = true;
    this.#clock.after(LIMITS.presenceMs, () => {
      this.#presentDue = false;
      this.#signal({ type: "present", users: this.present() });
    });
  }

  /** A signal from the client of this person. */
  signalled({ user_id, name }: { user_id: number; name: string }, signal: ClientSignal): void {
    if (signal.type === "typing") this.typing(user_id, name, signal.on);
    else if (signal.type === "read") this.read(user_id, signal.message_id);
  }

  typing(userId: number, name: string, on: boolean): void {
    const known = this.#typing.get(userId);
    known?.cancel();
    if (!on) this.#typing.delete(userId);
    else {
      const cancel = this.#clock.after(LIMITS.typingMs, () => this.typing(userId, name, false));
      this.#typing.set(userId, { name, cancel });
    }
    if (on !== (known !== undefined))
      this.#signal(
        { type: "typing", user_id: userId, name: this.#known.nameOf({ user_id: userId, name }), on },
        (s) => s.principal.user_id === userId,
      );
  }

  /** A connection of the user is gone; with the last one what he types is. */
  left(userId: number): void {
    const typing = this.#typing.get(userId);
    if (typing && !this.present().some(({ user_id }) => user_id === userId)) this.typing(userId, typing.name, false);
  }

  /** Read marks only rise, in the order in which messages arrived, and are written and told once a second at most. */
  read(userId: number, messageId: number): void {
    const mark = this.#known.at(messageId);
    if (!mark || mark.seq <= (this.#reads.get(userId)?.seq ?? 0)) return;
    this.#reads.set(userId, mark);
    if (this.#readsDue) return;
    this.#readsDue = true;
    this.#clock.after(LIMITS.readsMs, () => {
      this.#readsDue = false;
      for (const [user_id, mark] of this.#reads)
        if (this.#known.write(user_id, mark)) this.#signal({ type: "reads", user_id, message_id: mark.message_id });
      this.#reads.clear();
    });
  }
}
