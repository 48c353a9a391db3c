// Tokens of an outside identity provider, by its published keys (security.md §4).
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createVerifier } from "../../../src/auth/verify.ts";
import { readConfig } from "../../../src/env.ts";

const SECRET = "a-secret-of-more-than-32-bytes-0123456789";
const NOW = 1_800_000_000;
const clock = { now: () => NOW * 1000, after: () => () => {} };
const CLAIMS = { sub: "1", type: "access", exp: NOW + 60, iss: "https://id.example.org" };
const ALGORITHMS = ["EdDSA", "ES256", "RS256"];

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
const pairs = new Map<string, Pair>();
const published: object[] = [];

const pair = (alg: string): Pair => {
  const found = pairs.get(alg);
  if (!found) throw new Error(`no key for ${alg}`);
  return found;
};

function verifier(variables: Record<string, string> = {}) {
  const config = readConfig({
    JWKS_URL: "https://id.example.org/keys",
    JWT_ISSUER: "https://id.example.org",
    ...variables,
  });
  if (!config.ok) throw new Error(config.error.message);
  return createVerifier(config.value, clock);
}

const signed = (alg: string, claims: Record<string, unknown> = CLAIMS, kid = alg) =>
  new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(pair(alg).privateKey);

beforeAll(async () => {
  for (const alg of [...ALGORITHMS, "ES384"]) {
    const keys = await generateKeyPair(alg, { extractable: true });
    pairs.set(alg, keys);
    published.push({ ...(await exportJWK(keys.publicKey)), kid: alg, alg });
  }
});

const serveKeys = () =>
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => Response.json({ keys: published }));
afterEach(() => vi.restoreAllMocks());

describe("a token of the identity provider", () => {
  it.each(ALGORITHMS)("is accepted when signed with %s", async (alg) => {
    serveKeys();
    expect(await verifier()(await signed(alg))).toMatchObject({
      value: { kind: "outside", subject: "1", issuer: "keys:https://id.example.org" },
    });
  });

  it("keeps a sid of its own to itself: it is no session here", async () => {
    serveKeys();
    const token = await signed("ES256", { ...CLAIMS, sid: "theirs", jti: "j", role: "member", name: "Eve", iat: NOW });
    expect(await verifier({ JWT_SECRET: SECRET })(token)).toMatchObject({ value: { kind: "outside" } });
  });

  it.each([
    ["another algorithm of a published key", () => signed("ES384")],
    ["an unknown kid", () => signed("ES256", CLAIMS, "other")],
    ["another issuer", () => signed("ES256", { ...CLAIMS, iss: "https://evil.example" })],
    ["no issuer", () => signed("ES256", { sub: "1", type: "access", exp: NOW + 60 })],
    ["no type", () => signed("ES256", { sub: "1", iss: CLAIMS.iss, exp: NOW + 60 })],
    [
      "HS256 with the public key as secret",
      async () =>
        new SignJWT(CLAIMS)
          .setProtectedHeader({ alg: "HS256", kid: "ES256" })
          .sign(new TextEncoder().encode(JSON.stringify(published[1]))),
    ],
    [
      "HS256 with our secret in the name of the provider",
      async () => new SignJWT(CLAIMS).setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode(SECRET)),
    ],
  ])("is refused with %s", async (_, make) => {
    serveKeys();
    expect(await verifier({ JWT_SECRET: SECRET })(await make())).toMatchObject({ error: { code: "unauthorized" } });
  });

  it("is neither accepted nor refused while the keys cannot be read", async () => {
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("down", { status: 500 }));
    expect(await verifier()(await signed("ES256"))).toMatchObject({ error: { code: "unavailable" } });
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => {
      throw new TypeError("connection refused");
    });
    expect(await verifier()(await signed("ES256"))).toMatchObject({ error: { code: "unavailable" } });
  });
});
