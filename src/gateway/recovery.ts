// Connection state recovery (`pid` and offset, two minutes): finds a socket again, here or at the shard it was at last, and
// what it missed. Its user is checked like any other's; what it may no longer read it does not get.
import type { Clock } from "../lib/clock.ts";
import { type Farewell, isFarewell, isMeantFor, stillAwaited, type Told } from "../protocol/happenings.ts";
import type { Conversations } from "./errands.ts";
import { GATEWAY } from "./limits.ts";
import type { Projects } from "./projects.ts";
import type { Follower, Rooms } from "./rooms.ts";
import { shardOf } from "./shards.ts";
import type { Recovered, Sockets, Wish } from "./sockets.ts";
import type { GatewayTables, SocketRecord, Standing } from "./tables.ts";

/** Who asks for which socket. */
export interface Claim {
  pid: string;
  offset: string | null;
  user_id: number;
  namespace: string;
  interview: number | null;
  /** The shard to which it moves. */
  by: string;
}

/** A socket as its old shard hands it over: its own packets, and where it stood in each room. */
export interface Claimed {
  socket: SocketRecord;
  packets: unknown[][];
  rooms: { follower: Follower; from: Standing }[];
  project: number | null;
}

/** The other shards. */
export interface Shards {
  /** Hands the socket over; null when it is not there, or not this user's. Throws when the shard is away. */
  claim(shard: string, claim: Claim): Promise<Claimed | null>;
}

export interface RecoveryOptions {
  clock: Clock;
  shard: string;
  tables: GatewayTables;
  rooms: Rooms;
  projects: Projects;
  sockets: Sockets;
  conversations: Conversations;
  shards: Shards;
  /** While it was away, and nobody told us. */
  shownOut(socket: SocketRecord, follower: Follower, farewell: Farewell): void;
}

const POINTER_MS = 24 * 3_600_000;

export class Recovery {
  #o: RecoveryOptions;

  constructor(options: RecoveryOptions) {
    this.#o = options;
  }

  /**
   * `attach` is called with the socket and what it missed, in the turn from which deliveries reach it; false: there is
   * nothing to recover, and it was not called.
   */
  async recover(wish: Wish, attach: (recovered: Recovered) => void): Promise<boolean> {
    const { shard, tables, clock } = this.#o;
    const { pid, offset, principal, session, namespace, interview } = wish;
    const home = shardOf(pid);
    if (!home) return false;
    const claim = { pid, offset, user_id: principal.user_id, namespace, interview, by: shard };
    const claimed = this.#take(claim) ?? (await this.#fetch(home, claim));
    if (!claimed) return false;
    if (home === shard) tables.setMoved(pid, shard, clock.now());
    const came = offset === null ? null : Number.parseInt(offset, 36);
    const socket: SocketRecord = { ...claimed.socket, principal, session, came, gone: null, heard: clock.now() };
    return this.#holding(claimed, () => this.#rejoin(socket, claimed, attach));
  }

  /** For another shard, to which the socket moves. A pointer stays at its home shard, so that it is found again. */
  async release(claim: Claim): Promise<Claimed | null> {
    const { tables, shard, shards, clock } = this.#o;
    const { pid, by } = claim;
    const moved = tables.moved(pid);
    const isHome = shardOf(pid) === shard;
    const elsewhere = isHome && moved !== null && moved !== shard && moved !== by ? moved : null;
    const claimed = this.#take(claim) ?? (elsewhere === null ? null : await shards.claim(elsewhere, claim));
    if (claimed && isHome) tables.setMoved(pid, by, clock.now());
    return claimed;
  }

