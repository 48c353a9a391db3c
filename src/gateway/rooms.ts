// Who on this shard follows which conversation, and up to where each has been told: puts what conversations deliver into
// the followers' words, once for each vocabulary, and keeps the places from which a socket that comes back goes on.
import {
  type Ended,
  type Farewell,
  type Followed,
  type Happening,
  isAfter,
  isFarewell,
  isMeantFor,
  type Place,
  stillAwaited,
  type Told,
} from "../protocol/happenings.ts";
import { VOCABULARIES, type VocabularyName } from "../vocabularies/registry.ts";
import type { Names, Wire } from "../vocabularies/vocabulary.ts";
import { eventFrame, type Sockets } from "./sockets.ts";
import type { GatewayTables, SocketRecord, Standing } from "./tables.ts";

export interface RoomsHost {
  sockets: Sockets;
  tables: GatewayTables;
  /** Something between was lost: everything after `since`; null when that is too much. Throws when it cannot be had. */
  missed(conversation: number, since: Place): Promise<Told[] | null>;
  /** Who follows there has changed. */
  attended(conversation: number, sockets: string[]): void;
  /** This socket follows there no longer: there is nothing left to follow, or it may not. */
  shownOut(socket: SocketRecord, follower: Follower, farewell: Farewell): void;
  /** This socket sent the message (or the message that is answered). */
  sentBy(socket: SocketRecord, happening: Happening): boolean;
}

export interface Follower {
  socket: string;
  vocabulary: VocabularyName;
  names: Names;
}

/** Event, payload, and the offset for those who understand it. */
export type EventArgs = [event: string, payload: unknown, offset: string];

interface Following extends Follower {
  /** It has been told everything up to here already: by its join, or its recovery. */
  after: Place | null;
  /** An answer that ended while its socket was away. */
  unheard: Ended | null;
}

