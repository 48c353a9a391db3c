// Which access tokens are genuine (security.md §4): one generated table, each row a way to be wrong.
import { SignJWT, UnsecuredJWT } from "jose";
import { describe, expect, it } from "vitest";
import { type AccessGrant, signAccess } from "../../../src/auth/sign.ts";
import { createVerifier } from "../../../src/auth/verify.ts";
import { type Config, readConfig } from "../../../src/env.ts";

const SECRET = "a-secret-of-more-than-32-bytes-0123456789";
const NOW = 1_800_000_000;
const clock = { now: () => NOW * 1000, after: () => () => {} };

function configured(variables: Record<string, string> = {}): Config {
  const config = readConfig({ JWT_SECRET: SECRET, ...variables });
  if (!config.ok) throw new Error(config.error.message);
  return config.value;
}

const verify = (token: string, config = configured()) => createVerifier(config, clock)(token);

type Claims = Record<string, unknown>;
const OUTSIDE: Claims = { sub: "42", type: "access", exp: NOW + 60 };
const OWN: Claims = {
  ...OUTSIDE,
  sid: "6a2f41a3-c54c-4c0e-8d4e-2d0a3a1f0b11",
  jti: "j",
  role: "member",
  name: "Ada",
  iat: NOW - 10,
};

const sign = (claims: Claims, { alg = "HS256", secret = SECRET, header = {} } = {}): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg, ...header }).sign(new TextEncoder().encode(secret));

const without = (claims: Claims, name: string): Claims =>
  Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));

const GOOD: [string, () => Promise<string>][] = [
  ["a token of the five older systems: sub, type, exp", () => sign(OUTSIDE)],
  ["one whose sub is a number", () => sign({ ...OUTSIDE, sub: 7 })],
  ["one whose sub is no number", () => sign({ ...OUTSIDE, sub: "auth0|user-1" })],
  ["our own", () => sign(OWN)],
  ["one that expired 4 s ago: clocks differ", () => sign({ ...OUTSIDE, exp: NOW - 4 })],
  ["one that begins in 4 s", () => sign({ ...OUTSIDE, nbf: NOW + 4 })],
  ["one issued 4 s ahead", () => sign({ ...OUTSIDE, iat: NOW + 4 })],
  ["times with fractions (RFC 7519 NumericDate)", () => sign({ ...OUTSIDE, iat: NOW - 1.5, exp: NOW + 1.5 })],
];

const BAD: [string, () => string | Promise<string>][] = [
  ["empty", () => ""],
  ["not a JWT", () => "abc"],
  ["three empty parts", () => ".."],
  ["alg none", () => new UnsecuredJWT(OUTSIDE).encode()],
  ["HS384 with our secret", () => sign(OUTSIDE, { alg: "HS384" })],
  ["HS512 with our secret", () => sign(OUTSIDE, { alg: "HS512" })],
  ["another secret", () => sign(OUTSIDE, { secret: "another-secret-of-more-than-32-bytes-0123" })],
  ["the empty secret", () => sign(OUTSIDE, { secret: "\0" })],
  [
    "an unknown critical header",
    () =>
      new SignJWT(OUTSIDE)
        .setProtectedHeader({ alg: "HS256", crit: ["x-unknown"], "x-unknown": 1 })
        .sign(new TextEncoder().encode(SECRET), { crit: { "x-unknown": true } }),
  ],
  ["a key by URL (jku)", () => sign(OUTSIDE, { header: { jku: "https://evil.example/keys" } })],
  ["a key in the header (jwk)", () => sign(OUTSIDE, { header: { jwk: { kty: "oct", k: "AA" } } })],
  ["a certificate by URL (x5u)", () => sign(OUTSIDE, { header: { x5u: "https://evil.example/cert" } })],
  ["no sub", () => sign(without(OUTSIDE, "sub"))],
  ["an empty sub", () => sign({ ...OUTSIDE, sub: "" })],
  ["a sub of 300 characters", () => sign({ ...OUTSIDE, sub: "x".repeat(300) })],
  ["no type", () => sign(without(OUTSIDE, "type"))],
  ["a refresh token", () => sign({ ...OUTSIDE, type: "refresh" })],
  ["a ticket", () => sign({ ...OUTSIDE, type: "ticket" })],
  ["no exp", () => sign(without(OUTSIDE, "exp"))],
  ["exp as text", () => sign({ ...OUTSIDE, exp: "tomorrow" })],
  ["begins in a minute", () => sign({ ...OUTSIDE, nbf: NOW + 60 })],
  ["issued in the future", () => sign({ ...OUTSIDE, iat: NOW + 60 })],
  ["iat as text", () => sign({ ...OUTSIDE, iat: "now" })],
  ...["jti", "role", "name", "iat"].map((name): [string, () => Promise<string>] => [
    `our own without ${name}`,
    () => sign(without(OWN, name)),
  ]),
  ["our own with a sub that is no id", () => sign({ ...OWN, sub: "x" })],
  ["our own with an unknown role", () => sign({ ...OWN, role: "root" })],
  ["our own with a sid that is no text", () => sign({ ...OWN, sid: 7 })],
  ["more than 4,096 bytes", () => sign({ ...OUTSIDE, filler: "x".repeat(4096) })],
];

