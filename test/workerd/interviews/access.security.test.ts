// Who may open an interview (security.md §3): the table, at every door; and what happens on open sockets when it changes.
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { Role } from "../../../src/protocol/entities.ts";
import { conversation, objectOf } from "../conversation/conversation.ts";
import { logIn, type Person, person } from "../conversation/people.ts";
import { open } from "../conversation/socket.ts";
import { patchUser } from "../http/admin.ts";
import { call } from "../http/client.ts";
import { type As, DOORS, ioSocket, plainSocket, say, type TestSocket } from "./doors.ts";
import { type Clinic, clinic, session } from "./interviews.ts";

/** Somebody of a role for whom an interview is, another one for whom it is not, and the end of what relates the first. */
interface Cast {
  who: Person;
  stranger: Person;
  session: number;
  right: number;
  wrong: number;
  sever(): Promise<unknown>;
}

const unrelate = ({ admin }: Pick<Clinic, "admin">, { id }: Person, patient_id: number) =>
  call("/api/v1/directory/relations", { method: "DELETE", token: admin.token, body: { user_id: id, patient_id } });
const run = (sql: string, ...values: number[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run();

async function cast(role: Role): Promise<Cast> {
  const [world, stranger] = [await clinic(), await person(role)];
  const { admin, doctor, parent, hospital, doctor_id, patient_id, hospital_id } = world;
  const of = (who: Person, right: number, wrong: number, sever: Cast["sever"]): Cast => ({
    ...{ who, stranger, right, wrong, sever },
    session: world.session.session_id,
  });
  switch (role) {
    case "admin":
      return of(admin, doctor_id, 987_654, async () => {});
    case "doctor":
      return of(doctor, doctor_id, patient_id, () => run("UPDATE entities SET user_id = NULL WHERE id = ?", doctor_id));
    case "patient":
      return of(parent, patient_id, doctor_id, () => unrelate(world, parent, patient_id));
    case "hospital":
      return of(hospital, hospital_id, patient_id, () =>
        run("DELETE FROM affiliations WHERE hospital_id = ?", hospital_id),
      );
    case "member": {
      const who = await person();
      const own = await session(who);
      const sever = () => unrelate(world, who, own.patient_id);
      return { ...of(who, own.patient_id, patient_id, sever), session: own.session_id };
    }
    default:
      return role satisfies never;
  }
}

const DENIED = "Access denied";
const VERDICTS: [situation: string, as: (cast: Cast) => As, verdict: string][] = [
  ["the right entity", ({ right }) => ({ user_entity_id: right }), "in"],
  ["the right entity as a string", ({ right }) => ({ user_entity_id: String(right) }), "in"],
  ["no entity", () => ({}), "in"],
  ["a blank entity", () => ({ user_entity_id: "" }), "in"],
  ["an entity that is null", () => ({ user_entity_id: null }), "in"],
  ["the wrong entity", ({ wrong }) => ({ user_entity_id: wrong }), DENIED],
];

describe.each(Role.options)("an interview, for a user with the role %s", (role) => {
  let people: Cast;
  beforeAll(async () => {
    people = await cast(role);
  });
  const verdicts = async (who: Person, as: As): Promise<string[]> =>
    Promise.all(Object.values(DOORS).map((door) => door(who, people.session, as)));
  const alike = (verdict: string) => Object.values(DOORS).map(() => verdict);

  it.each(VERDICTS)("who names %s, has one verdict at every door", async (_, as, verdict) => {
    const expected = role === "admin" ? "in" : verdict;
    expect(await verdicts(people.who, as(people))).toEqual(alike(expected));
  });

  it("who has no relation is denied at every door, as whoever", async () => {
    const expected = role === "admin" ? "in" : DENIED;
    for (const as of [{}, { user_entity_id: people.right }, { user_entity_id: people.wrong }])
      expect(await verdicts(people.stranger, as)).toEqual(alike(expected));
  });

  it("whose relation has ended is denied at every door", async () => {
    await people.sever();
    const expected = role === "admin" ? "in" : DENIED;
    for (const as of [{}, { user_entity_id: people.right }])
      expect(await verdicts(people.who, as)).toEqual(alike(expected));
  });
});

describe("a membership in an interview", () => {
  it("counts only in the role that the relation admits, in the conversation too", async () => {
    const { parent, session: started } = await clinic();
    const id = started.session_id;
    const read = async (role: Role) => (await objectOf(id).describe({ ...parent.principal, role })).ok;
    expect([await read("patient"), await read("member"), await read("doctor")]).toEqual([true, false, false]);
  });
});

describe("who takes part in an interview", () => {
  it("is decided by relations: nobody adds, invites or removes anybody, not even who started it", async () => {
    const ada = await person();
    const { admin, parent } = await clinic();
    const { session_id } = await session(ada);
    for (const { token } of [ada, admin])
      for (const [path, body] of [
        ["members", { user_id: parent.id }],
        ["invitations", {}],
      ] as const) {
        const response = await call(`/api/v1/conversations/${session_id}/${path}`, { token, body });
        expect([path, response.status]).toEqual([path, 403]);
      }
    const socket = await open(session_id, ada.token);
    expect(socket.welcome.you.can).not.toContain("member.manage");
    expect(socket.welcome.members.map(({ user_id }) => user_id)).toEqual([ada.id]);
  });

  it("does no longer once his role does not admit him: it is not in his list any more", async () => {
    const { admin, parent, session: started } = await clinic();
    const list = async ({ token }: Person) =>
      (await (await call("/api/v1/conversations", { token })).json<{ items: { id: number }[] }>()).items;
    expect(await list(parent)).toMatchObject([{ id: started.session_id }]);
    expect((await patchUser(admin.token, parent.id, { role: "member" })).status).toBe(200);
    const again = await logIn(parent.id, parent.name, "member");
    await vi.waitFor(async () => expect(await list(again)).toEqual([]), { timeout: 10_000 });
  });
});

describe("what cannot be opened", () => {
  it("is told apart at both sockets in the words of the source", async () => {
    const { token } = await person();
    const chat = await conversation({ ...(await person()) });
    const { session_id } = await session(await person());
    const rows: [auth: Record<string, unknown>, message: string, code: string][] = [
      [{ token, session_id }, DENIED, "forbidden"],
      [{ token, session_id: 987_654 }, "Session not found", "not_found"],
      [{ token, session_id: chat }, "Session not found", "not_found"],
      [{ token, session_id: "abc" }, "Session not found", "not_found"],
      [{ token: "nonsense", session_id }, "Authentication failed", "unauthorized"],
      [{ session_id }, "Missing parameters", "invalid"],
      [{ token, session_id, user_entity_id: "abc" }, "Missing parameters", "invalid"],
      [{ token, session_id, user_entity_id: 1.5 }, "Missing parameters", "invalid"],
    ];
    for (const [auth, message, code] of rows) {
      const io = await ioSocket(auth);
      await io.until(() => io.raw.some((text) => text.startsWith("44")));
      const refusal = { message, data: { code } };
      expect([auth, io.raw.find((text) => text.startsWith("44"))]).toEqual([auth, `44${JSON.stringify(refusal)}`]);
      const { session_id: id, ...rest } = auth;
      const plain = await plainSocket(id, rest);
      await plain.ended();
      expect([auth, plain.closed]).toEqual([auth, { code: 1008, reason: message }]);
    }
  });

  it("for want of a session is a missing parameter, not a chat", async () => {
    const { token } = await person();
    for (const auth of [
      { token, session_id: "" },
      { token, session_id: null },
      { token, user_entity_id: 7 },
    ]) {
      const socket = await ioSocket(auth);
      await socket.until(() => socket.raw.length > 1);
      expect(socket.raw[1]).toBe('44{"message":"Missing parameters","data":{"code":"invalid"}}');
    }
  });

  it("is not opened for a page that is not on the list, and the header names the entity too", async () => {
    const { parent, patient_id, session: started } = await clinic();
    const auth = { token: parent.token };
    await expect(plainSocket(started.session_id, auth, { origin: "https://evil.example" })).rejects.toThrow("403");
    const right = await plainSocket(started.session_id, auth, { "user-entity-id": String(patient_id) });
    await right.has("system");
    const wrong = await plainSocket(started.session_id, auth, { "user-entity-id": "987654" });
    await wrong.ended();
    expect(wrong.closed).toEqual({ code: 1008, reason: DENIED });
  });
});

describe("an open interview", () => {
  const opened = async (who: Person, id: number): Promise<[io: TestSocket, plain: TestSocket]> => {
    const sockets = [
      await ioSocket({ token: who.token, session_id: id }),
      await plainSocket(id, { token: who.token }),
    ] as const;
    for (const socket of sockets) await socket.has("system");
    return [...sockets];
  };

  it("is closed at once, with the reason, to whom a relation ends; to others it stays open", async () => {
    const { admin, doctor, parent, patient_id, session: started } = await clinic();
    const id = started.session_id;
    const [io, plain] = await opened(parent, id);
    const native = await open(id, parent.token);
    const [, doctors] = await opened(doctor, id);
    expect((await unrelate({ admin }, parent, patient_id)).status).toBe(204);
    await Promise.all([io.ended(), plain.ended()]);
    expect(plain.closed).toEqual({ code: 1008, reason: DENIED });
    expect(io.of("error")).toEqual([{ type: "error", content: DENIED }]);
    await native.until((frame) => frame.type === "bye");
    expect(native.frames.at(-1)).toMatchObject({ type: "bye", code: "removed" });
    say(doctors, "Go on");
    await doctors.has("ai_response");
    const told = [io, plain].map(({ frames }) => frames.filter(({ type }) => type === "status" || type === undefined));
    expect(told).toEqual([[], []]);
  });

  it("is closed when it is erased, and there is no such session then", async () => {
    const { admin, parent, session: started } = await clinic();
    const [io, plain] = await opened(parent, started.session_id);
    await call(`/api/v1/conversations/${started.session_id}`, { method: "DELETE", token: admin.token });
    await Promise.all([io.ended(), plain.ended()]);
    expect(plain.closed).toEqual({ code: 1008, reason: "Session not found" });
    const back = await plainSocket(started.session_id, { token: parent.token });
    await back.ended();
    expect(back.closed).toEqual({ code: 1008, reason: "Session not found" });
  });

  it("is closed when the login ends", async () => {
    const ada = await person();
    const { session_id } = await session(ada);
    const [io, plain] = await opened(ada, session_id);
    await call("/api/v1/auth/logout", { method: "POST", token: ada.token });
    await Promise.all([io.ended(), plain.ended()]);
    expect(plain.closed).toEqual({ code: 1008, reason: "Session expired" });
    expect(plain.of("error")).toEqual([{ type: "error", content: "Session expired" }]);
  });
});
