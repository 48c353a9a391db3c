// Connections end when what let them in ends: login, membership, conversation; and a ticket lets in once (security.md §5).
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { TicketAnswer } from "../../../src/protocol/rest.ts";
import { call, errorOf } from "../http/client.ts";
import { conversation, gate, ledger, objectOf, openGate, reached, rowsOf, scripted } from "./conversation.ts";
import { logIn, type Person, person } from "./people.ts";
import { open, TestSocket, upgrade } from "./socket.ts";
import { watch } from "./stream.ts";

async function pair(): Promise<{ ada: Person; bob: Person; id: number }> {
  const [ada, bob] = [await person(), await person()];
  return { ada, bob, id: await conversation(ada, { member_ids: [bob.id] }) };
}

const ticketOf = async (id: number, who: Person, headers: Record<string, string> = {}): Promise<string> => {
  const response = await call("/api/v1/tickets", { token: who.token, body: { conversation_id: id }, headers });
  return TicketAnswer.parse(await response.json()).ticket;
};

describe("a login that ends", () => {
  it("is announced, and then closes the socket with 4401", async () => {
    const ada = await person("member", 2);
    const id = await conversation(ada);
    const socket = await open(id, ada.token);
    await socket.until(({ type }) => type === "auth.expiring");
    expect(socket.frames.find(({ type }) => type === "auth.expiring")).toMatchObject({ in_s: expect.any(Number) });
    expect(await socket.end()).toEqual({ code: 4401, reason: "unauthorized" });
    expect(socket.frames.at(-1)).toMatchObject({ type: "bye", code: "unauthorized" });
  });

  it("closes a hibernated socket too, by the alarm", async () => {
    const ada = await person("member", 2);
    const id = await conversation(ada);
    const socket = await open(id, ada.token);
    await evictDurableObject(objectOf(id));
    expect(await socket.end()).toMatchObject({ code: 4401 });
  });

  it("goes on with a fresh token of the same user on the same socket", async () => {
    const ada = await person("member", 30);
    const id = await conversation(ada);
    const socket = await open(id, ada.token);
    const next = await logIn(ada.id, ada.name);
    const ends = new Date(next.principal.exp * 1000).toISOString();
    expect(await socket.command({ type: "auth.refresh", token: next.token })).toEqual({
      ok: true,
      session_expires_at: ends,
    });
    await env.USER.getByName(String(ada.id)).end(ada.sid);
    expect((await socket.say("Still here", { answer: false })).ok).toBe(true);
    await env.USER.getByName(String(ada.id)).end(next.sid);
    expect(await socket.end()).toMatchObject({ code: 4401 });
  });

  it.each([
    ["of somebody else", async () => (await person()).token, "forbidden"],
    ["that is no token", async () => "nonsense", "unauthorized"],
  ])("does not go on with a token %s", async (_, token, code) => {
    const { ada, id } = await pair();
    const socket = await open(id, ada.token);
    expect(await socket.command({ type: "auth.refresh", token: await token() })).toMatchObject({
      ok: false,
      error: { code },
    });
    expect(socket.closed).toBeNull();
  });

  it("does not go on with the token of a session that has ended", async () => {
    const { ada, id } = await pair();
    const socket = await open(id, ada.token);
    const other = await logIn(ada.id, ada.name);
    await env.USER.getByName(String(ada.id)).end(other.sid);
    expect(await socket.command({ type: "auth.refresh", token: other.token })).toMatchObject({
      error: { code: "unauthorized" },
    });
  });
});

