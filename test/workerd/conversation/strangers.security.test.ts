// Whoever is not a member meets a conversation as if it did not exist, at every door (security.md §8); whoever is one may do
// what the table of §2 says, and nothing else.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Principal } from "../../../src/auth/principal.ts";
import { MemberRole, Role } from "../../../src/protocol/entities.ts";
import { call } from "../http/client.ts";
import { conversation, objectOf, rowsOf, scripted } from "./conversation.ts";
import { person } from "./people.ts";
import { finish, inRig, principal, says, stalls } from "./rig.ts";
import { open, upgrade } from "./socket.ts";

const ROUTES: [method: string, path: string, body?: object][] = [
  ["GET", ""],
  ["PATCH", "", { title: "Mine now" }],
  ["DELETE", ""],
  ["GET", "/members"],
  ["POST", "/members", { user_id: 1 }],
  ["PATCH", "/members/1", { role: "owner" }],
  ["DELETE", "/members/1"],
  ["GET", "/invitations"],
  ["POST", "/invitations", {}],
  ["DELETE", "/invitations/1"],
  ["GET", "/messages"],
  ["GET", "/messages?before=2"],
  ["POST", "/messages", { content: "Hi" }],
  ["POST", "/messages?wait=false", { content: "Hi", client_id: "k1" }],
  ["PATCH", "/messages/1", { content: "Mine now" }],
  ["DELETE", "/messages/1"],
  ["DELETE", "/messages/999"],
  ["POST", "/messages/2/select"],
  ["GET", "/turns"],
  ["POST", "/turns/1/cancel"],
  ["POST", "/turns/1/retry", {}],
  ["GET", "/events"],
];
const COMMANDS = [
  { type: "message.send", ref: 1, client_id: "k1", content: "Hi" },
  { type: "message.edit", ref: 1, message_id: 1, content: "Mine now" },
  { type: "message.delete", ref: 1, message_id: 1 },
  { type: "answer.select", ref: 1, message_id: 1 },
  { type: "turn.cancel", ref: 1, turn_id: 1 },
  { type: "turn.retry", ref: 1, message_id: 1 },
  { type: "history", ref: 1, limit: 50 },
  { type: "member.add", ref: 1, user_id: 2, role: "member" },
  { type: "member.remove", ref: 1, user_id: 1 },
  { type: "member.role", ref: 1, user_id: 1, role: "viewer" },
  { type: "configure", ref: 1, title: "Mine now" },
] as const;
const NOWHERE = 987_654;

/** Everything of an answer that somebody could learn from. */
async function seen(response: Response): Promise<object> {
  const headers = Object.fromEntries([...response.headers].filter(([name]) => name !== "x-request-id"));
  return { status: response.status, headers, body: await response.text() };
}

