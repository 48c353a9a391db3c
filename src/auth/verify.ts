// Access tokens: which are genuine, and what they say (security.md §4). Whether their login still stands is asked elsewhere.
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from "jose";
import * as z from "zod";
import type { Config } from "../env.ts";
import type { Clock } from "../lib/clock.ts";
import { Name, Role } from "../protocol/entities.ts";
import { type Outcome, ok, refuse } from "../protocol/errors.ts";

/** What a genuine token says: of a login here, or of someone whom an outside issuer knows. Times in epoch seconds. */
export type Access =
  | { kind: "own"; user_id: number; sid: string; name: string; role: Role; iat: number; exp: number }
  | {
      kind: "outside";
      issuer: string;
      subject: string;
      name: string | null;
      role: Role | null;
      iat: number;
      exp: number;
    };

export type Verify = (token: string) => Promise<Outcome<Access>>;

export const TOKEN_BYTES = 4096;
export const SKEW_S = 5;
/** The issuer written for tokens that are signed with our own secret elsewhere. */
export const SECRET_ISSUER = "secret";

const NumericDate = z.number().nonnegative().transform(Math.floor);
export const DecimalId = z
  .string()
  .regex(/^[1-9]\d{0,14}$/)
  .transform(Number);
const Subject = z.string().min(1).max(255);

const OwnClaims = z.object({
  type: z.literal("access"),
  sub: DecimalId,
  sid: z.string().min(1).max(64),
  jti: z.string().min(1).max(64),
  role: Role,
  name: z.string(),
  iat: NumericDate,
  exp: NumericDate,
});

const OutsideClaims = z.object({
  type: z.literal("access"),
  sub: z.union([Subject, z.int().positive().transform(String)]),
  exp: NumericDate,
  iat: NumericDate.optional(),
  name: Name.optional().catch(undefined),
});

/** RFC 8725 §3.10: a header may not tell us which key to use. */
const KEY_HEADERS = ["jku", "jwk", "x5u", "x5c"];

const refused = refuse("unauthorized", "The token is not valid.");
const expired = refuse("unauthorized", "The token has expired.");

export function createVerifier(config: Config, clock: Clock): Verify {
  const secret = config.JWT_SECRET ? new TextEncoder().encode(config.JWT_SECRET) : null;
  const keys = config.JWKS_URL ? createRemoteJWKSet(new URL(config.JWKS_URL)) : null;

  const genuine = async (token: string): Promise<{ payload: JWTPayload; by: "secret" | "keys" } | null> => {
    const header = headerOf(token);
    if (!header || KEY_HEADERS.some((name) => name in header)) return null;
    const options = {
      clockTolerance: SKEW_S,
      currentDate: new Date(clock.now()),
      requiredClaims: ["sub", "exp", "type"],
      ...(config.JWT_AUDIENCE ? { audience: config.JWT_AUDIENCE } : {}),
    };
    const issuer = config.JWT_ISSUER ? { issuer: config.JWT_ISSUER } : {};
    // With both kinds of key the issuer chooses: tokens of our secret name none (RFC 8725 §3.1: one key, one algorithm).
    if (keys && (!secret || decodeJwt(token).iss !== undefined)) {
      const accepted = { ...options, ...issuer, algorithms: ["EdDSA", "ES256", "RS256"] };
      const { payload } = await jwtVerify(token, keys, accepted).catch((error: unknown) => {
        throw isTokensFault(error) ? error : new KeyServerError();
      });
      return { payload, by: "keys" };
    }
    if (!secret) return null;
    const { payload } = await jwtVerify(token, secret, { ...options, ...(keys ? {} : issuer), algorithms: ["HS256"] });
    return { payload, by: "secret" };
  };

  return async (token) => {
    if (token.length > TOKEN_BYTES) return refused;
    try {
      const found = await genuine(token);
      if (!found) return refused;
      const now = clock.now() / 1000;
      const access =
        found.by === "secret" && found.payload.sid !== undefined ? own(found.payload) : outside(found, config);
      if (!access || access.iat > now + SKEW_S) return refused;
      return access.exp + SKEW_S > now ? ok(access) : expired;
    } catch (error) {
      if (error instanceof errors.JWTExpired) return expired;
      if (error instanceof KeyServerError)
        return refuse("unavailable", "The keys of the identity provider cannot be read.");
      if (isTokensFault(error)) return refused;
      throw error;
    }
  };
}

function own(payload: JWTPayload): Access | null {
  const claims = OwnClaims.safeParse(payload);
  if (!claims.success) return null;
  const { sub, sid, name, role, iat, exp } = claims.data;
  return { kind: "own", user_id: sub, sid, name, role, iat, exp };
}

function outside(found: { payload: JWTPayload; by: "secret" | "keys" }, config: Config): Access | null {
  const claims = OutsideClaims.safeParse(found.payload);
  if (!claims.success) return null;
  const { sub, name, iat, exp } = claims.data;
  const role = Role.safeParse(found.payload[config.JWT_ROLE_CLAIM]);
  // A token that does not say when it was issued counts as older than any revocation.
  const issued = iat ?? 0;
  return {
    kind: "outside",
    issuer: found.by === "secret" ? SECRET_ISSUER : `keys:${found.payload.iss ?? ""}`,
    subject: sub,
    name: name ?? null,
    role: role.success ? role.data : null,
    iat: issued,
    exp: config.JWT_MAX_AGE_S ? Math.min(exp, issued + config.JWT_MAX_AGE_S) : exp,
  };
}

/** The key server is away: neither the token's fault nor the caller's. */
class KeyServerError extends Error {
  override name = "KeyServerError";
}

const isTokensFault = (error: unknown): boolean =>
  error instanceof errors.JOSEError &&
  !(error instanceof errors.JWKSTimeout) &&
  // What jose throws when the key server answers, but not with keys.
  error.code !== "ERR_JOSE_GENERIC";

/** Null for what is no token at all: jose throws a TypeError for it. */
function headerOf(token: string): object | null {
  try {
    return decodeProtectedHeader(token);
  } catch {
    return null;
  }
}
