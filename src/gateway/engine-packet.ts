// Engine.IO 4 packets on the wire: the first character is the type; in a polling body binary is `b` and base64, and packets
// are parted by U+001E (engine.io-protocol, "Packet encoding").

/** One message above the engine: text, or one binary attachment. */
export type Data = string | Uint8Array;

export type EnginePacket =
  | { type: "open" | "close" | "ping" | "pong" | "upgrade" | "noop"; data: string }
  | { type: "message"; data: Data };

const TYPES = ["open", "close", "ping", "pong", "message", "upgrade", "noop"] as const;
const DIGIT: ReadonlyMap<string, (typeof TYPES)[number]> = new Map(TYPES.map((type, digit) => [String(digit), type]));
const SEPARATOR = "\x1e";

/** As a WebSocket frame. */
export const encodeFrame = (packet: EnginePacket): Data =>
  typeof packet.data === "string" ? `${TYPES.indexOf(packet.type)}${packet.data}` : packet.data;

/** As the body of a polling answer. */
export const encodeBody = (packets: readonly EnginePacket[]): string =>
  packets
    .map(({ type, data }) => (typeof data === "string" ? `${TYPES.indexOf(type)}${data}` : `b${toBase64(data)}`))
    .join(SEPARATOR);

/** null: not a packet. */
export function decodeFrame(frame: Data): EnginePacket | null {
  if (typeof frame !== "string") return { type: "message", data: frame };
  const type = DIGIT.get(frame.charAt(0));
  return type ? { type, data: frame.slice(1) } : null;
}

/** null when one of them is not a packet. */
export function decodeBody(body: string): EnginePacket[] | null {
  const packets: EnginePacket[] = [];
  for (const part of body.split(SEPARATOR)) {
    const packet = part.startsWith("b") ? binary(part.slice(1)) : decodeFrame(part);
    if (!packet) return null;
    packets.push(packet);
  }
  return packets;
}

function binary(base64: string): EnginePacket | null {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 === 1) return null;
  return { type: "message", data: new Uint8Array(Buffer.from(base64, "base64")) };
}

const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
