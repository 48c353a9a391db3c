// What goes out without an answer: typing and read marks, as seldom as the others need them.
import type { ClientSignal } from "../protocol/commands.ts";
import type { Environment } from "./environment.ts";

/** The server forgets typing after 6 s; said again before that. */
const TYPING_AGAIN_MS = 4_000;
const TYPING_LEAST_MS = 1_000;
const READ_MS = 1_000;

export interface Presence {
  typing(on: boolean): void;
  read(messageId: number): void;
  /** A new connection: what the last one may have lost is said again. */
  reconnected(): void;
  /** What waits goes out first. */
  close(): void;
}

export function createPresence(environment: Environment, send: (signal: ClientSignal) => boolean): Presence {
  let typing = { on: false, at: -Infinity };
  let wanted = 0;
  let marked = 0;
  let stopReading: (() => void) | null = null;

  function mark() {
    stopReading = null;
    if (wanted === marked || !send({ type: "read", message_id: wanted })) return;
    marked = wanted;
    stopReading = environment.after(READ_MS, mark);
  }

  return {
    typing(on) {
      const age = environment.now() - typing.at;
      const due = on ? age >= (typing.on ? TYPING_AGAIN_MS : TYPING_LEAST_MS) : typing.on;
      if (!due || !send({ type: "typing", on })) return;
      typing = on ? { on, at: environment.now() } : { ...typing, on };
    },
    read(messageId) {
      wanted = messageId;
      if (!stopReading) mark();
    },
    reconnected() {
      typing = { on: false, at: -Infinity };
      marked = 0;
      if (!stopReading) mark();
    },
    close() {
      stopReading?.();
      mark();
      stopReading?.();
    },
  };
}
