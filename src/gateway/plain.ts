// The interview's native WebSocket (vocabularies.md 1): puts plain JSON frames into Socket.IO ones and back, so that everything
// behind is the same for both: who is let in, what is told, and when it ends.
import type { Data } from "./engine-packet.ts";
import { GATEWAY } from "./limits.ts";
import type { Pipe } from "./line.ts";

/** RFC 6455 §7.4.1: refused by a rule of ours; something broke here; come again later. */
const POLICY = 1008;
const BROKEN = 1011;
const LATER = 1013;

/** Socket.IO packets in Engine.IO messages, in the root namespace. */
const CONNECT = "40";
const EVENT = "42";
const CONNECT_ERROR = "44";
const CLOSE = "1";
const PING = "2";
const PONG = "3";

/** The client's first packet, in its stead. */
export const connectPacket = (auth: object): string => `${CONNECT}${JSON.stringify(auth)}`;

/** What the client sends, as the event that it stands for: an object, or a bare string. The engine refuses what is too large. */
export function heardPlain(frame: Data): Data {
  if (frame.length > GATEWAY.maxPayload) return frame;
  const payload = typeof frame === "string" ? readFrame(frame) : {};
  return `${EVENT}${JSON.stringify(["ai_message", payload])}`;
}

/** A bare string is taken as the message, for people at a terminal; broken JSON is not. */
function readFrame(text: string): unknown {
  if (!/^\s*["[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** RFC 6455 §5.5: a close frame has room for 123 bytes. */
const asReason = (text: string): string => (Buffer.byteLength(text) <= 123 ? text : "");

/**
 * The same WebSocket for the engine: what it sends goes out as plain frames. `answer`: what this client cannot answer. Nothing
 * proves that it reads, so that all it was sent may be unread (decision 051).
 */
export function plainPipe(pipe: Pipe, answer: (frame: string) => void): Pipe {
  let complaint: string | null = null;
  let { sent } = pipe.note;
  const end = (code: number, reason: string): void => {
    pipe.close(code, reason);
    queueMicrotask(() => answer(CLOSE)); // nobody else will end its session
  };
  const send = (frame: Data): void => {
    if (frame === PING) {
      if (sent > pipe.note.sent) pipe.keep({ ...pipe.note, sent });
      return queueMicrotask(() => answer(PONG));
    }
    if (typeof frame !== "string") return;
    if (frame.startsWith(CONNECT_ERROR)) {
      const { message, data }: { message: string; data?: { code?: string } } = JSON.parse(frame.slice(2));
      return end(data?.code === "unavailable" ? LATER : POLICY, message);
    }
    if (!frame.startsWith(EVENT)) return;
    const [event, payload]: [string, { type?: string; content?: string; message?: string }] = JSON.parse(
      frame.slice(2),
    );
    const told = event === "error" ? { type: "error", content: payload.message } : payload;
    complaint = told.type === "error" ? asReason(told.content ?? "") : null;
    const text = JSON.stringify(told);
    sent += text.length;
    if (sent > GATEWAY.unread) return end(LATER, "Connect again to go on.");
    pipe.send(text);
  };
  return {
    get note() {
      return pipe.note;
    },
    keep: (note) => pipe.keep(note),
    send,
    close(code) {
      if (code !== 1000) pipe.close(code, "");
      else if (complaint === null) pipe.close(BROKEN, "");
      else pipe.close(POLICY, complaint);
    },
  };
}
