// Connection state recovery (`pid` and offset, two minutes): finds a socket again, here or at the shard it was at last, and
// what it missed. Its user is checked like any other's; what it may no longer read it does not get.
import type { Clock } from "../lib/clock.ts";
import type { Place } from "../protocol/happenings.ts";
import type { VocabularyName } from "../vocabularies/registry.ts";
import type { Names } from "../vocabularies/vocabulary.ts";
import type { Conversations } from "./errands.ts";
import { GATEWAY } from "./limits.ts";
import type { Rooms } from "./rooms.ts";
import { shardOf } from "./shards.ts";
import type { Admitted, Recovered, Sockets } from "./sockets.ts";
import type { GatewayTables, SocketRecord } from "./tables.ts";

/** A socket as its old shard hands it over: its own packets, and where it stood in each room. */
export interface Claimed {
  socket: SocketRecord;
  packets: unknown[][];
  rooms: { vocabulary: VocabularyName; names: Names; place: Place | null; done: number }[];
}

/** The other shards. */
export interface Shards {
  /** Hands the socket over; null when it is not there, or not this user's. Throws when the shard is away. */
  claim(shard: string, pid: string, offset: string | null, userId: number, by: string): Promise<Claimed | null>;
}

export interface RecoveryOptions {
  clock: Clock;
  shard: string;
  tables: GatewayTables;
  rooms: Rooms;
  sockets: Sockets;
  conversations: Conversations;
  shards: Shards;
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
  async recover(
    pid: string,
    offset: string | null,
    { principal }: Admitted,
    session: string,
    attach: (recovered: Recovered) => void,
  ): Promise<boolean> {
    const home = shardOf(pid);
    if (!home) return false;
    const { shard, shards, tables } = this.#o;
    let claimed = this.#take(pid, offset, principal.user_id, null);
    if (!claimed) {
      const elsewhere = home === shard ? tables.moved(pid) : home;
      if (!elsewhere || elsewhere === shard) return false;
      claimed = await shards.claim(elsewhere, pid, offset, principal.user_id, shard);
    }
    if (!claimed) return false;
    if (home === shard) tables.setMoved(pid, shard, this.#o.clock.now());
    const socket: SocketRecord = { ...claimed.socket, principal, session, gone: null };
    await this.#holding(claimed, () => this.#rejoin(socket, claimed, attach));
    return true;
  }

  /** For another shard, to which the socket moves. A pointer stays at its home shard, so that it is found again. */
  async release(pid: string, offset: string | null, userId: number, to: string): Promise<Claimed | null> {
    const { tables, shard, shards, clock } = this.#o;
    const here = this.#take(pid, offset, userId, to);
    if (here) {
      if (shardOf(pid) === shard) tables.setMoved(pid, to, clock.now());
      return here;
    }
    const moved = tables.moved(pid);
    if (shardOf(pid) !== shard || moved === null || moved === shard || moved === to) return null;
    const claimed = await shards.claim(moved, pid, offset, userId, to);
    if (claimed) tables.setMoved(pid, to, clock.now());
    return claimed;
  }

  trim(): void {
    const now = this.#o.clock.now();
    this.#o.tables.trim((now - GATEWAY.recoveryMs) * 1024, now - POINTER_MS);
  }

  /** The socket leaves its place here; `to` null: only to come back at once. */
  #take(pid: string, offset: string | null, userId: number, to: string | null): Claimed | null {
    const { sockets, rooms, tables, clock } = this.#o;
    const socket = [...sockets.all()].find((known) => known.pid === pid);
    if (!socket || socket.principal.user_id !== userId) return null;
    if (socket.gone !== null && clock.now() - socket.gone > GATEWAY.recoveryMs) return null;
    const since = offset === null ? socket.first : Number.parseInt(offset, 36);
    if (since !== socket.first && !tables.knows(since)) return null;
    const claimed: Claimed = {
      socket,
      packets: tables.packetsAfter(`s${socket.id}`, since).map(({ packet }) => packet),
      rooms: rooms.of(socket.id).map(({ vocabulary, names }) => {
        const at = tables.placeAt(`c${names.conversation_id}:${vocabulary}`, since);
        return { vocabulary, names, place: at?.place ?? null, done: at?.done ?? 0 };
      }),
    };
    sockets.takeOver(socket);
    if (to !== null) sockets.forget(socket);
    return claimed;
  }

  /** What the rooms deliver waits until the socket stands at its new place in each of them. */
  #holding(claimed: Claimed, work: () => Promise<void>): Promise<void> {
    return claimed.rooms.reduce<() => Promise<void>>(
      (inner, { names }) =>
        () =>
          this.#o.rooms.joining(names.conversation_id, inner),
      work,
    )();
  }

  async #rejoin(socket: SocketRecord, claimed: Claimed, attach: (recovered: Recovered) => void): Promise<void> {
    const { rooms, conversations, shard, sockets, tables } = this.#o;
    const followed = await Promise.all(
      claimed.rooms.map(async (room) => {
        const { conversation_id } = room.names;
        return { room, now: await conversations.door(conversation_id).follow(socket.principal, shard, room.place) };
      }),
    );
    socket.first = sockets.nextOffset();
    const numbered = (event: string, payload: unknown) => [event, payload, sockets.nextOffset().toString(36)];
    const missed = claimed.packets.map(([event, payload]) => {
      const args = numbered(String(event), payload);
      tables.sentPacket(Number.parseInt(String(args[2]), 36), `s${socket.id}`, [event, payload]);
      return args;
    });
    for (const { room, now } of followed) {
      rooms.unfollow(room.names.conversation_id, socket.id);
      if (!now.ok) continue;
      const follower = { socket: socket.id, vocabulary: room.vocabulary, names: room.names };
      for (const [event, payload] of rooms.words(follower, socket, now.value.told, room.done))
        missed.push(numbered(event, payload));
      rooms.follow(follower, now.value.place);
    }
    attach({ socket, missed });
  }
}
