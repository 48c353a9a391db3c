// What every case asks of a server, so that ours and the reference are asked the same.

export interface Server {
  kind: "edgewise" | "node";
  url: string;
  pingIntervalMs: number;
  /** Of two people. */
  tokens: [string, string];
  /** The number of a room that both may join, in which nobody answers by itself. */
  room(): Promise<number>;
  /** Which object of several holds a session; the same for all where there is only one. */
  shardOf(sid: string): string;
}

export interface Case {
  name: string;
  /** Asked of our server only: why the reference differs. */
  ours?: string;
  run(server: Server): Promise<void>;
}

export const NAMESPACE = "/assistant/realtime";
