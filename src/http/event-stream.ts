// Server-sent events over HTTP: the answer's headers, and where a reader left off.

export const eventStream = (body: ReadableStream<Uint8Array>): Response =>
  new Response(body, {
    headers: {
      "Content-Type": "text/event-stream; charset=utf-8",
      "Cache-Control": "no-store, no-transform",
      "X-Accel-Buffering": "no", // tells proxies in between not to gather
    },
  });

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
