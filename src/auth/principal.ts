// Who acts. Built only by the worker from a verified token, handed to objects only as an RPC argument. The schema is for
// what an object kept of it beside a socket, and reads again after a sleep.
import * as z from "zod";
import type { Scope } from "../protocol/admin.ts";
import { Role } from "../protocol/entities.ts";

export const Principal = z.object({
  user_id: z.int(),
  name: z.string(),
  role: Role,
  /** Login session; null for a token of an outside issuer. */
  sid: z.string().nullable(),
  /** Token expiry, epoch seconds. */
  exp: z.number(),
  /** Token issue time, epoch seconds: a revocation of the user refuses older ones. */
  iat: z.number(),
});
export type Principal = z.infer<typeof Principal>;

/** A machine with a key: no role, no socket, only the scopes of its key. Built only by the worker from a known key. */
export interface Service {
  kind: "service";
  key_id: number;
  name: string;
  scopes: readonly Scope[];
}
