// Socket tickets (protocol.md "Opening", security.md §4).
import { SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import type { Principal } from "../../../src/auth/principal.ts";
import { signTicket, verifyTicket } from "../../../src/auth/tickets.ts";
import { createVerifier } from "../../../src/auth/verify.ts";
import { type Config, readConfig } from "../../../src/env.ts";

const SECRET = "a-secret-of-more-than-32-bytes-0123456789";
const NOW = 1_800_000_000;
const at = (seconds: number) => ({ now: () => seconds * 1000, after: () => () => {} });
const ada: Principal = { user_id: 7, name: "Ada", role: "doctor", sid: "s-1", iat: NOW - 100, exp: NOW + 3600 };
const ORIGIN = "https://example.org";

const config = ((): Config => {
  const read = readConfig({ JWT_SECRET: SECRET });
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
})();

async function ticketFor(principal = ada, origin: string | null = ORIGIN): Promise<string> {
  const ticket = await signTicket(principal, 3, origin, config, at(NOW));
  if (!ticket.ok) throw new Error(ticket.error.message);
  return ticket.value;
}

describe("a ticket", () => {
  it("carries the login, the conversation and its own id", async () => {
    const ticket = await verifyTicket(await ticketFor(), ORIGIN, config, at(NOW + 29));
    expect(ticket).toEqual({
      ok: true,
      value: { principal: ada, conversation_id: 3, jti: expect.stringMatching(/^[\w-]{36}$/), exp: NOW + 30 },
    });
  });

  it("of an outside login has no session", async () => {
    const outside = { ...ada, sid: null };
    expect(await verifyTicket(await ticketFor(outside), ORIGIN, config, at(NOW))).toMatchObject({
      value: { principal: outside },
    });
  });

  it("is never the same twice", async () => {
    expect(await ticketFor()).not.toBe(await ticketFor());
  });

  it("ends after 30 seconds", async () => {
    expect((await verifyTicket(await ticketFor(), ORIGIN, config, at(NOW + 36))).ok).toBe(false);
  });

  it("ends with its login", async () => {
    const ticket = await ticketFor({ ...ada, exp: NOW + 2 });
    expect((await verifyTicket(ticket, ORIGIN, config, at(NOW + 8))).ok).toBe(false);
  });

  it.each([null, "https://evil.example", "null"])("is refused from the origin %s", async (origin) => {
    expect((await verifyTicket(await ticketFor(), origin, config, at(NOW))).ok).toBe(false);
  });

  it("asked for without an origin is refused from a page", async () => {
    const ticket = await ticketFor(ada, null);
    expect((await verifyTicket(ticket, ORIGIN, config, at(NOW))).ok).toBe(false);
    expect((await verifyTicket(ticket, null, config, at(NOW))).ok).toBe(true);
  });

  it("is no access token, and an access token no ticket", async () => {
    expect((await createVerifier(config, at(NOW))(await ticketFor())).ok).toBe(false);
    const access = await new SignJWT({ sub: "7", type: "access", exp: NOW + 60 })
      .setProtectedHeader({ alg: "HS256" })
      .sign(new TextEncoder().encode(SECRET));
    expect((await verifyTicket(access, null, config, at(NOW))).ok).toBe(false);
  });

  it.each(["", "x", "a.b.c", "x".repeat(5000)])("is not %j", async (text) => {
    expect((await verifyTicket(text, ORIGIN, config, at(NOW))).ok).toBe(false);
  });
});
