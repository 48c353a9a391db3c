// Reads JSON bodies within bounds before any schema sees them.
import { createMiddleware } from "hono/factory";
import { type Outcome, ok, refuse } from "../../protocol/errors.ts";
import { parseJson } from "../../protocol/json.ts";
import type { AppEnv } from "../context.ts";
import { refused } from "../respond.ts";

const MAX_BYTES = 256 * 1024;
const JSON_TYPE = /^application\/([\w.-]+\+)?json\s*(;|$)/i;

export const boundedJson = createMiddleware<AppEnv>(async (c, next) => {
  if (!c.req.raw.body || !JSON_TYPE.test(c.req.header("content-type") ?? "")) return next();
  const text = await readText(c.req.raw.body);
  if (!text.ok) return refused(c, text.error);
  if (text.value === "") {
    c.req.raw = withoutBody(c.req.raw);
    return next();
  }
  const value = parseJson(text.value);
  if (!value.ok) return refused(c, value.error);
  c.req.raw = new Request(c.req.raw, { body: text.value });
  return next();
});

/** Some clients name the type of a body that they do not send. */
function withoutBody(request: Request): Request {
  const headers = new Headers(request.headers);
  headers.delete("content-type");
  return new Request(request, { headers, body: null });
}

async function readText(body: ReadableStream<Uint8Array>): Promise<Outcome<string>> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const piece of body) {
      bytes += piece.byteLength;
      if (bytes > MAX_BYTES) return refuse("too_large", `The body may be at most ${MAX_BYTES} bytes long.`);
      pieces.push(piece);
    }
  } catch {
    return refuse("invalid", "The body broke off before its end.");
  }
  try {
    return ok(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(await new Blob(pieces).arrayBuffer()));
  } catch {
    return refuse("invalid", "The body is not UTF-8.");
  }
}
