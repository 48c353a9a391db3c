// Who on this shard follows which conversation, and up to where each has been told: puts what conversations deliver into
// the followers' words, once for each vocabulary, and keeps the places from which a socket that comes back goes on.
import type { Happening, Place, Told } from "../protocol/happenings.ts";
import { VOCABULARIES, type VocabularyName } from "../vocabularies/registry.ts";
import type { Names, Wire } from "../vocabularies/vocabulary.ts";
import { eventFrame, type Sockets } from "./sockets.ts";
import type { GatewayTables, SocketRecord } from "./tables.ts";

export interface RoomsHost {
  sockets: Sockets;
  tables: GatewayTables;
  /** Something between was lost: everything after `since`; null when that is too much. Throws when it cannot be had. */
  missed(conversation: number, since: Place): Promise<Told[] | null>;
  /** Who follows there has changed. */
  attended(conversation: number, sockets: string[]): void;
  /** This socket sent the message (or the message that is answered). */
  sentBy(socket: SocketRecord, happening: Happening): boolean;
}

export interface Follower {
  socket: string;
  vocabulary: VocabularyName;
  names: Names;
}

interface Following extends Follower {
  /** It has been told everything up to here already: by its join, or its recovery. */
  after: Place | null;
}

interface Room {
  /** null after a wake: the next delivery goes on from wherever that was. */
  place: Place | null;
  followers: Map<string, Following>;
  catchingUp: Promise<void> | null;
  /** Joins on their way: a delivery that overtakes the answer to one must wait for it. */
  joining: Set<Promise<unknown>>;
}

export class Rooms {
  #host: RoomsHost;
  #rooms = new Map<number, Room>();

  constructor(host: RoomsHost) {
    this.#host = host;
  }

  /** After a wake. */
  wake(): void {
    for (const { socket, room, vocabulary, names } of this.#host.tables.follows()) {
      const known = isVocabulary(vocabulary) ? VOCABULARIES[vocabulary] : null;
      if (known && room.startsWith("c"))
        this.#room(Number(room.slice(1))).followers.set(socket, { socket, vocabulary: known.name, names, after: null });
    }
  }

  of(socket: string): Follower[] {
    return [...this.#rooms.values()].flatMap((room) => room.followers.get(socket) ?? []);
  }
  follower(conversation: number, socket: string): Follower | null {
    return this.#rooms.get(conversation)?.followers.get(socket) ?? null;
  }

  /**
   * Runs a join, which must call `follow` in the turn in which it is answered: what the conversation delivers from then
   * on waits until it has.
   */
  async joining<T>(conversation: number, join: () => Promise<T>): Promise<T> {
    const room = this.#room(conversation);
    const work = join();
    room.joining.add(work);
    try {
      return await work;
    } finally {
      room.joining.delete(work);
      if (room.followers.size === 0 && room.joining.size === 0) this.#rooms.delete(conversation);
    }
  }

  /** The socket has been told everything up to `place`. */
  follow(follower: Follower, place: Place): void {
    const id = follower.names.conversation_id;
    const room = this.#room(id);
    if (room.followers.size === 0) room.place = place;
    room.followers.set(follower.socket, { ...follower, after: place });
    this.#host.tables.putFollow({ ...follower, room: `c${id}` });
    this.#remember(id, follower.vocabulary, place);
    this.attendance(id);
  }

  /** A socket came, went, or lost its transport. */
  attendance(conversation: number): void {
    this.#host.attended(conversation, [...(this.#rooms.get(conversation)?.followers.keys() ?? [])]);
  }

  unfollow(conversation: number, socket: string): Follower | null {
    const room = this.#rooms.get(conversation);
    const follower = room?.followers.get(socket) ?? null;
    if (!room || !follower) return null;
    room.followers.delete(socket);
    this.#host.tables.dropFollow(socket, `c${conversation}`);
    if (room.followers.size === 0 && room.joining.size === 0) this.#rooms.delete(conversation);
    this.attendance(conversation);
    return follower;
  }

  /** From the conversation, in order; may repeat. The answer is how many still follow here: 0 ends the deliveries. */
  async deliver(conversation: number, batch: readonly Told[]): Promise<number> {
    const room = this.#rooms.get(conversation);
    if (!room) return 0;
    await Promise.allSettled([room.catchingUp, ...room.joining]);
    const gap = batch.some((told) => isBeyond(told, room.place));
    if (gap && room.place) {
      room.catchingUp = this.#host
        .missed(conversation, room.place)
        .then((missed) => this.#tellAll(conversation, room, missed ?? []))
        .finally(() => {
          room.catchingUp = null;
        });
      await room.catchingUp;
    }
    this.#tellAll(conversation, room, batch);
    return room.followers.size;
  }

  /** The packets of one follower for these happenings, from a place on: what its recovery sends. */
  words(follower: Follower, socket: SocketRecord, missed: readonly Told[], done: number): [string, unknown][] {
    return missed.flatMap((told, index) =>
      this.#wires(follower, told.happening)
        .slice(index === 0 ? done : 0)
        .filter((wire) => this.#concerns(wire, socket, told.happening))
        .map((wire): [string, unknown] => [wire.event, wire.payload]),
    );
  }

  #tellAll(conversation: number, room: Room, batch: readonly Told[]): void {
    for (const told of batch) {
      const signal = isSignal(told.happening);
      if (!signal && room.place && !isAfter(told.place, room.place)) continue;
      this.#tell(conversation, room, told, signal);
      if (!signal) room.place = told.place;
    }
  }

  #tell(conversation: number, room: Room, { place, happening }: Told, signal: boolean): void {
    const { sockets, tables } = this.#host;
    for (const [vocabulary, followers] of byVocabulary(room, place, signal)) {
      const before = room.place ?? place;
      const recoverable = followers.some(({ socket }) => sockets.get(socket)?.pid != null);
      for (const names of distinctNames(followers)) {
        const wires = VOCABULARIES[vocabulary].tell(happening, names);
        wires.forEach((wire, index) => {
          const offset = recoverable ? sockets.nextOffset() : 0;
          const frames = new Map<string, string>();
          for (const follower of followers) {
            if (follower.names !== names && !sameNames(follower.names, names)) continue;
            const socket = sockets.get(follower.socket);
            if (!socket || socket.gone !== null || !this.#concerns(wire, socket, happening)) continue;
            const recovers = socket.pid !== null;
            const key = `${socket.namespace} ${recovers}`;
            const args = [wire.event, wire.payload, ...(recovers ? [offset.toString(36)] : [])];
            const frame = frames.get(key) ?? eventFrame(socket.namespace, args);
            frames.set(key, frame);
            sockets.transmit(socket, frame);
          }
          if (!recoverable || signal) return;
          const last = index === wires.length - 1;
          tables.sentPlace(offset, `c${conversation}:${vocabulary}`, last ? place : before, last ? 0 : index + 1);
        });
      }
    }
    for (const follower of [...room.followers.values()]) {
      const socket = sockets.get(follower.socket);
      if (!socket || !ends(happening, socket)) continue;
      this.unfollow(conversation, follower.socket);
    }
  }

  #wires(follower: Follower, happening: Happening): Wire[] {
    return VOCABULARIES[follower.vocabulary].tell(happening, follower.names);
  }

  #concerns(wire: Wire, socket: SocketRecord, happening: Happening): boolean {
    if (wire.to === "all") return true;
    return this.#host.sentBy(socket, happening) === (wire.to === "sender");
  }