describe("a token is accepted", () => {
  it.each(GOOD)("%s", async (_, make) => {
    expect(await verify(await make())).toMatchObject({ ok: true });
  });
});

describe("a token is refused as not valid, without saying why", () => {
  it.each(BAD)("%s", async (_, make) => {
    expect(await verify(await make())).toEqual({
      ok: false,
      error: { code: "unauthorized", message: "The token is not valid." },
    });
  });

  it("one changed character anywhere", async () => {
    const token = await sign(OUTSIDE);
    for (let i = 0; i < token.length - 1; i += 7) {
      const changed = `${token.slice(0, i)}${token[i] === "A" ? "B" : "A"}${token.slice(i + 1)}`;
      expect((await verify(changed)).ok).toBe(false);
    }
  });
});

describe("only expiry is named", () => {
  it.each([OUTSIDE, OWN])("six seconds after exp", async (claims) => {
    expect(await verify(await sign({ ...claims, exp: NOW - 6 }))).toMatchObject({
      error: { code: "unauthorized", message: "The token has expired." },
    });
  });
});

describe("what configuration asks of a token", () => {
  it("JWT_ISSUER and JWT_AUDIENCE, once set, must be there and equal", async () => {
    const config = configured({ JWT_ISSUER: "https://id.example.org", JWT_AUDIENCE: "edgewise" });
    const whole = { ...OUTSIDE, iss: "https://id.example.org", aud: "edgewise" };
    expect((await verify(await sign(whole), config)).ok).toBe(true);
    expect((await verify(await sign({ ...whole, aud: ["other", "edgewise"] }), config)).ok).toBe(true);
    for (const claims of [without(whole, "iss"), without(whole, "aud"), { ...whole, iss: "x" }, { ...whole, aud: "x" }])
      expect((await verify(await sign(claims), config)).ok).toBe(false);
  });

  it("JWT_MAX_AGE_S ends outside tokens by their iat, and refuses those without one", async () => {
    const config = configured({ JWT_MAX_AGE_S: "100" });
    const aged = async (claims: Claims) => verify(await sign({ ...claims, exp: NOW + 9_999 }), config);
    expect(await aged({ ...OUTSIDE, iat: NOW - 90 })).toMatchObject({ ok: true, value: { exp: NOW + 10 } });
    expect((await aged({ ...OUTSIDE, iat: NOW - 106 })).ok).toBe(false);
    expect((await aged(OUTSIDE)).ok).toBe(false);
    expect((await aged({ ...OWN, iat: NOW - 5_000 })).ok).toBe(true);
  });

  it("JWT_ROLE_CLAIM names where an outside token has its role", async () => {
    const config = configured({ JWT_ROLE_CLAIM: "https://example.org/role" });
    const token = await sign({ ...OUTSIDE, "https://example.org/role": "doctor" });
    expect(await verify(token, config)).toMatchObject({ value: { kind: "outside", role: "doctor" } });
    expect(await verify(await sign({ ...OUTSIDE, role: "admin" }), config)).toMatchObject({ value: { role: null } });
  });

  it("a secret of 31 bytes, or a known default, is misconfigured before any token is seen", () => {
    const short = "0123456789abcdefghijklmnopqrstu";
    expect(readConfig({ JWT_SECRET: `${short}v` })).toMatchObject({ ok: true });
    for (const JWT_SECRET of ["abc", short, "changeme-changeme-changeme-changeme-1234", "x".repeat(40)])
      expect(readConfig({ JWT_SECRET })).toMatchObject({ error: { code: "misconfigured", field: "JWT_SECRET" } });
  });
});

describe("the tokens that we sign", () => {
  const grant: AccessGrant = { user_id: 42, name: "Ada", role: "doctor", sid: "s", jti: "j", iat: NOW };

  it("are accepted under every configuration that allows signing", async () => {
    for (const variables of [
      {},
      { JWT_ISSUER: "https://id.example.org" },
      { JWT_AUDIENCE: "edgewise" },
      { JWT_ISSUER: "https://id.example.org", JWT_AUDIENCE: "edgewise", JWKS_URL: "https://id.example.org/keys" },
    ]) {
      const config = configured(variables);
      const token = await signAccess(grant, config);
      expect(token.ok && (await verify(token.value, config))).toMatchObject({
        value: { kind: "own", user_id: 42, name: "Ada", role: "doctor", sid: "s", exp: NOW + 86_400 },
      });
    }
  });

  it("are the same for the same grant, so that a lost answer can be repeated", async () => {
    expect(await signAccess(grant, configured())).toEqual(await signAccess(grant, configured()));
  });

  it("cannot be made without a secret of our own", async () => {
    const config = configured({ JWKS_URL: "https://id.example.org/keys" });
    expect(await signAccess(grant, { ...config, JWT_SECRET: undefined })).toMatchObject({
      error: { code: "misconfigured", field: "JWT_SECRET" },
    });
  });
});