describe("a session that is ended", () => {
  it("closes its sockets and streams, and no others", async () => {
    const { ada, bob, id } = await pair();
    const second = await logIn(ada.id, ada.name);
    const [mine, again, other, his] = [
      await open(id, ada.token),
      await open(id, ada.token),
      await open(id, second.token),
      await open(id, bob.token),
    ];
    const stream = await watch(id, ada.token);
    await env.USER.getByName(String(ada.id)).end(ada.sid);
    expect(await mine.end()).toEqual({ code: 4401, reason: "unauthorized" });
    expect(await again.end()).toMatchObject({ code: 4401 });
    await stream.ended();
    expect(stream.events.at(-1)).toMatchObject({ event: "bye" });
    expect((await other.say("Here", { answer: false })).ok).toBe(true);
    expect((await his.say("Here", { answer: false })).ok).toBe(true);
    const before = mine.frames.length;
    await his.say("Secret", { answer: false });
    expect(mine.frames).toHaveLength(before);
  });

  it("closes sockets that hibernate", async () => {
    const { ada, id } = await pair();
    const socket = await open(id, ada.token);
    await evictDurableObject(objectOf(id));
    await env.USER.getByName(String(ada.id)).end(ada.sid);
    expect(await socket.end()).toMatchObject({ code: 4401 });
  });

  it("whose order never arrived is noticed by the next command after hibernation", async () => {
    const { ada, id } = await pair();
    const socket = await open(id, ada.token);
    await runInDurableObject(env.USER.getByName(String(ada.id)), (_, state) => {
      state.storage.sql.exec("DELETE FROM places");
    });
    await env.USER.getByName(String(ada.id)).end(ada.sid);
    await evictDurableObject(objectOf(id));
    socket.send({ type: "message.send", ref: 1, client_id: "k", content: "Secret" });
    expect(await socket.end()).toMatchObject({ code: 4401 });
    expect(await rowsOf(id, "SELECT 1 FROM message")).toEqual([]);
  });

  it("voids an admission whose socket has yet to come", async () => {
    const { ada, id } = await pair();
    const stub = objectOf(id);
    const admitted = await stub.admit(ada.principal, { epoch: null, since: null, turn: null, offset: 0 }, null);
    if (!admitted.ok) throw new Error("not admitted");
    await stub.revoke({ user_id: ada.id, sid: ada.sid, before: 0 });
    const response = await stub.fetch(`https://conversation/?_pk=${admitted.value.key}`, {
      headers: { Upgrade: "websocket" },
    });
    if (!response.webSocket) throw new Error("no socket");
    const socket = new TestSocket(response.webSocket);
    expect((await socket.end()).code).toBe(1012);
    expect(socket.frames).toEqual([]);
  });

  it("refuses a key that was used, or never given", async () => {
    const { ada, id } = await pair();
    const stub = objectOf(id);
    const admitted = await stub.admit(ada.principal, { epoch: null, since: null, turn: null, offset: 0 }, null);
    const key = admitted.ok ? admitted.value.key : "";
    const connect = async (pk: string) => {
      const { webSocket } = await stub.fetch(`https://conversation/?_pk=${pk}`, { headers: { Upgrade: "websocket" } });
      if (!webSocket) throw new Error("no socket");
      return new TestSocket(webSocket);
    };
    await (await connect(key)).until(({ type }) => type === "welcome");
    for (const pk of [crypto.randomUUID(), ""]) expect((await (await connect(pk)).end()).code).toBe(1012);
  });
});

describe("a socket that is being closed", () => {
  it("has nothing more carried out", async () => {
    const { ada, id } = await pair();
    const socket = await open(id, ada.token);
    await env.USER.getByName(String(ada.id)).end(ada.sid);
    for (let i = 0; i < 5; i += 1)
      socket.send({ type: "message.send", ref: i, client_id: `k${i}`, content: "Late", answer: false });
    await socket.end();
    expect(socket.types.slice(socket.types.indexOf("bye"))).toEqual(["bye"]);
  });
});

