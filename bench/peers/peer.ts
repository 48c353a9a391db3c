// What every peer can do, so that one piece of work is done by all of them in the same way.

export const PEERS = ["Edgewise", "DO", "DO25", "Node", "Python"] as const;
export type PeerName = (typeof PEERS)[number];

/** Those that are asked in their own way: Edgewise by its native protocol, the relays by frames, Node by Socket.IO. */
export const OWN_WAY = ["Edgewise", "DO", "DO25", "Node"] as const;
/** Those that Socket.IO clients can use. */
export const SOCKET_IO = ["Edgewise", "Node", "Python"] as const;

/** By which of its doors a room is joined; most peers have but one. */
export type Door = "own" | "socket.io";

export interface Peer {
  readonly name: PeerName;
  /** Starts its server with its storage in this folder, asking the model at this address. */
  start(folder: string, modelUrl: string): Promise<Server>;
}

export interface Server {
  readonly name: PeerName;
  readonly pid: number;
  /** Processes beside it that work for it alone: what they use of the CPU counts as the server's. */
  readonly helpers: readonly number[];
  /** What it has asked of its database so far; null: it has none beside itself. */
  database(): Promise<{ requests: number; rowsWritten: number } | null>;
  /** What it has printed. */
  readonly log: readonly string[];
  /** A new conversation of so many people. */
  room(people: number, door?: Door): Promise<Room>;
  stop(): Promise<void>;
}

export interface Room {
  /** One more connection, of the person whose turn it is; it has been told all it is told at first. */
  join(listener: Listener): Promise<Connection>;
  /** The same person again after a break, with what the lost connection knows. */
  rejoin(lost: Connection, listener: Listener): Promise<Connection>;
  /** So many messages more, sent some other way than one by one over a socket; null: it keeps none. */
  fill: ((messages: number, content: string) => Promise<void>) | null;
}

export interface Listener {
  /** Offers the server to compress, as browsers do. */
  compressed?: true;
  /** More of the answer. */
  text?(text: string): void;
  /** The answer has ended. */
  ended?(): void;
  /** Somebody's message. */
  message?(): void;
  /** The server closed the connection. */
  closed?(): void;
}

export interface Connection {
  /** A message; resolves when the server has acknowledged it. */
  send(content: string, options: { answer: boolean }): Promise<void>;
  /** The page of messages before the ones told at first; resolves when it is there. Absent: it keeps none. */
  older?(): Promise<void>;
  /** Is cut off for so long, then has its session again, and counts what comes from then on. Absent: it has none. */
  recover?(awayMs: number): Promise<void>;
  /** Bytes that came over the socket so far, headers and all. */
  received(): number;
  /** Frames with text of the answer so far. */
  textFrames(): number;
  /** Reads nothing any more: the peer that does not read. */
  stall(): void;
  close(): void;
}
