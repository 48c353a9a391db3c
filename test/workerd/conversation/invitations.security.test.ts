// Links that let people in: who makes them, whom they let in, how often, and how little a wrong one tells.
import { abortAllDurableObjects, evictAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { Inviting } from "../../../src/conversation/people/inviting.ts";
import type { MemberRole, Role } from "../../../src/protocol/entities.ts";
import { LIMITS } from "../../../src/protocol/limits.ts";
import { Invitation, InvitationMade, InvitationSeen, page } from "../../../src/protocol/rest.ts";
import { app, call, errorOf } from "../http/client.ts";
import { conversation, objectOf, rowsOf } from "./conversation.ts";
import { type Person, person } from "./people.ts";
import { inRig, principal } from "./rig.ts";
import { open } from "./socket.ts";

const at = (id: number, more = "") => `/api/v1/conversations/${id}/invitations${more}`;
const Members = z.object({ items: z.array(z.object({ user_id: z.int(), role: z.string() })) });
const Open = page(Invitation);
const outbox = { flush: async () => true };

async function make(id: number, who: Person, body: object = {}): Promise<InvitationMade> {
  const response = await call(at(id), { token: who.token, body });
  expect(response.status).toBe(201);
  return InvitationMade.parse(await response.json());
}
const see = (code: string, who: Person) => call(`/api/v1/invitations/${code}`, { token: who.token });
const join = (code: string, who: Person) => call(`/api/v1/invitations/${code}`, { method: "POST", token: who.token });
const usesLeft = async (id: number) =>
  (await rowsOf(id, "SELECT uses_left FROM invitation")).map((row) => row.uses_left);

async function roleIn(id: number, who: Person, reader: Person): Promise<string | undefined> {
  const response = await call(`/api/v1/conversations/${id}/members`, { token: reader.token });
  const { items } = Members.parse(await response.json());
  return items.find(({ user_id }) => user_id === who.id)?.role;
}

const remove = (id: number, who: Person, by: Person) =>
  call(`/api/v1/conversations/${id}/members/${who.id}`, { method: "DELETE", token: by.token });

/** Everything of an answer that somebody could learn from. */
async function told(response: Response): Promise<object> {
  const headers = Object.fromEntries([...response.headers].filter(([name]) => name !== "x-request-id"));
  return { status: response.status, headers, body: await response.text() };
}

describe("an invitation", () => {
  it("shows its holder what it leads to, lets him in, and is an event for those who are there", async () => {
    const [ada, bob] = [await person(), await person()];
    const id = await conversation(ada, { title: "Book club" });
    const socket = await open(id, ada.token);
    const made = await make(id, ada, { role: "viewer", uses: 3, days: 1 });
    expect(made).toMatchObject({ role: "viewer", uses_left: 3, created_by: ada.id });
    expect(made.url).toBe(`http://localhost:8787/join/${made.code}`);
    expect(Date.parse(made.expires_at) - Date.parse(made.created_at)).toBe(86_400_000);

    const seen = InvitationSeen.parse(await (await see(made.code, bob)).json());
    expect(seen).toEqual({ conversation_id: id, title: "Book club", members: 1, role: "viewer", joined: false });
    expect(await (await join(made.code, bob)).json()).toEqual({ conversation_id: id });
    const added = await socket.event("member.added", ({ member }) => member.user_id === bob.id);
    expect(added.member).toMatchObject({ name: bob.name, role: "viewer" });
    expect((await open(id, bob.token)).welcome.you.role).toBe("viewer");
    expect(await usesLeft(id)).toEqual([2]);
  });

  it("is kept without its code, and listed without it", async () => {
    const ada = await person();
    const id = await conversation(ada);
    const { code, url: _, ...rest } = await make(id, ada);
    const [, secret = ""] = /^\d+-([\w-]+)$/.exec(code) ?? [];
    expect(Buffer.from(secret, "base64url").byteLength).toBeGreaterThanOrEqual(16);
    const stored = await runInDurableObject(objectOf(id), (_, { storage }) => {
      const tables = storage.sql.exec(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'",
      );
      return JSON.stringify(tables.toArray().map(({ name }) => storage.sql.exec(`SELECT * FROM "${name}"`).toArray()));
    });
    expect(stored).toContain('"created_by"');
    expect(stored).not.toContain(secret);
    const listed = await (await call(at(id), { token: ada.token })).json();
    expect(Open.parse(listed)).toEqual({ items: [rest], next_cursor: null });
    expect(JSON.stringify(listed)).not.toContain(secret);
  });

  it.each([
    ["an owner by link", { role: "owner" }, "role"],
    ["no use", { uses: 0 }, "uses"],
    ["too many uses", { uses: 1_001 }, "uses"],
    ["no day", { days: 0 }, "days"],
    ["two years", { days: 730 }, "days"],
  ])("is not made for %s", async (_what, body, field) => {
    const ada = await person();
    const response = await call(at(await conversation(ada)), { token: ada.token, body });
    expect(response.status).toBe(400);
    expect(await errorOf(response)).toMatchObject({ code: "invalid", field });
  });

  const CASES: [Role, MemberRole | null, number][] = [
    ["member", "owner", 201],
    ["member", "moderator", 201],
    ["member", "member", 403],
    ["member", "viewer", 403],
    ["member", null, 404],
    ["patient", "owner", 403],
    ["doctor", "moderator", 201],
    ["admin", null, 201],
    ["admin", "viewer", 201],
  ];
  it.each(CASES)(
    "by a %s who is here as %s is answered %i, and so are its list and its end",
    async (role, member, status) => {
      const [ada, eve] = [await person(), await person(role)];
      const id = await conversation(ada);
      const { id: invitation } = await make(id, ada);
      if (member)
        await objectOf(id).command(ada.principal, { type: "member.add", ref: 1, user_id: eve.id, role: member });
      expect((await call(at(id), { token: eve.token, body: {} })).status).toBe(status);
      expect((await call(at(id), { token: eve.token })).status).toBe(status === 201 ? 200 : status);
      const ended = await call(at(id, `/${invitation}`), { method: "DELETE", token: eve.token });
      expect(ended.status).toBe(status === 201 ? 204 : status);
    },
  );

  it("is one of at most fifty that are open; those spent or expired do not count", async () => {
    const [ada, bob] = [await person(), await person()];
    const id = await conversation(ada);
    const once = await make(id, ada, { uses: 1 });
    for (let n = 1; n < LIMITS.invitations; n += 1) await make(id, ada);
    const refused = await call(at(id), { token: ada.token, body: {} });
    expect(await errorOf(refused)).toMatchObject({ code: "quota_exceeded" });
    await join(once.code, bob);
    await make(id, ada);
    expect(await rowsOf(id, "SELECT count(*) AS n FROM invitation")).toEqual([{ n: LIMITS.invitations }]);
  });
});

describe("joining", () => {
  it("at the same time for the last use lets one in", async () => {
    const ada = await person();
    const people = await Promise.all(Array.from({ length: 8 }, () => person()));
    const id = await conversation(ada);
    const { code } = await make(id, ada, { uses: 1 });
    const answers = await Promise.all(people.map((who) => join(code, who)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(404)]);
    expect(await usesLeft(id)).toEqual([0]);
    expect(await rowsOf(id, "SELECT count(*) AS n FROM member")).toEqual([{ n: 2 }]);
  });

  it("for the last use, decided for two at the same moment, lets one in", () =>
    inRig(async ({ journal, clock }) => {
      const { promise, resolve } = Promise.withResolvers<Role>();
      const inviting = new Inviting({ ...{ journal, clock, outbox, publish: () => {} }, roleOf: () => promise });
      const made = inviting.make(principal(1), { days: 1, uses: 1, role: "member" });
      const joining = [8, 9].map((id) => inviting.join(principal(id), made.ok ? made.value.code : ""));
      resolve("member");
      expect((await Promise.all(joining)).map(({ ok }) => ok)).toEqual([true, false]);
      expect(journal.members.all()).toHaveLength(2);
    }));

  it("again is harmless: nothing is spent and the role stays, also by a link that is used up", async () => {
    const [ada, bob] = [await person(), await person()];
    const id = await conversation(ada);
    const { code } = await make(id, ada, { uses: 1, role: "viewer" });
    for (const who of [ada, bob, bob]) expect((await join(code, who)).status).toBe(200);
    expect(await roleIn(id, ada, ada)).toBe("owner");
    expect(await roleIn(id, bob, ada)).toBe("viewer");
    expect(await rowsOf(id, "SELECT count(*) AS n FROM event WHERE type = 'member.added'")).toEqual([{ n: 2 }]);
    expect(InvitationSeen.parse(await (await see(code, bob)).json())).toMatchObject({ joined: true, role: "viewer" });
  });

  it("a full conversation is refused, and no use is spent", async () => {
    const [ada, bob] = [await person(), await person()];
    const id = await conversation(ada);
    const { code } = await make(id, ada, { uses: 1 });
    await runInDurableObject(objectOf(id), (_, { storage }) => {
      for (let n = 1; n < LIMITS.members; n += 1)
        storage.sql.exec("INSERT INTO member (user_id, name, role) VALUES (?, 'x', 'viewer')", 1_000_000 + n);
    });
    expect(await errorOf(await join(code, bob))).toMatchObject({ code: "quota_exceeded" });
    expect(await usesLeft(id)).toEqual([1]);
  });

  it("that was acknowledged outlives a kill, and so does the link", async () => {
    const [ada, bob, cleo] = [await person(), await person(), await person()];
    const id = await conversation(ada);
    const { code } = await make(id, ada, { uses: 2 });
    await evictAllDurableObjects();
    expect((await join(code, bob)).status).toBe(200);
    await abortAllDurableObjects();
    expect(await roleIn(id, bob, ada)).toBe("member");
    expect((await join(code, cleo)).status).toBe(200);
    expect(await usesLeft(id)).toEqual([0]);
  });

  it("shows the conversation in the list of whoever joined", async () => {
    const [ada, bob] = [await person(), await person()];
    const id = await conversation(ada);
    await join((await make(id, ada)).code, bob);
    const list = async () => (await call("/api/v1/conversations", { token: bob.token })).json();
    await expect.poll(list, { timeout: 5_000 }).toMatchObject({ items: [{ id, role: "member" }] });
  });
});

describe("a link that does not work", () => {
  /** Each makes a link useless for Bob. */
  const WAYS: [string, (id: number, ada: Person, bob: Person) => Promise<string>][] = [
    ["was never made", async (id) => `${id}-${"x".repeat(24)}`],
    ["names no conversation", async () => `987654-${"x".repeat(24)}`],
    ["is no code", async () => "hello"],
    [
      "was revoked",
      async (id, ada) => {
        const { code, id: invitation } = await make(id, ada);
        await call(at(id, `/${invitation}`), { method: "DELETE", token: ada.token });
        return code;
      },
    ],
    [
      "has expired",
      async (id, ada) => {
        const { code } = await make(id, ada);
        await runInDurableObject(objectOf(id), (_, { storage }) => {
          storage.sql.exec("UPDATE invitation SET expires_at = ?", Date.now());
        });
        return code;
      },
    ],
    [
      "is used up",
      async (id, ada) => {
        const { code } = await make(id, ada, { uses: 1 });
        await join(code, await person());
        return code;
      },
    ],
    [
      "was open when its holder was removed",
      async (id, ada, bob) => {
        const { code } = await make(id, ada);
        await join(code, bob);
        await remove(id, bob, ada);
        return code;
      },
    ],
    [
      "was made by somebody who was removed since",
      async (id, ada) => {
        const cleo = await person();
        await join((await make(id, ada, { role: "moderator" })).code, cleo);
        const { code } = await make(id, cleo);
        await remove(id, cleo, ada);
        return code;
      },
    ],
    [
      "was made by somebody who may no longer manage members",
      async (id, ada) => {
        const cleo = await person();
        await join((await make(id, ada, { role: "moderator" })).code, cleo);
        const { code } = await make(id, cleo);
        await objectOf(id).command(ada.principal, { type: "member.role", ref: 1, user_id: cleo.id, role: "member" });
        return code;
      },
    ],
    [
      "was made by somebody who is disabled",
      async (id, ada) => {
        const cleo = await person();
        await join((await make(id, ada, { role: "moderator" })).code, cleo);
        const { code } = await make(id, cleo);
        const { name } = cleo;
        const known = { user_id: cleo.id, username: name, name, email: null, role: "member", disabled: true } as const;
        await env.USER.getByName(String(cleo.id)).enrol(known);
        return code;
      },
    ],
    [
      "was made by an administrator who is none any more",
      async (id) => {
        const root = await person("admin");
        const { code } = await make(id, root);
        const { name } = root;
        const known = { user_id: root.id, username: name, name, email: null, role: "member", disabled: false } as const;
        await env.USER.getByName(String(root.id)).enrol(known);
        return code;
      },
    ],
    [
      "leads to an erased conversation",
      async (id, ada) => {
        const { code } = await make(id, ada);
        await call(`/api/v1/conversations/${id}`, { method: "DELETE", token: ada.token });
        return code;
      },
    ],
  ];

  it.each(WAYS)("because it %s tells nothing else, and changes nothing", async (_why, way) => {
    const [ada, bob, eve] = [await person(), await person(), await person()];
    const id = await conversation(ada, { title: "Secret" });
    const code = await way(id, ada, bob);
    const unknown = `${await conversation(eve)}-${"y".repeat(24)}`;
    expect(await told(await see(code, bob))).toEqual(await told(await see(unknown, bob)));
    const answer = await told(await join(code, bob));
    expect(answer).toEqual(await told(await join(unknown, bob)));
    expect(answer).toMatchObject({ status: 404 });
    expect((await call(`/api/v1/conversations/${id}`, { token: bob.token })).status).toBe(404);
  });

  it("for somebody who was removed works when it was made afterwards, and so does any for who left by himself", async () => {
    const [ada, bob, cleo] = [await person(), await person(), await person()];
    const id = await conversation(ada);
    const old = await make(id, ada);
    for (const who of [bob, cleo]) await join(old.code, who);
    await remove(id, bob, ada);
    await remove(id, cleo, cleo);
    expect((await join(old.code, bob)).status).toBe(404);
    expect((await join(old.code, cleo)).status).toBe(200);
    expect((await join((await make(id, ada)).code, bob)).status).toBe(200);
  });

  it("is decided anew when something was waited for: the maker may have gone meanwhile", () =>
    inRig(
      async ({ journal, clock }) => {
        const { promise, resolve } = Promise.withResolvers<Role>();
        const inviting = new Inviting({ ...{ journal, clock, outbox, publish: () => {} }, roleOf: () => promise });
        const made = inviting.make(principal(2), { days: 1, uses: null, role: "member" });
        const joining = inviting.join(principal(9), made.ok ? made.value.code : "");
        journal.commit(() => journal.members.remove(2));
        resolve("member");
        expect(await joining).toMatchObject({ ok: false, error: { code: "not_found" } });
        expect(journal.members.find(9)).toBeNull();
      },
      {},
      [
        [1, "owner"],
        [2, "moderator"],
      ],
    ));
});

describe("rates", () => {
  /** Stands still, so that nothing is forgiven. */
  function stopped() {
    const time = Date.now();
    return { now: () => time, after: () => () => {} };
  }

  it("an address that guesses has to wait after sixty wrong codes, and still gets in with a good one", async () => {
    const [ada, eve] = [await person(), await person()];
    const own = app({ clock: stopped(), variables: { MESSAGES_PER_MINUTE: "0" } });
    const guess = (code: string) => call(`/api/v1/invitations/${code}`, { token: eve.token }, own);
    for (let n = 0; n < LIMITS.refusedHandshakesPerMinute; n += 1)
      expect((await guess(n % 2 ? "nonsense" : `1-${"x".repeat(24)}`)).status).toBe(404);
    expect((await guess("nonsense")).status).toBe(429);
    const { code } = await make(await conversation(ada), ada);
    expect((await guess(code)).status).toBe(200);
  });

  it("a user joins at most twenty times a minute", async () => {
    const [ada, bob] = [await person(), await person()];
    const own = app({ clock: stopped() });
    const { code } = await make(await conversation(ada), ada);
    const again = () => call(`/api/v1/invitations/${code}`, { method: "POST", token: bob.token }, own);
    for (let n = 0; n < LIMITS.joinsPerMinute; n += 1) expect((await again()).status).toBe(200);
    expect(await errorOf(await again())).toMatchObject({ code: "rate_limited" });
  });
});