interface Room {
  /** null after a wake: the next delivery goes on from wherever that was. */
  place: Place | null;
  /** By socket and vocabulary: one socket may follow in several, each said in its own words. */
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
        seat(this.#room(Number(room.slice(1))), { socket, vocabulary: known.name, names, after: null, unheard: null });
    }
  }

  of(socket: string): Follower[] {
    return [...this.#rooms.values()].flatMap((room) => seatsOf(room, socket));
  }
  follower(conversation: number, socket: string, vocabulary: VocabularyName): Follower | null {
    return this.#rooms.get(conversation)?.followers.get(keyOfSeat(socket, vocabulary)) ?? null;
  }
  /** In whichever vocabulary. */
  follows(conversation: number, socket: string): boolean {
    const room = this.#rooms.get(conversation);
    return room !== undefined && seatsOf(room, socket).length > 0;
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

  /** Where this follower stands when it has had everything up to an offset; null when that is not known. */
  standing(follower: Follower, since: number): Standing | null {
    return this.#host.tables.standingAt(keyOf(follower), follower.socket, since);
  }

  /** From here on the socket's offsets stand for places of its own, until it is where the others are. */
  begin(follower: Follower, standing: Standing | null): void {
    const { sockets, tables } = this.#host;
    const room = keyOf(follower);
    tables.forgetStanding(follower.socket, room);
    tables.stands(sockets.nextOffset(), room, standing, follower.socket);
  }

  /** What a socket that has begun is told: event, payload, offset. It follows from then on. */
  enter(follower: Follower, socket: SocketRecord, { told, place }: Followed, from: Standing | null): EventArgs[] {
    const { sockets, tables } = this.#host;
    const args: EventArgs[] = [];
    // Whoever joins stands nowhere before it has been told all.
    let before = from?.place ?? null;
    for (const [index, one] of told.entries()) {
      const known = from !== null || index + 1 === told.length;
      const wires = VOCABULARIES[follower.vocabulary].tell(one.happening, follower.names);
      for (const [at, wire] of wires.entries()) {
        if ((index === 0 && at < (from?.done ?? 0)) || !this.#concerns(wire, socket, one.happening)) continue;
        const offset = sockets.nextOffset();
        const next =
          known && at + 1 === wires.length ? { place: one.place, done: 0 } : before && { place: before, done: at + 1 };
        if (socket.pid !== null) tables.stands(offset, keyOf(follower), next, socket.id);
        args.push([wire.event, wire.payload, offset.toString(36)]);
      }
      if (from) before = one.place;
    }
    this.#follow(follower, place);
    if (socket.pid !== null && args.length === 0) this.begin(follower, { place, done: 0 });
    else if (socket.pid !== null) tables.stands(sockets.nextOffset(), keyOf(follower), { place, done: 0 }, socket.id);
    return args;
  }

  #follow(follower: Follower, place: Place): void {
    const id = follower.names.conversation_id;
    const room = this.#room(id);
    if (room.followers.size === 0) room.place = place;
    seat(room, { ...follower, after: place, unheard: null });
    this.#host.tables.putFollow({ ...follower, room: `c${id}` });
    this.attendance(id);
  }

  /** A socket came, went, or lost its transport. */
  attendance(conversation: number): void {
    this.#host.attended(
      conversation,
      [...(this.#rooms.get(conversation)?.followers.values() ?? [])].map(({ socket }) => socket),
    );
  }

  unfollow(follower: Follower): void {
    const { socket, vocabulary, names } = follower;
    const conversation = names.conversation_id;
    const room = this.#rooms.get(conversation);
    if (!room?.followers.delete(keyOfSeat(socket, vocabulary))) return;
    this.#host.tables.dropFollow(socket, `c${conversation}`, vocabulary);
    this.#host.tables.forgetStanding(socket, keyOf(follower));
    if (room.followers.size === 0) this.#host.tables.forgetRoom(`c${conversation}`);
    if (room.followers.size === 0 && room.joining.size === 0) this.#rooms.delete(conversation);
    this.attendance(conversation);
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
        .then((missed) => (missed ? this.#tellAll(room, missed) : this.#startAnew(room)))
        .finally(() => {
          room.catchingUp = null;
        });
      await room.catchingUp;
    }
    this.#tellAll(room, batch);
    return room.followers.size;
  }

  /** Too much was lost to be told: stock clients come back by themselves, as new ones, and join again. */
  #startAnew(room: Room): void {
    for (const follower of [...room.followers.values()]) {
      const socket = this.#host.sockets.get(follower.socket);
      if (socket) this.#host.sockets.expel(socket);
    }
  }

  #tellAll(room: Room, batch: readonly Told[]): void {
    for (const told of batch) {
      if (isSignal(told.happening)) this.#signal(room, told.happening);
      else if (!room.place || isAfter(told.place, room.place)) {
        this.#tell(room, told);
        room.place = told.place;
        if (told.happening.type === "closed") this.#noteUnheard(room, told.happening);
        if (isFarewell(told.happening)) this.#showOut(room, told.happening);
      }
    }
  }

  /** Signals are not kept and have no offset: a socket that was away misses them. */
  #signal(room: Room, happening: Happening): void {
    for (const group of groupsOf([...room.followers.values()]))
      for (const wire of VOCABULARIES[group.vocabulary].tell(happening, group.names))
        this.#send(wire, happening, group.followers, null);
  }

  /** To those who have not been told this yet. */
  #tell(room: Room, { place, happening }: Told): void {
    const { sockets, tables } = this.#host;
    const before = placeBefore({ place, happening });
    for (const group of groupsOf(behind(room, place))) {
      const wires = VOCABULARIES[group.vocabulary].tell(happening, group.names);
      const recoverable = group.followers.some(({ socket }) => sockets.get(socket)?.pid != null);
      for (const [at, wire] of wires.entries()) {
        const offset = recoverable ? sockets.nextOffset() : null;
        this.#send(wire, happening, group.followers, offset);
        if (offset === null) continue;
        const next = at + 1 < wires.length ? { place: before, done: at + 1 } : { place, done: 0 };
        tables.stands(offset, group.key, next);
      }
    }
  }

  /** One packet to all of a group whom it concerns; encoded once for those with an offset, and once for those without. */
  #send(wire: Wire, happening: Happening, followers: readonly Following[], offset: number | null): void {
    const { sockets } = this.#host;
    const frames = new Map<string, string>();
    for (const follower of followers) {
      const socket = sockets.get(follower.socket);
      if (socket?.gone !== null || !this.#concerns(wire, socket, happening)) continue;
      const numbered = offset !== null && socket.pid !== null;
      const key = `${socket.namespace} ${numbered}`;
      const args = [wire.event, wire.payload, ...(numbered ? [offset.toString(36)] : [])];
      const frame = frames.get(key) ?? eventFrame(socket.namespace, args);
      frames.set(key, frame);
      sockets.transmit(socket, frame);
    }
  }

  #noteUnheard(room: Room, ended: Ended): void {
    for (const follower of room.followers.values())
      if (this.#host.sockets.get(follower.socket)?.gone !== null) follower.unheard = ended;
  }

  /** The conversation is gone, or somebody may read it no longer. */
  #showOut(room: Room, farewell: Farewell): void {
    for (const follower of [...room.followers.values()]) {
      const socket = this.#host.sockets.get(follower.socket);
      if (!socket || !isMeantFor(farewell, socket.principal.user_id)) continue;
      this.unfollow(follower);
      const unheard = farewell.unanswered ? null : follower.unheard;
      this.#host.shownOut(socket, follower, unheard ? { ...farewell, ...stillAwaited(unheard) } : farewell);
    }
  }

  #concerns(wire: Wire, socket: SocketRecord, happening: Happening): boolean {
    if (wire.to === "all") return true;
    return this.#host.sentBy(socket, happening) === (wire.to === "sender");
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

