// What every socket's address answers to a request that is no WebSocket handshake.
import type { Context } from "hono";
import type { ErrorBody } from "../protocol/errors.ts";
import { ErrorAnswer } from "../protocol/rest.ts";
import { json } from "./respond.ts";

const NO_UPGRADE: ErrorBody = { code: "invalid", message: "Open this address as a WebSocket." };

/** null: it is one. */
export function noUpgrade(c: Pick<Context, "req" | "header" | "json">) {
  if (c.req.header("upgrade")?.toLowerCase() === "websocket") return null;
  c.header("Upgrade", "websocket");
  return c.json({ error: NO_UPGRADE }, 426);
}

/** The same in a contract. */
export const withoutUpgrade = json(ErrorAnswer, "Asked for without `Upgrade: websocket`", { error: NO_UPGRADE });