describe("a stranger", () => {
  it("gets the answer of a conversation that does not exist, from every route", async () => {
    const [ada, eve] = [await person(), await person()];
    const id = await conversation(ada);
    const socket = await open(id, ada.token);
    await socket.say("Secret", { client_id: "k1", model: scripted("Secret answer") });
    await socket.event("turn.finished");
    const before = await rowsOf(id, "SELECT max(seq) AS seq FROM event");
    for (const [method, path, body] of ROUTES) {
      const ask = (target: number) =>
        call(`/api/v1/conversations/${target}${path}`, { method, token: eve.token, ...(body ? { body } : {}) });
      const answer = await seen(await ask(id));
      expect({ [`${method} ${path}`]: answer }).toEqual({ [`${method} ${path}`]: await seen(await ask(NOWHERE)) });
      expect(answer).toMatchObject({ status: 404 });
    }
    const socketAt = async (target: number) =>
      seen(await upgrade(`/parties/conversation/${target}`, { Authorization: `Bearer ${eve.token}` }));
    expect(await socketAt(id)).toEqual(await socketAt(NOWHERE));
    expect(await rowsOf(id, "SELECT max(seq) AS seq FROM event")).toEqual(before);
    expect(await (await call("/api/v1/conversations", { token: eve.token })).json()).toEqual({
      items: [],
      next_cursor: null,
    });
  });

  it("gets the answer of a conversation that does not exist, for every command", async () => {
    const [ada, eve] = [await person(), await person()];
    const id = await conversation(ada);
    await objectOf(id).send(ada.principal, { client_id: "k1", content: "Secret", answer: false });
    for (const command of COMMANDS) {
      const answer = await objectOf(id).command(eve.principal, command);
      expect(answer).toEqual(await objectOf(NOWHERE).command(eve.principal, command));
      expect(answer).toMatchObject({
        ok: false,
        error: { code: "not_found", message: "There is no such conversation." },
      });
    }
    expect(await rowsOf(id, "SELECT count(*) AS n FROM event")).toEqual([{ n: 3 }]);
  });

  it("leaves no trace where no conversation was ever created", async () => {
    const eve = await person();
    for (const [method, path, body] of ROUTES)
      await call(`/api/v1/conversations/4242${path}`, { method, token: eve.token, ...(body ? { body } : {}) });
    await upgrade("/parties/conversation/4242", { Authorization: `Bearer ${eve.token}` });
    const ticket = await call("/api/v1/tickets", { token: eve.token, body: { conversation_id: 4242 } });
    const { ticket: word }: { ticket: string } = await ticket.json();
    expect((await upgrade(`/parties/conversation/4242?ticket=${word}`)).status).toBe(404);
    await runInDurableObject(objectOf(4242), async (_, state) => {
      const tables = state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'");
      expect(tables.toArray()).toEqual([]);
      expect((await state.storage.list()).size).toBe(0);
      expect(await state.storage.getAlarm()).toBeNull();
    });
    expect(await env.DB.prepare("SELECT 1 FROM conversations WHERE id = 4242").first()).toBeNull();
  });

  it.each(["0", "-1", "1.5", "abc", "1e3x", "99999999999999999999", "%00"])(
    "asking for conversation %s is told what is wrong, or nothing",
    async (id) => {
      const eve = await person();
      const response = await call(`/api/v1/conversations/${id}`, { token: eve.token });
      expect([400, 404]).toContain(response.status);
      expect([400, 404]).toContain(
        (await upgrade(`/parties/conversation/${id}`, { Authorization: `Bearer ${eve.token}` })).status,
      );
    },
  );

  it("without a token gets nowhere", async () => {
    const id = await conversation(await person());
    for (const [method, path, body] of ROUTES) {
      const response = await call(`/api/v1/conversations/${id}${path}`, { method, ...(body ? { body } : {}) });
      expect(response.status).toBe(401);
    }
    expect((await upgrade(`/parties/conversation/${id}`)).status).toBe(401);
  });
});

type Deed =
  | "read"
  | "send"
  | "cancel own"
  | "cancel other's"
  | "retry own"
  | "retry other's"
  | "edit own"
  | "edit other's"
  | "select own answer"
  | "select other's answer"
  | "delete own"
  | "delete own answer"
  | "delete other's"
  | "delete other's answer"
  | "configure"
  | "invite"
  | "make owner"
  | "remove"
  | "leave";

/** Of what is one's own, and of others': the latter for whoever keeps order here. */
const CHOOSE: Deed[] = ["select own answer", "delete own", "delete own answer"];
const CURATE: Deed[] = ["select other's answer", "delete other's", "delete other's answer"];