describe("a member who is removed", () => {
  it("is told, closed with 4403, sees nothing more, and is a stranger from then on", async () => {
    const { ada, bob, id } = await pair();
    const [hers, his] = [await open(id, ada.token), await open(id, bob.token)];
    const stream = await watch(id, bob.token);
    expect((await hers.command({ type: "member.remove", user_id: bob.id })).ok).toBe(true);
    expect(await his.end()).toEqual({ code: 4403, reason: "removed" });
    expect(his.frames.at(-1)).toMatchObject({ type: "bye", code: "removed" });
    await stream.ended();
    const seen = his.frames.length;
    await hers.say("Now that he is gone", { answer: false });
    expect(his.frames).toHaveLength(seen);
    const back = await upgrade(`/parties/conversation/${id}`, { Authorization: `Bearer ${bob.token}` });
    expect([back.status, await errorOf(back)]).toEqual([
      404,
      { code: "not_found", message: "There is no such conversation." },
    ]);
  });

  it("has running and waiting turns cancelled, and nobody is called for the waiting ones", async () => {
    const { ada, bob, id } = await pair();
    const [hers, his] = [await open(id, ada.token), await open(id, bob.token)];
    const held = gate();
    await his.say("Mine?", { model: scripted(`Some|~${held}|Never`) });
    await his.say("Mine too?", { model: scripted("Never") });
    await hers.say("Hers?", { model: scripted("Hers") });
    await reached(held);
    await hers.command({ type: "member.remove", user_id: bob.id });
    await hers.event("turn.finished");
    await openGate(held);
    const turns = await ledger(id, ada);
    expect(turns.map(({ state, attempts }) => `${state} ${attempts.length}`)).toEqual([
      "cancelled 1",
      "cancelled 0",
      "finished 1",
    ]);
  });

  it("between admission and socket sees nothing", async () => {
    const { ada, bob, id } = await pair();
    const stub = objectOf(id);
    const admitted = await stub.admit(bob.principal, { epoch: null, since: null, turn: null, offset: 0 }, null);
    if (!admitted.ok) throw new Error("not admitted");
    await stub.command(ada.principal, { type: "member.remove", ref: 1, user_id: bob.id });
    const response = await stub.fetch(`https://conversation/?_pk=${admitted.value.key}`, {
      headers: { Upgrade: "websocket" },
    });
    if (!response.webSocket) throw new Error("no socket");
    const socket = new TestSocket(response.webSocket);
    expect((await socket.end()).code).toBe(4403);
    expect(socket.types).toEqual(["bye"]);
  });

  it("may leave by himself", async () => {
    const { bob, id } = await pair();
    const his = await open(id, bob.token);
    his.send({ type: "member.remove", ref: 1, user_id: bob.id });
    expect(await his.end()).toMatchObject({ code: 4403 });
  });

  it("who is the last owner hands the conversation on before leaving, and who is the last one of all takes it along", async () => {
    const { ada, bob, id } = await pair();
    const leave = async ({ id: user, token }: Person) =>
      call(`/api/v1/conversations/${id}/members/${user}`, { method: "DELETE", token });
    const refused = await leave(ada);
    expect([refused.status, (await errorOf(refused)).message]).toEqual([
      409,
      "A conversation keeps an owner: make somebody else owner first.",
    ]);
    const admin = await person("admin");
    const role = { method: "PATCH", token: ada.token, body: { role: "owner" } };
    expect((await call(`/api/v1/conversations/${id}/members/${bob.id}`, role)).status).toBe(200);
    expect((await leave(ada)).status).toBe(200);
    const removed = await call(`/api/v1/conversations/${id}/members/${bob.id}`, {
      method: "DELETE",
      token: admin.token,
    });
    expect(removed.status).toBe(409);
    expect((await leave(bob)).status).toBe(200);
    for (const { token } of [ada, bob, admin])
      expect((await call(`/api/v1/conversations/${id}`, { token })).status).toBe(404);
    await expect
      .poll(() => env.DB.prepare("SELECT * FROM erasures WHERE conversation_id = ?").bind(id).first(), {
        timeout: 5_000,
      })
      .toMatchObject({ conversation_id: id });
  });

  it("reads on, but does not write, when made a viewer", async () => {
    const { ada, bob, id } = await pair();
    const [hers, his] = [await open(id, ada.token), await open(id, bob.token)];
    await hers.command({ type: "member.role", user_id: bob.id, role: "viewer" });
    expect(await his.say("May I?")).toMatchObject({ ok: false, error: { code: "forbidden" } });
    await hers.say("Hello viewer", { answer: false });
    expect((await his.event("message.created")).message.content).toBe("Hello viewer");
  });
});

