// An interview's line without Socket.IO: each frame is the payload of its one event.
import { bytesOf, type Line, type LineOptions, type LineState } from "./line.ts";

interface PlainOptions extends Omit<LineOptions, "transport"> {
  session: number;
  entity: string;
}

export function openPlain({ host, token, session, entity, ...heard }: PlainOptions): Line {
  let socket: WebSocket | null = null;
  /** When what waits for an answer was sent. */
  let asked: number | null = null;

  function connect() {
    heard.onState({ state: "connecting" });
    const url = new URL(`/api/v1/ai-assistant/ws/${session}`, host);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    url.searchParams.set("token", token);
    if (entity !== "") url.searchParams.set("user_entity_id", entity);
    const opened = new WebSocket(url);
    socket = opened;
    opened.onopen = () => heard.onState({ state: "open", id: String(session), resumed: false });
    opened.onmessage = ({ data }: MessageEvent) => {
      if (socket !== opened) return;
      const raw = String(data);
      heard.onPacket("in", raw, bytesOf(raw));
      if (asked !== null) heard.onLatency(performance.now() - asked);
      asked = null;
    };
    opened.onclose = ({ code, reason }) => {
      if (socket !== opened) return;
      heard.onState({ state: "cut", reason: reason === "" ? String(code) : `${code} ${reason}` });
    };
  }

  /** Without waiting for the server to say goodbye too. */
  function leave(state: LineState) {
    const last = socket;
    socket = null;
    last?.close();
    heard.onState(state);
  }

  connect();
  return {
    send(_event, payload, acknowledge) {
      const raw = JSON.stringify(payload);
      if (acknowledge) asked = performance.now();
      heard.onPacket("out", raw, bytesOf(raw));
      socket?.send(raw);
    },
    cut: () => leave({ state: "cut", reason: "" }),
    resume: connect,
    close: () => leave({ state: "closed", reason: "" }),
  };
}