/** What the table of security.md §2 lets this role do with this membership; the rest is forbidden. */
function mayDo(role: Role, member: MemberRole | null): Deed[] {
  if (role === "admin") {
    const always: Deed[] = [
      "read",
      "send",
      "cancel own",
      "cancel other's",
      ...CHOOSE,
      ...CURATE,
      "configure",
      "invite",
      "make owner",
      "remove",
    ];
    return member === null ? always : [...always, "leave"];
  }
  if (member === null) return [];
  const deeds: Deed[] = ["read", "leave"];
  if (member === "viewer") return deeds;
  deeds.push("send", "cancel own", "retry own", "edit own", ...CHOOSE);
  if (member !== "member") deeds.push(...CURATE);
  if (role === "doctor" || role === "hospital" || (role === "member" && member === "owner"))
    deeds.push("cancel other's");
  if (role === "patient" || member === "member") return deeds;
  deeds.push("configure", "invite", "remove");
  return member === "owner" ? [...deeds, "make owner"] : deeds;
}

const [ACTOR, OWNER, OTHER] = [5, 1, 9];
const CASES = Role.options.flatMap((role) => [...MemberRole.options, null].map((member) => [role, member] as const));

describe("the access matrix", () => {
  it.each(CASES)("holds for a %s who is here as %s", (role, member) =>
    inRig(
      async (rig) => {
        const actor: Principal = principal(ACTOR, role);
        const may = mayDo(role, member);
        const verdicts: [Deed, string][] = [];
        const note = (deed: Deed, outcome: { ok: true } | { ok: false; error: { code: string } }) =>
          verdicts.push([deed, outcome.ok ? "ok" : outcome.error.code]);
        const run = async (deed: Deed, command: Parameters<typeof rig.room.command>[1]) =>
          note(deed, await rig.room.command(actor, command));

        rig.attempts = [
          says("A", finish()),
          says("A", finish()),
          stalls(),
          stalls(),
          stalls(),
          stalls(),
          stalls(),
          stalls(),
        ];
        rig.ask("theirs", principal(OWNER));
        await rig.pass(100);
        await run("read", { type: "history", ref: 1, limit: 5 });
        note("send", rig.ask("mine", actor, { answer: false }));
        // The actor's own question, asked when he could still write.
        rig.journal.commit(() => rig.journal.members.put(ACTOR, "user 5", "member"));
        const asked = rig.ask("mine too", principal(ACTOR));
        await rig.pass(100);
        if (member) rig.journal.commit(() => rig.journal.members.put(ACTOR, "user 5", member));
        else rig.journal.commit(() => rig.journal.members.remove(ACTOR));
        const question = asked.ok ? asked.value.message_id : 0;
        await run("retry own", { type: "turn.retry", ref: 1, message_id: question });
        await run("retry other's", { type: "turn.retry", ref: 1, message_id: 1 });
        for (const turn of rig.journal.ledger.openTurns().reverse()) rig.answering.cancel(turn.id);
        const theirs = rig.ask("theirs again", principal(OWNER));
        await run("cancel other's", {
          type: "turn.cancel",
          ref: 1,
          turn_id: theirs.ok ? (theirs.value.turn_id ?? 0) : 0,
        });
        const own = asked.ok ? (asked.value.turn_id ?? 0) : 0;
        await run("cancel own", { type: "turn.cancel", ref: 1, turn_id: own });
        for (const turn of rig.journal.ledger.openTurns().reverse()) rig.answering.cancel(turn.id);
        const revise = async (whose: "own" | "other's", message_id: number) => {
          const answer_id = message_id + 1;
          await run(`select ${whose} answer`, { type: "answer.select", ref: 1, message_id: answer_id });
          await run(`edit ${whose}`, { type: "message.edit", ref: 1, message_id, content: "New" });
          await run(`delete ${whose} answer`, { type: "message.delete", ref: 1, message_id: answer_id });
          await run(`delete ${whose}`, { type: "message.delete", ref: 1, message_id });
        };
        await revise("other's", 1);
        await revise("own", question);
        await run("configure", { type: "configure", ref: 1, title: "New" });
        await run("invite", { type: "member.add", ref: 1, user_id: 20, role: "member" });
        await run("make owner", { type: "member.add", ref: 1, user_id: 21, role: "owner" });
        await run("remove", { type: "member.remove", ref: 1, user_id: OTHER });
        await run("leave", { type: "member.remove", ref: 1, user_id: ACTOR });

        const denied = role !== "admin" && member === null ? "not_found" : "forbidden";
        for (const [deed, verdict] of verdicts)
          expect(`${deed}: ${verdict}`).toBe(`${deed}: ${may.includes(deed) ? "ok" : denied}`);
      },
      {},
      [[OWNER, "owner"], [OTHER, "member"], ...(member ? ([[ACTOR, member]] as [number, MemberRole][]) : [])],
    ),
  );

  it("keeps owners out of the reach of moderators, and a last owner in", () =>
    inRig(
      async (rig) => {
        const act = async (id: number, command: Parameters<typeof rig.room.command>[1]) => {
          const outcome = await rig.room.command(principal(id), command);
          return outcome.ok ? "ok" : outcome.error.code;
        };
        expect(await act(2, { type: "member.remove", ref: 1, user_id: 1 })).toBe("forbidden");
        expect(await act(2, { type: "member.role", ref: 1, user_id: 1, role: "viewer" })).toBe("forbidden");
        expect(await act(2, { type: "member.role", ref: 1, user_id: 2, role: "owner" })).toBe("forbidden");
        expect(await act(1, { type: "member.remove", ref: 1, user_id: 1 })).toBe("conflict");
        expect(await act(1, { type: "member.role", ref: 1, user_id: 1, role: "member" })).toBe("conflict");
        expect(await act(1, { type: "member.role", ref: 1, user_id: 2, role: "owner" })).toBe("ok");
        expect(await act(1, { type: "member.remove", ref: 1, user_id: 1 })).toBe("ok");
      },
      {},
      [
        [1, "owner"],
        [2, "moderator"],
      ],
    ));
});

