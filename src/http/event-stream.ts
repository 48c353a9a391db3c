// Server-sent events over HTTP: the answer's headers, and where a reader left off.
import * as z from "zod";

export const eventStream = (body: ReadableStream<Uint8Array>): Response =>
  new Response(body, {
    headers: {
      "Content-Type": "text/event-stream; charset=utf-8",
      "Cache-Control": "no-store, no-transform",
      "X-Accel-Buffering": "no", // tells proxies in between not to gather
    },
  });

/** The body in a route's contract. */
export const streamed = {
  content: {
    "text/event-stream": {
      schema: z.string().describe("Server-sent events: the frames of `/protocol.json`, named by their type"),
      example: [
        'event: turn.started\nid: e1.4.0\ndata: {"type":"turn.started","seq":4,"at":"…","turn":{…}}\n\n',
        'event: text\nid: e1.4.11\ndata: {"from":0,"text":"Two minutes"}\n\n',
        'event: text\nid: e1.4.31\ndata: {"from":11,"text":", in water of 80 °C."}\n\n',
        'event: turn.finished\nid: e1.5\ndata: {"type":"turn.finished","seq":5,"at":"…","turn":{…},"message":{…}}\n\n',
      ].join(""),
    },
  },
};

export interface StreamPlace {
  epoch: string | null;
  since: number | null;
  offset: number | null;
}

/** `epoch.seq[.offset]` as the events' ids have it, or a bare `seq`; anything else is a first visit. */
export function readPlace(id: string | undefined): StreamPlace {
  const [, epoch, since, offset] = /^(?:([0-9a-f-]{1,64})\.)?(\d{1,15})(?:\.(\d{1,15}))?$/.exec(id ?? "") ?? [];
  if (since === undefined) return { epoch: null, since: null, offset: null };
  return { epoch: epoch ?? null, since: Number(since), offset: offset === undefined ? null : Number(offset) };
}
