// A piece of work that is measured: what is done to a server, and the rows of the table that come of it.
import type { PeerName, Server } from "../peers/peer.ts";

/** How much of everything: the quick benchmark shows that it works and roughly where things stand. */
export interface Scale {
  quick: boolean;
}

export type Metrics = Record<string, number>;

export interface Work {
  name: string;
  peers: readonly PeerName[];
  /** It asks for a server that has done nothing yet; else it gets one that is warm. */
  fresh: boolean;
  /** Also done with storage on disk. */
  onDisk: boolean;
  measure(server: Server, scale: Scale): Promise<Metrics>;
  rows: readonly Row[];
}

/** Of each peer that did the work; medians of the runs. */
export type Values = Partial<Record<PeerName, number>>;

export interface Row {
  what: string;
  /** Name of the metric. */
  metric: string;
  unit: Unit;
  aim: Aim | null;
}

export type Unit = "ms" | "ratio" | "per second" | "bytes" | "count" | "percent";

export interface Aim {
  words: string;
  met(edgewise: number, others: (name: PeerName) => number): boolean;
  /** With storage on disk, where it is another one. */
  onDisk?: Aim;
}

/** At most this much, whatever the others do. */
export const atMost = (limit: number, words: string): Aim => ({ words, met: (edgewise) => edgewise <= limit });

/** At most so many times what a peer needs, and `more`. */
export const atMostTimes = (factor: number, peer: PeerName, words: string, more = 0): Aim => ({
  words,
  met: (edgewise, others) => edgewise <= factor * others(peer) + more,
});

export const atLeastTimes = (factor: number, peer: PeerName, words: string): Aim => ({
  words,
  met: (edgewise, others) => edgewise >= factor * others(peer),
});