const keyOfSeat = (socket: string, vocabulary: VocabularyName): string => `${socket} ${vocabulary}`;
const seat = (room: Room, follower: Following): void =>
  void room.followers.set(keyOfSeat(follower.socket, follower.vocabulary), follower);
const seatsOf = (room: Room, socket: string): Following[] =>
  Object.values(VOCABULARIES).flatMap(({ name }) => room.followers.get(keyOfSeat(socket, name)) ?? []);

const isVocabulary = (name: string): name is VocabularyName => name in VOCABULARIES;

const isSignal = ({ type }: Happening): boolean => type === "typing" || type === "present" || type === "read";

/** The place of a follower who has been told everything before this happening, which is not text. */
const placeBefore = ({ place: { seq, offset }, happening }: Told): Place => ({
  seq: seq - 1,
  offset: happening.type === "closed" ? (happening.answer?.content.length ?? 0) : offset,
});

/** Between the place and this something is missing. */
const isBeyond = ({ place, happening }: Told, known: Place | null): boolean =>
  known !== null &&
  !isSignal(happening) &&
  (happening.type === "text"
    ? place.seq > known.seq || (place.seq === known.seq && happening.from > known.offset)
    : place.seq > known.seq + 1);

/** Followers who are told the same words. */
interface Group {
  vocabulary: VocabularyName;
  names: Names;
  /** Under which their places are kept. */
  key: string;
  followers: Following[];
}

const keyOf = ({ vocabulary, names }: Follower): string =>
  `c${names.conversation_id}:${vocabulary}:${names.room_id ?? ""}:${names.chat_id ?? ""}`;

function groupsOf(followers: readonly Following[]): Group[] {
  const groups = new Map<string, Group>();
  for (const follower of followers) {
    const key = keyOf(follower);
    const group = groups.get(key);
    if (group) group.followers.push(follower);
    else groups.set(key, { vocabulary: follower.vocabulary, names: follower.names, key, followers: [follower] });
  }
  return [...groups.values()];
}

/** Those who have not been told this yet. */
function behind(room: Room, place: Place): Following[] {
  const followers: Following[] = [];
  for (const follower of room.followers.values()) {
    if (follower.after && !isAfter(place, follower.after)) continue;
    follower.after = null;
    followers.push(follower);
  }
  return followers;
}
