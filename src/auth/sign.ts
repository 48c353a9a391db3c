// The tokens that we issue ourselves, signed with our own secret.
import { SignJWT } from "jose";
import type { Config } from "../env.ts";
import type { Role } from "../protocol/entities.ts";
import { type Outcome, ok, refuse } from "../protocol/errors.ts";

export interface AccessGrant {
  user_id: number;
  name: string;
  role: Role;
  sid: string;
  jti: string;
  /** Epoch seconds. */
  iat: number;
}

/** The same grant gives the same token: a lost answer can be given again. */
export async function signAccess(grant: AccessGrant, config: Config): Promise<Outcome<string>> {
  const key = signingKey(config);
  if (!key.ok) return key;
  const { user_id, name, role, sid, jti, iat } = grant;
  const token = new SignJWT({ type: "access", sid, role, name, ...ourIssuer(config) })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setSubject(String(user_id))
    .setJti(jti)
    .setIssuedAt(iat)
    .setExpirationTime(iat + config.ACCESS_TOKEN_TTL_S);
  return ok(await token.sign(key.value));
}

/** Without a secret (only `JWKS_URL`) nothing can be issued here: log-in and tickets are the identity provider's. */
export function signingKey(config: Config): Outcome<Uint8Array> {
  if (!config.JWT_SECRET)
    return refuse("misconfigured", "The variable JWT_SECRET is missing: without it no token can be issued here.", {
      field: "JWT_SECRET",
    });
  return ok(new TextEncoder().encode(config.JWT_SECRET));
}

/** What `verify.ts` will ask of a token of our secret. */
const ourIssuer = (config: Config) => ({
  ...(config.JWT_ISSUER && !config.JWKS_URL ? { iss: config.JWT_ISSUER } : {}),
  ...(config.JWT_AUDIENCE ? { aud: config.JWT_AUDIENCE } : {}),
});
