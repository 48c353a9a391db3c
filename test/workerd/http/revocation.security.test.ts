// What ends a login ends its open sockets, within five seconds and by itself (security.md §5).
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { administrator, patchUser } from "./admin.ts";
import { call, HOST, logIn, loginOf, PASSWORD, signedUp, worker } from "./client.ts";

const WITHIN_MS = 5_000;

async function conversationOf(token: string): Promise<number> {
  const response = await call("/api/v1/conversations", { token, body: { title: "A conversation" } });
  const { id } = await response.json<{ id: number }>();
  return id;
}

interface Socket {
  /** Resolves with the close code; fails when the socket is still open after five seconds. */
  closed: Promise<number>;
  /** A command is still answered: what the object did before came first, its close too. */
  works: () => Promise<boolean>;
}

async function connect(conversation: number, token: string): Promise<Socket> {
  const request = new Request(`${HOST}/parties/conversation/${conversation}?token=${token}`, {
    headers: { upgrade: "websocket" },
  });
  const { webSocket } = await worker(request);
  if (!webSocket) throw new Error("the socket was refused");
  const welcomed = new Promise((resolve) => webSocket.addEventListener("message", resolve, { once: true }));
  const closed = new Promise<number>((resolve, reject) => {
    webSocket.addEventListener("close", ({ code }) => resolve(code), { once: true });
    setTimeout(() => reject(new Error("still open")), WITHIN_MS);
  });
  closed.catch(() => {});
  webSocket.accept();
  await welcomed;
  const works = () =>
    new Promise<boolean>((resolve) => {
      webSocket.addEventListener("close", () => resolve(false), { once: true });
      webSocket.addEventListener("message", ({ data }) => {
        if (String(data).includes('"reply"')) resolve(true); // not the first frame, which may say who is here
      });
      if (webSocket.readyState === WebSocket.READY_STATE_OPEN)
        webSocket.send(JSON.stringify({ type: "turn.cancel", ref: 1, turn_id: 1 }));
      else resolve(false);
    });
  return { closed, works };
}

/** Two logins of one user, each with a socket in the same conversation. */
async function twoLogins() {
  const mine = await signedUp();
  const other = await loginOf(await logIn(mine.user.username));
  const conversation = await conversationOf(mine.access_token);
  return {
    mine,
    other,
    conversation,
    mySocket: await connect(conversation, mine.access_token),
    otherSocket: await connect(conversation, other.access_token),
  };
}

describe("open sockets are closed with 4401", () => {
  it("of the session that logs out, and no other", async () => {
    const { mine, mySocket, otherSocket } = await twoLogins();
    await call("/api/v1/auth/logout", { method: "POST", token: mine.access_token });
    expect(await mySocket.closed).toBe(4401);
    expect(await otherSocket.works()).toBe(true);
  });

  it("of the other sessions when the password is changed", async () => {
    const { mine, mySocket, otherSocket } = await twoLogins();
    const body = { current_password: PASSWORD, new_password: "another password" };
    await call("/api/v1/auth/password", { token: mine.access_token, body });
    expect(await otherSocket.closed).toBe(4401);
    expect(await mySocket.works()).toBe(true);
  });

  it("of every session when a spent refresh token comes again", async () => {
    const { mine, mySocket, otherSocket } = await twoLogins();
    const body = { refresh_token: mine.refresh_token };
    await call("/api/v1/auth/refresh", { body });
    await call("/api/v1/auth/refresh", { body });
    expect(await Promise.all([mySocket.closed, otherSocket.closed])).toEqual([4401, 4401]);
  });

  it.each([
    ["is disabled", { disabled: true }],
    ["is given another role", { role: "patient" }],
  ])("of every session when an administrator decides that the user %s", async (_what, body) => {
    const { mine, mySocket, otherSocket } = await twoLogins();
    await patchUser(await administrator(), mine.user.id, body);
    expect(await Promise.all([mySocket.closed, otherSocket.closed])).toEqual([4401, 4401]);
  });

  it("of every session when the user ends them all, also after the objects have slept", async () => {
    const { mine, conversation, mySocket, otherSocket } = await twoLogins();
    await evictDurableObject(env.CONVERSATION.getByName(String(conversation)));
    await evictDurableObject(env.USER.getByName(String(mine.user.id)));
    await call("/api/v1/me/sessions", { method: "DELETE", token: mine.access_token });
    expect(await Promise.all([mySocket.closed, otherSocket.closed])).toEqual([4401, 4401]);
  });
});

it("an ended session opens no socket", async () => {
  const { access_token } = await signedUp();
  const conversation = await conversationOf(access_token);
  await call("/api/v1/auth/logout", { method: "POST", token: access_token });
  await expect(connect(conversation, access_token)).rejects.toThrow("refused");
});
