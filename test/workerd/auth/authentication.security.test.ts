// What opens a socket (protocol.md "Opening", security.md §4, §6): where the token may be, from which page, and what goes first.
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { createAuthentication } from "../../../src/auth/authentication.ts";
import { signTicket } from "../../../src/auth/tickets.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import type { Outcome } from "../../../src/protocol/errors.ts";
import { configured, HOST, signedUp } from "../http/client.ts";

const PAGE = "https://app.example.org";
const config = configured({ ENVIRONMENT: "production", ALLOWED_ORIGINS: PAGE });
const authentication = () => createAuthentication(config, systemClock);

function value<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.error.message);
  return outcome.value;
}

let token = "";
let userId = 0;
beforeAll(async () => {
  const login = await signedUp();
  token = login.access_token;
  userId = login.user.id;
});

const open = (query: string, headers: Record<string, string> = {}, conversation = 3) =>
  authentication().ofSocket(new Request(`${HOST}/parties/conversation/3${query}`, { headers }), conversation, env);

const ticketFrom = async (origin: string | null, conversation = 3) =>
  value(await signTicket(value(await authentication().ofToken(token, env)), conversation, origin, config, systemClock));

const refused = (code: string) => ({ ok: false, error: { code } });

describe("a socket is opened", () => {
  it("by a ticket, which is handed on to be spent", async () => {
    expect(await open(`?ticket=${await ticketFrom(PAGE)}`, { origin: PAGE })).toMatchObject({
      ok: true,
      value: { principal: { user_id: userId }, ticket: { jti: expect.any(String), exp: expect.any(Number) } },
    });
  });

  it("by ?token=, by a bearer header, and by the cookie of a page on the list", async () => {
    const admitted = { ok: true, value: { principal: { user_id: userId }, ticket: null } };
    expect(await open(`?token=${token}`)).toMatchObject(admitted);
    expect(await open("", { authorization: `Bearer ${token}` })).toMatchObject(admitted);
    expect(await open("", { cookie: `a=b; access_token=${token}`, origin: PAGE })).toMatchObject(admitted);
  });
});

describe("a socket is refused", () => {
  it("without any token", async () => {
    expect(await open("")).toMatchObject(refused("unauthorized"));
  });

  it("from a page that is not on the list, whatever its token", async () => {
    for (const origin of ["https://evil.example", "null", `${PAGE}.evil`, "http://app.example.org"])
      expect(await open(`?token=${token}`, { origin })).toMatchObject(refused("forbidden"));
  });

  it("by a cookie without an origin", async () => {
    expect(await open("", { cookie: `access_token=${token}` })).toMatchObject(refused("unauthorized"));
  });

  it("with a ticket for another conversation or another page", async () => {
    expect(await open(`?ticket=${await ticketFrom(PAGE, 4)}`, { origin: PAGE })).toMatchObject(refused("unauthorized"));
    expect(await open(`?ticket=${await ticketFrom(null)}`, { origin: PAGE })).toMatchObject(refused("unauthorized"));
    expect(await open(`?ticket=${await ticketFrom(PAGE)}`)).toMatchObject(refused("unauthorized"));
  });

  it("with a ticket or token in the place of the other", async () => {
    expect(await open(`?token=${await ticketFrom(null)}`)).toMatchObject(refused("unauthorized"));
    expect(await open(`?ticket=${token}`)).toMatchObject(refused("unauthorized"));
  });

  it("when the first token present is bad: header, then ticket, then ?token=, then cookie", async () => {
    const cookie = { cookie: `access_token=${token}`, origin: PAGE };
    expect(await open(`?token=${token}`, { authorization: "Bearer x" })).toMatchObject(refused("unauthorized"));
    expect(await open(`?ticket=x&token=${token}`)).toMatchObject(refused("unauthorized"));
    expect(await open("?token=", cookie)).toMatchObject(refused("unauthorized"));
  });

  it("with a ticket of a session that has ended since", async () => {
    const login = await signedUp();
    const principal = value(await authentication().ofToken(login.access_token, env));
    const ticket = value(await signTicket(principal, 3, null, config, systemClock));
    await env.USER.getByName(String(principal.user_id)).endAll();
    expect(await open(`?ticket=${ticket}`)).toMatchObject(refused("unauthorized"));
  });
});

describe("while the user's object", () => {
  const failing = (times: number, error: Error) => {
    let left = times;
    const USER = new Proxy(env.USER, {
      get: (namespace, name) =>
        name === "getByName"
          ? (id: string) =>
              left-- > 0
                ? {
                    check: async () => {
                      throw error;
                    },
                  }
                : namespace.getByName(id)
          : Reflect.get(namespace, name),
    });
    return authentication().ofToken(token, { ...env, USER });
  };

  it("is being moved, it is asked once more", async () => {
    const moved = Object.assign(new Error("reset"), { retryable: true });
    expect(await failing(1, moved)).toMatchObject({ ok: true });
    await expect(failing(2, moved)).rejects.toBe(moved);
  });

  it("is overloaded, it is left alone", async () => {
    const overloaded = Object.assign(new Error("too much"), { retryable: true, overloaded: true });
    await expect(failing(1, overloaded)).rejects.toBe(overloaded);
  });
});
