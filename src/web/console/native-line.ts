// A line in Edgewise's own frames: one WebSocket to one conversation, taken up again after the last event that came.
import * as z from "zod";
import { bytesOf, type Line, type LineOptions, type LineState } from "./line.ts";

/** What a line must understand of what it carries. */
const Heard = z.looseObject({
  type: z.string().optional(),
  epoch: z.string().optional(),
  seq: z.int().optional(),
  ref: z.int().optional(),
});

interface NativeOptions extends Omit<LineOptions, "token" | "transport"> {
  conversation: number;
  ticket: () => Promise<string>;
}

export function openNative({ host, conversation, ticket, ...heard }: NativeOptions): Line {
  let socket: WebSocket | null = null;
  let epoch: string | null = null;
  let seq = 0;
  /** A ticket that comes too late opens nothing. */
  let attempt = 0;
  /** When each command that waits for its reply was sent. */
  const sent = new Map<number, number>();

  async function open(resumed: boolean) {
    attempt += 1;
    const mine = attempt;
    heard.onState({ state: "connecting" });
    const url = new URL(`/parties/conversation/${conversation}`, host);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    url.searchParams.set("ticket", await ticket());
    if (mine !== attempt) return;
    if (resumed && epoch !== null) {
      url.searchParams.set("epoch", epoch);
      url.searchParams.set("since", String(seq));
    }
    const opened = new WebSocket(url);
    socket = opened;
    opened.onopen = () => heard.onState({ state: "open", id: String(conversation), resumed });
    opened.onmessage = ({ data }: MessageEvent) => {
      if (socket === opened) hear(String(data));
    };
    opened.onclose = ({ code, reason }) => {
      if (socket !== opened) return;
      heard.onState({ state: "cut", reason: reason === "" ? String(code) : `${code} ${reason}` });
    };
  }
  const connect = (resumed: boolean) =>
    void open(resumed).catch((error: unknown) =>
      heard.onState({ state: "closed", reason: error instanceof Error ? error.message : String(error) }),
    );

  function hear(raw: string) {
    heard.onPacket("in", raw, bytesOf(raw));
    const frame = Heard.safeParse(parsed(raw));
    if (!frame.success) return;
    const { data } = frame;
    if (data.type === "welcome" && data.epoch !== undefined) epoch = data.epoch;
    if (data.seq !== undefined) seq = Math.max(seq, data.seq);
    const asked = data.type === "reply" && data.ref !== undefined ? sent.get(data.ref) : undefined;
    if (asked !== undefined && data.ref !== undefined) {
      sent.delete(data.ref);
      heard.onLatency(performance.now() - asked);
    }
  }

  connect(false);
  return {
    send(type, payload) {
      const frame = { type, ...(typeof payload === "object" ? payload : {}) };
      const { ref } = Heard.parse(frame);
      if (ref !== undefined) sent.set(ref, performance.now());
      const raw = JSON.stringify(frame);
      heard.onPacket("out", raw, bytesOf(raw));
      socket?.send(raw);
    },
    cut: () => leave({ state: "cut", reason: "" }),
    resume: () => connect(true),
    close: () => leave({ state: "closed", reason: "" }),
  };

  /** Without waiting for the server to say goodbye too. */
  function leave(state: LineState) {
    attempt += 1;
    const last = socket;
    socket = null;
    last?.close();
    heard.onState(state);
  }
}

function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return null;
  }
}
