// Who acts. Built only by the worker from a verified token, handed to objects only as an RPC argument.
import type { Scope } from "../protocol/admin.ts";
import type { Role } from "../protocol/entities.ts";

export interface Principal {
  user_id: number;
  name: string;
  role: Role;
  /** Login session; null for a token of an outside issuer. */
  sid: string | null;
  /** Token expiry, epoch seconds. */
  exp: number;
  /** Token issue time, epoch seconds: a revocation of the user refuses older ones. */
  iat: number;
}

/** A machine with a key: no role, no socket, only the scopes of its key. Built only by the worker from a known key. */
export interface Service {
  kind: "service";
  key_id: number;
  name: string;
  scopes: readonly Scope[];
}
