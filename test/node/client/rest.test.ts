// The typed REST client: what it sends, what it makes of answers, and how it renews a session.
import { describe, expect, it } from "vitest";
import { ApiError, createRest } from "../../../src/client/rest.ts";
import { AT, CONVERSATION, newMessage } from "../../support/samples.ts";

const HOST = "http://chat.test:8821";
const ANN = { id: 1, username: "ann", name: "Ann", role: "member", email: null };
const tokens = (n: number) => ({ access_token: `access-${n}`, refresh_token: `refresh-${n}` });
const login = (n: number) => ({ ...tokens(n), token_type: "bearer", expires_in: 60, user: ANN });
const refused = (status: number, code: string) =>
  Response.json({ error: { code, message: `It is ${code}.` } }, { status });

interface Seen {
  call: string;
  token: string | null;
  body: unknown;
}

/** A server that answers each request by `answer`; `seen` are the requests so far, this one included. */
function serving(answer: (request: Seen, seen: Seen[]) => Response | Promise<Response>) {
  const seen: Seen[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const text = await request.text();
    const url = new URL(request.url);
    const call = `${request.method} ${url.pathname.replace("/api/v1", "")}${url.search}`;
    const one = { call, token: request.headers.get("authorization"), body: text ? JSON.parse(text) : undefined };
    seen.push(one);
    return answer(one, seen);
  };
  return { fetch, seen };
}

describe("the REST client", () => {
  it("logs in, then sends the token with everything until it logs out", async () => {
    const { fetch, seen } = serving(({ call }) => {
      if (call === "POST /auth/login") return Response.json(login(1));
      if (call === "POST /auth/logout") return new Response(null, { status: 204 });
      return Response.json(ANN);
    });
    const rest = createRest({ host: HOST, session: null, fetch });
    await rest.login({ username: "ann", password: "a password" });
    expect(rest.tokens).toEqual(tokens(1));
    expect(await rest.me()).toEqual(ANN);
    await rest.logout();
    expect(rest.tokens).toBeNull();
    expect(seen.map(({ call, token }) => [call, token])).toEqual([
      ["POST /auth/login", null],
      ["GET /me", "Bearer access-1"],
      ["POST /auth/logout", "Bearer access-1"],
    ]);
  });

  it("builds each address and body from its arguments", async () => {
    const item = { ...CONVERSATION, role: "owner", unread: 0, last_message: null };
    const { fetch, seen } = serving(({ call }) => {
      if (call.includes("/messages?before")) return Response.json({ items: [], older: false, newer: true });
      if (call.includes("/messages")) return Response.json({ message: newMessage(1), turn: null, answer: null });
      if (call.includes("/cancel")) return Response.json({ state: "cancelled" });
      if (call.includes("/retry")) return Response.json({ turn_id: 4 }, { status: 202 });
      if (call === "DELETE /conversations/7") return Response.json({ conversation_id: 7, erased_at: AT });
      if (call === "GET /conversations/7") return Response.json(item);
      if (call.startsWith("GET")) return Response.json({ items: [], next_cursor: null });
      if (call.includes("/members")) return Response.json({ seq: 1 });
      if (call === "POST /tickets") return Response.json({ ticket: "t", expires_in: 30 });
      return Response.json(CONVERSATION);
    });
    const { conversations, members, messages, turns, ...rest } = createRest({ host: HOST, session: tokens(1), fetch });
    await conversations.list({ limit: 2 });
    await conversations.create({ title: "New" });
    expect(await conversations.get(7)).toEqual(item);
    await conversations.update(7, { title: null });
    await members.list(7);
    await members.add(7, { user_id: 2, role: "viewer" });
    await members.setRole(7, 2, "moderator");
    await members.remove(7, 2);
    await messages.list(7, { before: 9 });
    await messages.send(7, "hello", { client_id: "a" });
    await turns.list(7);
    await turns.cancel(7, 3);
    await turns.retry(7, 3, "m");
    await conversations.erase(7);
    expect(await rest.ticket(7)).toBe("t");
    await rest.models();
    await rest.sessions();
    expect(seen.map(({ call, body }) => [call, body])).toEqual([
      ["GET /conversations?limit=2", undefined],
      ["POST /conversations", { title: "New" }],
      ["GET /conversations/7", undefined],
      ["PATCH /conversations/7", { title: null }],
      ["GET /conversations/7/members", undefined],
      ["POST /conversations/7/members", { user_id: 2, role: "viewer" }],
      ["PATCH /conversations/7/members/2", { role: "moderator" }],
      ["DELETE /conversations/7/members/2", undefined],
      ["GET /conversations/7/messages?before=9", undefined],
      ["POST /conversations/7/messages?wait=false", { content: "hello", client_id: "a" }],
      ["GET /conversations/7/turns", undefined],
      ["POST /conversations/7/turns/3/cancel", {}],
      ["POST /conversations/7/turns/3/retry", { model: "m" }],
      ["DELETE /conversations/7", undefined],
      ["POST /tickets", { conversation_id: 7 }],
      ["GET /models", undefined],
      ["GET /me/sessions", undefined],
    ]);
  });

  it("throws an ApiError with the status and the server's words", async () => {
    const { fetch } = serving(() => refused(404, "not_found"));
    const rest = createRest({ host: HOST, session: tokens(1), fetch });
    const error = await rest.conversations.get(7).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 404, body: { code: "not_found", message: "It is not_found." } });
  });

  it("says so when the answer is not the server's own, does not fit, or never comes", async () => {
    const page = serving(() => new Response("<h1>502</h1>", { status: 502 }));
    const odd = serving(() => Response.json({ id: "one" }));
    const gone = serving(() => Promise.reject(new TypeError("fetch failed")));
    const outcome = ({ fetch }: { fetch: typeof globalThis.fetch }) =>
      createRest({ host: HOST, session: null, fetch })
        .me()
        .catch((error: unknown) => error);
    expect(await outcome(page)).toMatchObject({ status: 502, body: { code: "internal" } });
    expect(await outcome(odd)).toMatchObject({ status: 200, body: { code: "internal" } });
    expect(await outcome(gone)).toMatchObject({ status: 0, body: { code: "unavailable" } });
  });
});

