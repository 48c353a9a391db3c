// Why the server ends a connection: the last frame's words and the close code (protocol.md "Errors").
import { CLOSE, type CloseCode } from "./errors.ts";
import { LIMITS } from "./limits.ts";

export interface Farewell {
  close: CloseCode;
  /** The stable word, also the close reason: at most 123 bytes (RFC 6455 §5.5). */
  code: string;
  message: string;
  /** Set where coming back helps. */
  retryAfterMs?: number;
}

export const FAREWELL = {
  expired: { close: CLOSE.unauthorized, code: "unauthorized", message: "Your session has expired. Log in again." },
  ended: { close: CLOSE.unauthorized, code: "unauthorized", message: "Your session has ended. Log in again." },
  removed: { close: CLOSE.removed, code: "removed", message: "You are no longer a member of this conversation." },
  erased: { close: CLOSE.erased, code: "gone", message: "This conversation was deleted." },
  crowded: { close: CLOSE.connections, code: "rate_limited", message: "You have too many connections open here." },
  listening: { close: CLOSE.malformed, code: "invalid", message: "An inbox is listened to: send nothing but ping." },
  notReading: {
    close: CLOSE.idle,
    code: "idle",
    message: "You were not reading. Reconnect to go on where you were.",
    retryAfterMs: 0,
  },
  silent: { close: CLOSE.idle, code: "idle", message: "Nothing was heard from you for a minute.", retryAfterMs: 0 },
  tooLarge: {
    close: CLOSE.too_large,
    code: "too_large",
    message: `A frame may be at most ${LIMITS.frameBytes} bytes long.`,
  },
  malformed: { close: CLOSE.malformed, code: "invalid", message: "Too many frames that make no sense." },
  flood: {
    close: CLOSE.flood,
    code: "rate_limited",
    message: `At most ${LIMITS.socketCommands.perSecond} commands a second.`,
    retryAfterMs: 1_000,
  },
} satisfies Record<string, Farewell>;
