// What a test needs of a running server, whichever way it runs.
export interface RunningServer {
  readonly url: string;
  /** The process that serves, for the record of a kill. */
  readonly pid: number;
  /** Everything it printed, across restarts. */
  readonly log: readonly string[];
  /** SIGKILL, at once; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same address and storage; resolves at the first answer. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}
