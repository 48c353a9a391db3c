// Opens the line that a dialect needs: Edgewise's own socket by a ticket, or Socket.IO by the token.
import { createRest } from "../../client/rest.ts";
import { DIALECTS, type DialectName, type TransportName } from "./dialects.ts";
import type { Line, LineOptions } from "./line.ts";
import { openNative } from "./native-line.ts";
import { openPlain } from "./plain-line.ts";
import { openSocketIo } from "./socket-io-line.ts";

export interface Setup {
  transport: TransportName;
  /** Of an interview: as whom it is opened; blank for as whoever fits. */
  entity: string;
}

export function openLine(
  options: Omit<LineOptions, "transport"> & Setup & { dialect: DialectName; conversation: number },
): Line {
  const { dialect, conversation, entity, token, host, transport } = options;
  const { namespace } = DIALECTS[dialect];
  if (namespace === null) return openNative({ ...options, ticket: () => restOf(host, token).ticket(conversation) });
  if (transport === "plain") return openPlain({ ...options, session: conversation });
  const auth = dialect === "interview" ? { session_id: conversation, user_entity_id: entity } : {};
  return openSocketIo({ ...options, transport, namespace, auth });
}

/** By this token alone: neither with the page's cookies, nor changing them. */
export const restOf = (host: string, token: string | null) =>
  createRest({
    host,
    session: token === null ? null : { access_token: token, refresh_token: "" },
    fetch: (input, init) => fetch(input, { ...init, credentials: "omit" }),
  });