describe("a decision", () => {
  it("is made again when something was waited for in between", () =>
    inRig(
      async (rig) => {
        const added = rig.room.command(principal(2), { type: "member.add", ref: 1, user_id: 20, role: "member" });
        await rig.room.command(principal(1), { type: "member.remove", ref: 1, user_id: 2 });
        expect(await added).toMatchObject({ ok: false, error: { code: "not_found" } });
        expect(rig.journal.members.find(20)).toBeNull();
      },
      {},
      [
        [1, "owner"],
        [2, "moderator"],
      ],
    ));

  it("counts members: the 251st is one too many", () =>
    inRig(async (rig) => {
      rig.journal.commit(() => {
        for (let id = 2; id <= 250; id += 1) rig.journal.members.put(id, `user ${id}`, "member");
      });
      const added = await rig.room.command(principal(1), { type: "member.add", ref: 1, user_id: 251, role: "member" });
      expect(added).toMatchObject({ ok: false, error: { code: "quota_exceeded" } });
    }));

  it.each([
    ["somebody who does not exist", 5_000, "not_found"],
    ["somebody who is here already", 1, "conflict"],
  ])("refuses to add %s", (_, user_id, code) =>
    inRig(async (rig) => {
      const added = await rig.room.command(principal(1), { type: "member.add", ref: 1, user_id, role: "member" });
      expect(added).toMatchObject({ ok: false, error: { code, field: "user_id" } });
    }),
  );
});

it("a member whose removal, or a stranger whose arrival, was not committed is what he was", () =>
  inRig((rig) => {
    const [member, stranger] = [principal(1), principal(9)];
    const failing = () =>
      rig.journal.commit(() => {
        rig.journal.members.remove(member.user_id);
        rig.journal.members.put(stranger.user_id, stranger.name, "owner");
        expect(rig.journal.members.find(member.user_id)).toBeNull();
        throw new Error("SQLITE_FULL");
      });
    expect(failing).toThrow("SQLITE_FULL");
    expect(rig.ask("Hi", member, { answer: false })).toMatchObject({ ok: true });
    expect(rig.ask("Hi", stranger, { answer: false })).toMatchObject({ error: { code: "not_found" } });
  }));