  #remember(conversation: number, vocabulary: VocabularyName, place: Place): void {
    this.#host.tables.sentPlace(this.#host.sockets.nextOffset(), `c${conversation}:${vocabulary}`, place, 0);
  }

  #room(conversation: number): Room {
    const room = this.#rooms.get(conversation) ?? {
      place: null,
      followers: new Map(),
      catchingUp: null,
      joining: new Set(),
    };
    this.#rooms.set(conversation, room);
    return room;
  }
}

const isVocabulary = (name: string): name is VocabularyName => name in VOCABULARIES;

const isSignal = ({ type }: Happening): boolean => type === "typing" || type === "present" || type === "read";

const isAfter = (place: Place, other: Place): boolean =>
  place.seq > other.seq || (place.seq === other.seq && place.offset > other.offset);

/** Between the place and this something is missing. */
const isBeyond = ({ place, happening }: Told, known: Place | null): boolean =>
  known !== null &&
  !isSignal(happening) &&
  (happening.type === "text"
    ? place.seq > known.seq || (place.seq === known.seq && happening.from > known.offset)
    : place.seq > known.seq + 1);

const ends = (happening: Happening, socket: SocketRecord): boolean =>
  happening.type === "erased" || (happening.type === "removed" && happening.user_id === socket.principal.user_id);

const sameNames = (a: Names, b: Names): boolean => a.room_id === b.room_id && a.chat_id === b.chat_id;

function distinctNames(followers: readonly Following[]): Names[] {
  const distinct: Names[] = [];
  for (const { names } of followers) if (!distinct.some((known) => sameNames(known, names))) distinct.push(names);
  return distinct;
}

/** Those who have not been told this yet, by their vocabulary. */
function byVocabulary(room: Room, place: Place, signal: boolean): Map<VocabularyName, Following[]> {
  const groups = new Map<VocabularyName, Following[]>();
  for (const follower of room.followers.values()) {
    if (!signal && follower.after) {
      if (!isAfter(place, follower.after)) continue;
      follower.after = null;
    }
    groups.set(follower.vocabulary, [...(groups.get(follower.vocabulary) ?? []), follower]);
  }
  return groups;
}
