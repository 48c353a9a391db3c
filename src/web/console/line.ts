// A connection as the console holds it: what goes over it can be seen, and it can be cut and taken up again on purpose.
import type { TransportName } from "./dialects.ts";

export type LineState =
  | { state: "connecting" }
  /** `resumed`: it is the same session as before, and what was missed has come. */
  | { state: "open"; id: string; resumed: boolean }
  /** It can be taken up again. */
  | { state: "cut"; reason: string }
  | { state: "closed"; reason: string };

export interface LineOptions {
  host: string;
  token: string;
  transport: TransportName;
  /** A packet as it is on the wire; `size` in bytes. */
  onPacket: (direction: "in" | "out", raw: string, size: number) => void;
  onState: (state: LineState) => void;
  /** How long an answer took, in ms. */
  onLatency: (ms: number) => void;
}

export interface Line {
  send(event: string, payload: unknown, acknowledge: boolean): void;
  /** As when the network goes: no farewell is said. */
  cut(): void;
  resume(): void;
  close(): void;
}

const encoder = new TextEncoder();
export const bytesOf = (text: string): number => encoder.encode(text).length;
