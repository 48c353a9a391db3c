// Who acts. Built only by the worker from a verified token, handed to objects only as an RPC argument.
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