describe("a session whose access token has expired", () => {
  const expiring = (request: Seen) => {
    if (request.call === "POST /auth/refresh") return Response.json(login(2));
    return request.token === "Bearer access-2" ? Response.json(ANN) : refused(401, "unauthorized");
  };

  it("is renewed once for any number of requests, which are then repeated", async () => {
    const { fetch, seen } = serving(expiring);
    const rest = createRest({ host: HOST, session: tokens(1), fetch });
    expect(await Promise.all([rest.me(), rest.me(), rest.me()])).toEqual([ANN, ANN, ANN]);
    expect(rest.tokens).toEqual(tokens(2));
    const renewals = seen.filter(({ call }) => call === "POST /auth/refresh");
    expect(renewals).toMatchObject([{ token: null, body: { refresh_token: "refresh-1" } }]);
  });

  it("asks for a lost answer again with the same request id, so that it is not taken for theft", async () => {
    let lost = 0;
    const { fetch, seen } = serving((request) => {
      if (request.call === "POST /auth/refresh" && lost++ === 0) throw new TypeError("connection reset");
      return expiring(request);
    });
    expect(await createRest({ host: HOST, session: tokens(1), fetch }).me()).toEqual(ANN);
    const [first, second] = seen.filter(({ call }) => call === "POST /auth/refresh");
    expect(second?.body).toEqual(first?.body);
  });

  it("is over when it cannot be renewed: the first refusal is what the caller sees, and nothing is repeated", async () => {
    const { fetch, seen } = serving(() => refused(401, "unauthorized"));
    const error = await createRest({ host: HOST, session: tokens(1), fetch })
      .me()
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ status: 401 });
    expect(seen.map(({ call }) => call)).toEqual(["GET /me", "POST /auth/refresh"]);
  });

  it("is renewed by whoever keeps its tokens, who may have newer ones already", async () => {
    const { fetch, seen } = serving(expiring);
    const renewal = async () => tokens(2);
    const rest = createRest({ host: HOST, session: tokens(1), renewal, fetch });
    expect(await rest.me()).toEqual(ANN);
    expect(rest.tokens).toEqual(tokens(2));
    expect(seen.map(({ call }) => call)).toEqual(["GET /me", "GET /me"]);
  });

  it("is renewed by the browser's cookie, without a token in sight", async () => {
    let renewed = false;
    const { fetch, seen } = serving(({ call }) => {
      if (call === "POST /auth/refresh") renewed = true;
      else if (!renewed) return refused(401, "unauthorized");
      return Response.json(renewed && call === "GET /me" ? ANN : login(2));
    });
    const rest = createRest({ host: HOST, session: "cookies", fetch });
    expect(await rest.me()).toEqual(ANN);
    expect(rest.tokens).toBeNull();
    expect(seen.every(({ token }) => token === null)).toBe(true);
    expect(seen[1]?.body).not.toHaveProperty("refresh_token");
  });

  it("is not renewed for a wrong password", async () => {
    const { fetch, seen } = serving(() => refused(401, "unauthorized"));
    const rest = createRest({ host: HOST, session: tokens(1), fetch });
    await rest.login({ username: "ann", password: "wrong" }).catch(() => {});
    expect(seen.map(({ call }) => call)).toEqual(["POST /auth/login"]);
  });
});
