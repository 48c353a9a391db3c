// One socket at a time to one place on the server, such as a conversation: opens it, checks that it lives, and connects again
// when it is gone.
import PartySocket from "partysocket";
import * as z from "zod";
import { CLOSE, ErrorBody, FINAL_CLOSES } from "../protocol/errors.ts";
import { backoff } from "./backoff.ts";
import type { Bye } from "./conversation-state.ts";
import type { Environment } from "./environment.ts";

const PING_MS = 25_000;
const SILENT_MS = 60_000;
/** How long a ping may take to be answered when the network has just changed. */
const PROOF_MS = 5_000;
const TICKET_MS = 15_000;
/** A connection that lived so long was a good one: the next reconnect starts from the shortest delay. */
const SETTLED_MS = 1_000;

export interface ConnectionOptions {
  host: string;
  /** Where: `/parties/{party}/{room}`. */
  party: string;
  room: string;
  ticket: () => Promise<string>;
  WebSocket?: unknown;
  environment: Environment;
  /** Where to continue, read when the ticket is there. */
  cursor: () => Record<string, string>;
  onOpen?: () => void;
  onMessage: (data: unknown) => void;
  /** The server's last words, if any, decide when to come back. */
  bye: () => Bye | null;
  onLost: (attempt: number) => void;
  onEnded: (code: number, reason: ErrorBody) => void;
}

export interface Connection {
  /** False when there is no open socket: nothing was sent. */
  write(frame: string): boolean;
  /** Drops the socket and connects again. */
  restart(): void;
  /** The network or the page is back: connect now, or have the socket prove that it still works. */
  wake(): void;
  close(): void;
}

type Phase =
  | { state: "opening" }
  | { state: "open"; since: number; heard: number; stop: () => void }
  | { state: "waiting"; stop: () => void }
  | { state: "closed" };

/** What a failed ticket request tells: `status` as of an HTTP answer. */
const Refusal = z.object({ status: z.int(), body: ErrorBody.optional().catch(undefined) });
const FINAL_STATUS: Readonly<Record<number, number>> = {
  401: CLOSE.unauthorized,
  403: CLOSE.removed,
  404: CLOSE.erased,
};

const MEANING: Readonly<Record<number, ErrorBody>> = {
  [CLOSE.malformed]: { code: "invalid", message: "The server did not understand this client." },
  [CLOSE.unauthorized]: { code: "unauthorized", message: "The session has ended. Log in again." },
  [CLOSE.removed]: { code: "forbidden", message: "You are no longer a member of this conversation." },
  [CLOSE.erased]: { code: "gone", message: "This conversation no longer exists." },
  [CLOSE.connections]: { code: "rate_limited", message: "This conversation is open in too many places." },
  [CLOSE.too_large]: { code: "too_large", message: "A frame was too large for the server." },
};

export function openConnection(options: ConnectionOptions): Connection {
  const { environment } = options;
  let phase: Phase = { state: "opening" };
  let attempt = 0;
  /** A new ticket was already tried for a session that the server called ended. */
  let renewed = false;
  /** Why there will be no more tickets. */
  let refusal: { code: number; reason: ErrorBody } | null = null;

  const { protocol, host } = new URL(options.host);
  const socket = new PartySocket({
    host,
    protocol: protocol === "https:" ? "wss" : "ws",
    party: options.party,
    room: options.room,
    query: async () => ({ ticket: await ticket(), ...options.cursor() }),
    ...(options.WebSocket === undefined ? {} : { WebSocket: options.WebSocket }),
    // When to come back is decided here, and no frame waits in a queue that outlives its connection.
    shouldReconnectOnClose: () => false,
    maxEnqueuedMessages: 0,
    connectionTimeout: 10_000,
  });

  socket.onopen = () => {
    const now = environment.now();
    phase = { state: "open", since: now, heard: now, stop: keepAlive() };
    options.onOpen?.();
  };
  socket.onmessage = ({ data }: MessageEvent) => {
    if (phase.state !== "open") return;
    phase.heard = environment.now();
    if (data !== "pong") options.onMessage(data);
  };
  socket.onclose = ({ code }) => gone(code);
  // A failed ticket is an error without a close; without this partysocket would retry at its own pace.
  socket.onerror = () => gone(1006);

  async function ticket(): Promise<string> {
    let stop = () => {};
    const late = new Promise<never>((_, reject) => {
      stop = environment.after(TICKET_MS, () => reject(new Error("No ticket in time.")));
    });
    try {
      return await Promise.race([options.ticket(), late]);
    } catch (error) {
      refusal = finalRefusal(error);
      throw error;
    } finally {
      stop();
    }
  }

  function gone(code: number) {
    if (phase.state !== "open" && phase.state !== "opening") return;
    if (phase.state === "open" && environment.now() - phase.since >= SETTLED_MS) {
      attempt = 0;
      renewed = false;
    }
    if (refusal) return end(refusal.code, refusal.reason);
    if (FINAL_CLOSES.has(code) && (code !== CLOSE.unauthorized || renewed))
      return end(code, meaning(code, options.bye()));
    if (code === CLOSE.unauthorized) renewed = true;
    attempt += 1;
    const asked = options.bye()?.retry_after_ms ?? 0;
    leave({ state: "waiting", stop: environment.after(asked + backoff(attempt, environment.random()), connect) });
    options.onLost(attempt);
  }

  function connect() {
    phase = { state: "opening" };
    socket.reconnect();
  }

  function end(code: number, reason: ErrorBody) {
    leave({ state: "closed" });
    options.onEnded(code, reason);
  }

  /** The phase changes first: the close event that partysocket sends at once is then ignored. */
  function leave(next: Phase) {
    if (phase.state === "open" || phase.state === "waiting") phase.stop();
    phase = next;
    socket.close();
  }

  function keepAlive(): () => void {
    let stopPing = environment.after(PING_MS, ping);
    let stopWatch = environment.after(SILENT_MS, watch);
    function ping() {
      socket.send("ping");
      stopPing = environment.after(PING_MS, ping);
    }
    function watch() {
      if (phase.state !== "open") return;
      const quiet = environment.now() - phase.heard;
      if (quiet >= SILENT_MS) gone(CLOSE.idle);
      else stopWatch = environment.after(SILENT_MS - quiet, watch);
    }
    return () => {
      stopPing();
      stopWatch();
    };
  }

  return {
    write(frame) {
      if (phase.state !== "open") return false;
      return socket.send(frame);
    },
    restart: () => gone(CLOSE.idle),
    wake() {
      if (phase.state === "waiting") {
        phase.stop();
        connect();
      } else if (phase.state === "open") {
        const asked = phase;
        const at = environment.now();
        socket.send("ping");
        environment.after(PROOF_MS, () => {
          if (phase === asked && asked.heard < at) gone(CLOSE.idle);
        });
      }
    },
    close() {
      leave({ state: "closed" });
    },
  };
}

function finalRefusal(error: unknown): { code: number; reason: ErrorBody } | null {
  const refused = Refusal.safeParse(error);
  const code = refused.success ? FINAL_STATUS[refused.data.status] : undefined;
  if (!refused.success || code === undefined) return null;
  return { code, reason: refused.data.body ?? meaning(code, null) };
}

/** The server's own words when it said any, under a stable code. */
function meaning(code: number, bye: Bye | null): ErrorBody {
  const known = MEANING[code] ?? { code: "internal", message: "The server closed the connection." };
  const said = ErrorBody.safeParse(bye);
  return said.success ? said.data : { ...known, message: bye?.message ?? known.message };
}