  async #fetch(home: string, claim: Claim): Promise<Claimed | null> {
    const { shard, shards, tables } = this.#o;
    const elsewhere = home === shard ? tables.moved(claim.pid) : home;
    return elsewhere === null || elsewhere === shard ? null : shards.claim(elsewhere, claim);
  }

  trim(): void {
    this.#o.tables.trim(this.#arrived(), this.#o.clock.now() - POINTER_MS);
  }

  /** Up to this offset every socket that may still come back has received everything. */
  #arrived(): number {
    return (this.#o.clock.now() - GATEWAY.arrivedMs) * 1024;
  }

  /** The socket leaves its place here; to this shard itself it only comes back at once. */
  #take({ pid, offset, user_id, by, namespace, interview }: Claim): Claimed | null {
    const { sockets, rooms, projects, tables, clock, shard } = this.#o;
    const socket = [...sockets.all()].find((known) => known.pid === pid);
    if (!socket || socket.principal.user_id !== user_id) return null;
    if (socket.namespace !== namespace || socket.interview !== interview) return null;
    if (socket.gone !== null && clock.now() - socket.gone > GATEWAY.recoveryMs) return null;
    const since = this.#since(socket, offset);
    if (since === null) return null;
    const claimed: Claimed = {
      socket,
      packets: tables.packetsAfter(`s${socket.id}`, since),
      rooms: rooms.of(socket.id).flatMap((follower) => {
        const from = rooms.standing(follower, since);
        return from ? { follower, from } : [];
      }),
      project: projects.of(socket.id),
    };
    if (claimed.rooms.length < rooms.of(socket.id).length) return null;
    sockets.takeOver(socket);
    if (by !== shard) sockets.forget(socket);
    return claimed;
  }

  /** Up to which of our offsets it has had everything; null when it names one that we do not know. */
  #since(socket: SocketRecord, offset: string | null): number | null {
    const named = offset === null ? null : Number.parseInt(offset, 36);
    const since = named === null || named === socket.came ? socket.first : named;
    const arrived = this.#arrived();
    if (since < socket.first || (since > Math.max(socket.first, arrived) && !this.#o.tables.knows(since))) return null;
    return Number.isSafeInteger(since) ? Math.max(since, arrived) : null;
  }

  /** What the rooms deliver waits until the socket stands at its new place in each of them. */
  #holding<T>(claimed: Claimed, work: () => Promise<T>): Promise<T> {
    return claimed.rooms.reduce<() => Promise<T>>(
      (inner, { follower }) =>
        () =>
          this.#o.rooms.joining(follower.names.conversation_id, inner),
      work,
    )();
  }

  async #rejoin(socket: SocketRecord, claimed: Claimed, attach: (recovered: Recovered) => void): Promise<boolean> {
    const { rooms, projects, conversations, shard, sockets, tables, shownOut } = this.#o;
    const project = claimed.project === null ? null : await projects.join(socket, claimed.project);
    if (project?.ok === false) projects.forget(socket.id);
    const followed = await Promise.all(
      claimed.rooms.map(async ({ follower, from }) => {
        const door = conversations.door(follower.names.conversation_id);
        const now = await door.follow(socket.principal, shard, from.place);
        const farewell = now.ok ? null : farewellIn((await door.missed(from.place)) ?? [], socket.principal.user_id);
        return { follower, from, now, farewell };
      }),
    );
    // Too much has happened somewhere: an honest new start is better than a hole.
    if (followed.some(({ now }) => !now.ok && now.error.code === "gone")) {
      const before = sockets.get(socket.id);
      if (before) sockets.forget(before);
      return false;
    }
    socket.first = sockets.nextOffset();
    const missed = claimed.packets.map(([event, payload]) => {
      const offset = sockets.nextOffset();
      tables.sentPacket(offset, `s${socket.id}`, [event, payload]);
      return [event, payload, offset.toString(36)];
    });
    for (const { follower, from, now } of followed) {
      if (now.ok) rooms.begin(follower, from);
      else rooms.unfollow(follower);
    }
    for (const { follower, from, now } of followed)
      if (now.ok) missed.push(...rooms.enter(follower, socket, now.value, from));
    attach({ socket, missed });
    for (const { follower, farewell } of followed) if (farewell) shownOut(socket, follower, farewell);
    return true;
  }
}

/** How somebody was shown out of what he may no longer read; a conversation whose events are gone cannot say more. */
function farewellIn(missed: readonly Told[], user_id: number): Farewell {
  const happenings = missed.map(({ happening }) => happening);
  const told = happenings.filter(isFarewell).findLast((one) => isMeantFor(one, user_id));
  const farewell: Farewell = told ?? { type: "removed", user_id, unanswered: null };
  const ended = happenings.findLast((one) => one.type === "closed");
  return ended && !farewell.unanswered ? { ...farewell, ...stillAwaited(ended) } : farewell;
}
