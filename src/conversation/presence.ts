// The signals between people: who is here, who types, who has read how far. Nothing here outlives the process but the
// read marks, which are written when they are sent.
import { type Clock, iso } from "../lib/clock.ts";
import type { Signal } from "../protocol/frames.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { Audience, Sink } from "./audience.ts";

export interface Present {
  user_id: number;
  name: string;
  since: string;
}

export class Presence {
  #clock: Clock;
  #audience: Audience;
  #signal: (signal: Signal, except?: (sink: Sink) => boolean) => void;
  #writeRead: (userId: number, messageId: number) => number | null;
  /** Those who follow through a shard of the gateway. */
  #elsewhere = new Map<string, readonly Present[]>();
  #typing = new Map<number, { name: string; cancel: () => void }>();
  #reads = new Map<number, number>();
  #presentDue = false;
  #readsDue = false;

  /** `writeRead` raises a member's stored mark and says where it is now, null when it did not rise. */
  constructor(
    clock: Clock,
    audience: Audience,
    signal: (signal: Signal, except?: (sink: Sink) => boolean) => void,
    writeRead: (userId: number, messageId: number) => number | null,
  ) {
    this.#signal = signal;
    this.#clock = clock;
    this.#audience = audience;
    this.#writeRead = writeRead;
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
    return [...people].map(([user_id, { name, since }]) => ({ user_id, name, since: iso(since) }));
  }

  /** Who follows through this shard now; nobody: the shard is gone. */
  attend(shard: string, users: readonly Present[]): void {
    if (users.length > 0) this.#elsewhere.set(shard, users);
    else this.#elsewhere.delete(shard);
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

  typing(userId: number, name: string, on: boolean): void {
    const known = this.#typing.get(userId);
    known?.cancel();
    if (!on) this.#typing.delete(userId);
    else {
      const cancel = this.#clock.after(LIMITS.typingMs, () => this.typing(userId, name, false));
      this.#typing.set(userId, { name, cancel });
    }
    if (on !== (known !== undefined))
      this.#signal({ type: "typing", user_id: userId, name, on }, (s) => s.principal.user_id === userId);
  }

  /** The user's last connection is gone. */
  left(userId: number): void {
    const typing = this.#typing.get(userId);
    if (typing && this.#audience.ofUser(userId).length === 0) this.typing(userId, typing.name, false);
  }

  /** Read marks only rise, and are written and told once a second at most. */
  read(userId: number, messageId: number): void {
    this.#reads.set(userId, Math.max(messageId, this.#reads.get(userId) ?? 0));
    if (this.#readsDue) return;
    this.#readsDue = true;
    this.#clock.after(LIMITS.readsMs, () => {
      this.#readsDue = false;
      for (const [user_id, wanted] of this.#reads) {
        const message_id = this.#writeRead(user_id, wanted);
        if (message_id !== null) this.#signal({ type: "reads", user_id, message_id });
      }
      this.#reads.clear();
    });
  }
}
