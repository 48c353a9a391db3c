// Tells everybody who listens: native viewers by frames, shards of the gateway by happenings. Both see the same, in the
// same order, after it was committed.
import type { Principal } from "../../auth/principal.ts";
import type { Gateways } from "../../lib/gateways.ts";
import { type Outcome, ok, refuse } from "../../protocol/errors.ts";
import type { Signal } from "../../protocol/frames.ts";
import type { Followed, Place, Told } from "../../protocol/happenings.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { Journal } from "../journal/journal.ts";
import { publicConversation } from "../journal/records.ts";
import type { StoredEvent, TurnRecord } from "../journal/tables.ts";
import { allows } from "../people/access.ts";
import type { RunningAnswer } from "../turns/run.ts";
import type { Audience, Sink } from "./audience.ts";
import { happeningOf, missedEnds, textTold, toldOf, toldSince, underway } from "./happenings.ts";

export interface BroadcastOptions {
  journal: Journal;
  audience: Audience;
  gateways: Gateways<Told>;
  running(): RunningAnswer | null;
}

export class Broadcast {
  #o: BroadcastOptions;

  constructor(options: BroadcastOptions) {
    this.#o = options;
  }

  get listeners(): number {
    return this.#o.audience.size + this.#o.gateways.size;
  }

  events(events: readonly StoredEvent[]): void {
    const { journal, audience, gateways, running } = this.#o;
    audience.publish(events);
    if (gateways.size === 0) return;
    const offset = running()?.text.length ?? 0;
    gateways.tell(events.map((event) => toldOf(journal, event, offset)));
  }

  text(turn: TurnRecord, from: number, text: string): void {
    const { journal, audience, gateways } = this.#o;
    audience.publishText(turn.id, from, text);
    if (gateways.size > 0) gateways.tell([textTold(turn, journal.seq, from, text)]);
  }

  signal(signal: Signal, except?: (sink: Sink) => boolean): void {
    const { journal, audience, gateways } = this.#o;
    audience.signal(signal, except);
    const happening = happeningOf(signal);
    if (happening && gateways.size > 0) gateways.tell([{ place: { seq: journal.seq, offset: 0 }, happening }]);
  }

  /** For a shard of the gateway: what it missed since a place (or the answer it waited for, and the one under way), then everything. */
  follow(principal: Principal, shard: string, since: Place | null): Outcome<Followed> {
    const { journal, gateways, running } = this.#o;
    const may = allows(journal, principal, "conversation.read");
    if (!may.ok) return may;
    gateways.listen(shard);
    const lost = journal.absences.take(principal.user_id);
    const told = since ? this.missed(since) : [...missedEnds(journal, lost), ...underway(journal, running())];
    if (!told) return refuse("gone", "Too much has happened since.");
    const place = { seq: journal.seq, offset: running()?.text.length ?? 0 };
    return ok({ conversation: publicConversation(may.value), place, told });
  }

  /** Everything after a place, for a shard that saw a gap; null when that is too much. */
  missed(since: Place): Told[] | null {
    return toldSince(this.#o.journal, this.#o.running(), since, LIMITS.replayEvents);
  }
}