describe("a conversation that is erased", () => {
  it("closes everybody with 4404, is not there any more, and leaves nothing behind", async () => {
    const { ada, bob, id } = await pair();
    const sockets = [await open(id, ada.token), await open(id, bob.token)];
    const held = gate();
    const model = scripted(`Some|~${held}|Never`);
    await sockets[0]?.say("canary-question", { model });
    await sockets[0]?.say("Waiting", { model: scripted("Never") });
    await reached(held);
    await runDurableObjectAlarm(objectOf(id)); // what there is has reached D1
    const erased = await call(`/api/v1/conversations/${id}`, { token: ada.token, method: "DELETE" });
    expect(await erased.json()).toEqual({ conversation_id: id, erased_at: expect.any(String) });
    for (const socket of sockets) expect(await socket.end()).toEqual({ code: 4404, reason: "gone" });
    const read = await call(`/api/v1/conversations/${id}`, { token: ada.token });
    expect([read.status, (await errorOf(read)).code]).toEqual([404, "not_found"]);
    await openGate(held);
    await expect
      .poll(() =>
        runInDurableObject(objectOf(id), async (_, state) => ({
          tables: state.storage.sql
            .exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'")
            .toArray(),
          alarm: await state.storage.getAlarm(),
        })),
      )
      .toEqual({ tables: [], alarm: null });
    for (const table of ["messages", "turns", "attempts", "members"]) {
      const row = await env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE conversation_id = ?`).bind(id).first();
      expect(row).toEqual({ n: 0 });
    }
    expect(await env.DB.prepare("SELECT * FROM conversations WHERE id = ?").bind(id).first()).toBeNull();
  });

  it("starts none of the turns that wait in it", async () => {
    const { ada, id } = await pair();
    const socket = await open(id, ada.token);
    const held = gate();
    await socket.say("One?", { model: scripted(`~${held}`) });
    for (let i = 0; i < 3; i += 1) await socket.say("Next?", { model: scripted("Never") });
    await reached(held);
    await objectOf(id).erase(ada.principal);
    await socket.end();
    const started = socket.events.filter(({ type }) => type === "turn.started");
    expect(started).toHaveLength(1);
  });
});

describe("a ticket", () => {
  it("lets one socket in, once, also after a restart", async () => {
    const { ada, id } = await pair();
    const ticket = await ticketOf(id, ada);
    const first = await upgrade(`/parties/conversation/${id}?ticket=${ticket}`);
    expect(first.status).toBe(101);
    first.webSocket?.accept();
    const second = await upgrade(`/parties/conversation/${id}?ticket=${ticket}`);
    expect([second.status, (await errorOf(second)).code]).toEqual([401, "unauthorized"]);
    await evictDurableObject(objectOf(id));
    expect((await upgrade(`/parties/conversation/${id}?ticket=${ticket}`)).status).toBe(401);
    expect((await call(`/api/v1/conversations/${id}/events?ticket=${ticket}`)).status).toBe(401);
  });

  it("is good for its own conversation only", async () => {
    const { ada, id } = await pair();
    const other = await conversation(ada);
    expect((await upgrade(`/parties/conversation/${other}?ticket=${await ticketOf(id, ada)}`)).status).toBe(401);
  });

  it("is void from another origin, and when its login has ended", async () => {
    const { ada, id } = await pair();
    const ticket = await ticketOf(id, ada, { Origin: "http://localhost:8787" });
    expect((await upgrade(`/parties/conversation/${id}?ticket=${ticket}`)).status).toBe(401);
    const origin = { Origin: "http://localhost:8787" };
    expect((await upgrade(`/parties/conversation/${id}?ticket=${ticket}`, origin)).status).toBe(101);
    const late = await ticketOf(id, ada);
    const ended = await call("/api/v1/auth/logout", { token: ada.token, method: "POST" });
    expect(ended.ok).toBe(true);
    expect((await upgrade(`/parties/conversation/${id}?ticket=${late}`)).status).toBe(401);
  });
});

describe("too many connections", () => {
  it("of one user: the eleventh is closed with 4409", async () => {
    const { ada, bob, id } = await pair();
    const sockets = await Promise.all(Array.from({ length: 10 }, () => open(id, ada.token)));
    const eleventh = await upgrade(`/parties/conversation/${id}`, { Authorization: `Bearer ${ada.token}` });
    if (!eleventh.webSocket) throw new Error("no socket");
    expect(await new TestSocket(eleventh.webSocket).end()).toEqual({ code: 4409, reason: "rate_limited" });
    const stream = await call(`/api/v1/conversations/${id}/events`, { token: ada.token });
    expect([stream.status, (await errorOf(stream)).code]).toEqual([429, "rate_limited"]);
    expect(sockets.every(({ closed }) => closed === null)).toBe(true);
    expect((await open(id, bob.token)).closed).toBeNull();
    sockets[0]?.close();
    await expect.poll(async () => (await upgradeAndSee(id, ada)).closed).toBeNull();
  });
});

async function upgradeAndSee(id: number, who: Person): Promise<TestSocket> {
  const { webSocket } = await upgrade(`/parties/conversation/${id}`, { Authorization: `Bearer ${who.token}` });
  if (!webSocket) throw new Error("no socket");
  const socket = new TestSocket(webSocket);
  await Promise.race([socket.end(), socket.until(({ type }) => type === "present").catch(() => null)]);
  return socket;
}
