// Interview sessions over HTTP: whom they are about, how they go on, and how they end.
import { describe, expect, it } from "vitest";
import { InterviewSession } from "../../../src/protocol/interviews.ts";
import { MessagePosted, MessagesAnswer } from "../../../src/protocol/rest.ts";
import { callsOf, conversation, scripted } from "../conversation/conversation.ts";
import { type Person, person } from "../conversation/people.ts";
import { call, errorOf } from "../http/client.ts";
import { clinic, entity, entityOf, parsed, SESSIONS, session } from "./interviews.ts";

const read = async (id: number, { token }: Person) =>
  parsed(await call(`${SESSIONS}/${id}`, { token }), 200, InterviewSession);
const say = async (id: number, { token }: Person, content: string) =>
  parsed(await call(`/api/v1/conversations/${id}/messages`, { token, body: { content } }), 200, MessagePosted);
const finish = (id: number, { token }: Person) => call(`${SESSIONS}/${id}/finish`, { token, method: "POST" });

describe("starting an interview", () => {
  it("without saying of whom is about oneself: a patient is made once, and is the caller", async () => {
    const ada = await person();
    const [first, second] = [await session(ada), await session(ada)];
    expect(first).toMatchObject({ doctor_id: null, status: "open", question_count: 0, summary_id: null });
    expect(second.patient_id).toBe(first.patient_id);
    expect(await entityOf("patient", first.patient_id)).toMatchObject({ name: ada.name, user_id: ada.id });
    expect(await read(first.session_id, ada)).toEqual(first);
  });

  it("of a doctor is his own, with a patient of the same hospital; another session of the chat has both", async () => {
    const { doctor, doctor_id, patient_id, parent, session: first } = await clinic();
    expect(first).toMatchObject({ doctor_id, patient_id });
    const again = await session(parent, { chat_id: first.chat_id });
    expect(again).toMatchObject({ chat_id: first.chat_id, doctor_id, patient_id });
    expect(await read(again.session_id, doctor)).toMatchObject({ session_id: again.session_id });
  });

  it("of a patient's parent is about the child, with any doctor", async () => {
    const { parent, doctor_id, patient_id } = await clinic();
    expect(await session(parent, { doctor_id })).toMatchObject({ doctor_id, patient_id });
  });

  it("of whom one does not know is answered as if there were no such patient, doctor or chat", async () => {
    const { session: known, patient_id, doctor_id, admin } = await clinic();
    const [stranger, member, hospital] = [await person("doctor"), await person(), await person("hospital")];
    await entity(admin, "doctors", stranger);
    await entity(admin, "hospitals", hospital);
    for (const { token } of [stranger, member, hospital])
      for (const [body, nowhere] of [
        [{ patient_id }, { patient_id: 987_654 }],
        [
          { patient_id, doctor_id },
          { patient_id: 987_654, doctor_id },
        ],
        [{ chat_id: known.chat_id }, { chat_id: 987_654 }],
      ]) {
        const refusal = await call(SESSIONS, { token, body });
        const missing = await call(SESSIONS, { token, body: nowhere });
        expect([refusal.status, await errorOf(refusal)]).toEqual([missing.status, await errorOf(missing)]);
        expect(refusal.status).toBe(404);
      }
  });
});

describe("the built-in interviewer", () => {
  it("asks one question at a time, counts the patient's messages, and ends with what was said", async () => {
    const ada = await person();
    const { session_id } = await session(ada);
    const said: string[] = [];
    for (let number = 1; number <= 10; number += 1) {
      const { answer } = await say(session_id, ada, `What I say for the ${number}. time`);
      said.push(answer?.content ?? "");
      expect(answer?.data).toEqual({});
      expect(answer?.content.match(/\?/g)).toHaveLength(1);
    }
    expect(new Set(said).size).toBe(10);
    const { answer } = await say(session_id, ada, "No allergies");
    expect(answer?.data).toEqual({ is_summary: true });
    expect(answer?.content).toMatch(/^# Summary\n\n\*\*Complaint\*\*\n\n> What I say for the 1\. time\n/);
    expect(answer?.content).toMatch(/\*\*Allergies\*\*\n\n> No allergies$/);
    expect(await read(session_id, ada)).toMatchObject({
      status: "finished",
      question_count: 11,
      summary_id: answer?.id,
    });
    const page = await call(`${SESSIONS}/${session_id}/messages?limit=200`, { token: ada.token });
    expect((await parsed(page, 200, MessagesAnswer)).items).toHaveLength(22);
    const later = await say(session_id, ada, "One more thing");
    expect(later.answer?.content).toContain("**Added later**\n\n> One more thing");
  });

  it("writes the summary early when whoever may open it finishes it, and once", async () => {
    const { doctor, parent, session: started } = await clinic();
    const id = started.session_id;
    expect((await errorOf(await finish(id, doctor))).code).toBe("conflict");
    await say(id, parent, "My child has a fever");
    const { message, answer } = await parsed(await finish(id, doctor), 200, MessagePosted);
    expect(message).toMatchObject({ role: "system", author: { user_id: doctor.id } });
    expect(answer).toMatchObject({
      content: "# Summary\n\n**Complaint**\n\n> My child has a fever",
      data: { is_summary: true },
    });
    const again = await parsed(await finish(id, parent), 200, MessagePosted);
    expect(again.answer?.id).toBe(answer?.id);
    expect(await read(id, parent)).toMatchObject({ status: "finished", question_count: 1, summary_id: answer?.id });
  });
});

describe("a doctor who speaks in an interview", () => {
  it("answers nothing for the patient: nothing is counted, and the patient is asked the same again", async () => {
    const { doctor, parent, session: started } = await clinic();
    const id = started.session_id;
    const opening = "What brings you here? Tell me what troubles you most.";
    const onset = "When did it begin, and what were you doing then?";
    const asked = async (who: Person, content: string) => (await say(id, who, content)).answer?.content;
    for (const word of ["Hello", "How is he?", "Since when?"]) expect(await asked(doctor, word)).toContain(opening);
    expect(await read(id, doctor)).toMatchObject({ status: "open", question_count: 0 });
    expect((await errorOf(await finish(id, doctor))).message).toBe("The patient has said nothing yet.");
    for (const [who, content] of [
      [parent, "My child has a fever"],
      [doctor, "Since Monday, I think"],
    ] as const)
      expect(await asked(who, content)).toContain(onset);
    expect(await read(id, doctor)).toMatchObject({ status: "open", question_count: 1 });
    const { answer } = await parsed(await finish(id, doctor), 200, MessagePosted);
    expect(answer?.content).toBe("# Summary\n\n**Complaint**\n\n> My child has a fever");
  });

  it("is not taken for the patient by a model, and takes none of its questions", async () => {
    const { doctor, parent, session: started } = await clinic();
    const model = scripted("What brings you here?", "Where is it?");
    await call(`/api/v1/conversations/${started.session_id}`, {
      ...{ method: "PATCH", token: doctor.token, body: { model } },
    });
    await say(started.session_id, doctor, "Hello");
    await say(started.session_id, parent, "A fever");
    const calls = await callsOf(model);
    expect(calls.map(({ messages }) => messages[0]?.content.match(/You may ask \d+/)?.[0])).toEqual([
      "You may ask 10",
      "You may ask 10",
    ]);
    expect(calls[1]?.messages.slice(1)).toEqual([
      { role: "user", content: "(not the patient) Hello" },
      { role: "assistant", content: "What brings you here?" },
      { role: "user", content: "A fever" },
    ]);
  });
});

describe("a model that takes interviews", () => {
  it("is told how, and how many questions are left; it ends the interview when it knows enough", async () => {
    const ada = await person();
    const { session_id } = await session(ada);
    const model = scripted("Where is it?", "# Summary\n\nA headache in front.");
    const body = { model, instructions: "Be rude." };
    await call(`/api/v1/conversations/${session_id}`, { method: "PATCH", token: ada.token, body });
    expect((await say(session_id, ada, "My head aches")).answer?.data).toEqual({});
    const { answer } = await say(session_id, ada, "In front");
    expect(answer?.data).toEqual({ is_summary: true });
    expect(await read(session_id, ada)).toMatchObject({
      status: "finished",
      question_count: 2,
      summary_id: answer?.id,
    });
    const [first, second] = await callsOf(model);
    expect(first?.messages[0]?.content).toContain("You may ask 10 more questions.");
    expect(first?.messages[0]?.content).not.toContain("Be rude.");
    expect(second?.messages[0]?.content).toContain("You may ask 9 more questions.");
    expect(second?.messages.slice(1)).toEqual([
      { role: "user", content: "My head aches" },
      { role: "assistant", content: "Where is it?" },
      { role: "user", content: "In front" },
    ]);
  });

  it("is told to write the summary now when somebody finishes the interview", async () => {
    const ada = await person();
    const { session_id } = await session(ada);
    const model = scripted("Where is it?", "It is in front of the head.");
    await call(`/api/v1/conversations/${session_id}`, { method: "PATCH", token: ada.token, body: { model } });
    await say(session_id, ada, "My head aches");
    const { answer } = await parsed(await finish(session_id, ada), 200, MessagePosted);
    expect(answer).toMatchObject({ content: "It is in front of the head.", data: { is_summary: true } });
    const [, second] = await callsOf(model);
    expect(second?.messages[0]?.content).toContain("Write the summary now");
    expect(second?.messages.at(-1)).toEqual({
      role: "system",
      content: "The interview was ended: the summary follows.",
    });
  });

  it.each(["!filter", "!length"])("whose summary is cut off by %s has not finished the interview", async (cut) => {
    const ada = await person();
    const { session_id } = await session(ada);
    const model = scripted(`# Summary\n\nHalf a|${cut}`);
    await call(`/api/v1/conversations/${session_id}`, { method: "PATCH", token: ada.token, body: { model } });
    expect((await say(session_id, ada, "My head aches")).answer?.data).toEqual({});
    expect(await read(session_id, ada)).toMatchObject({ status: "open", summary_id: null });
  });
});

it("a conversation that is no interview is no session", async () => {
  const ada = await person();
  const id = await conversation(ada);
  for (const path of [`${SESSIONS}/${id}`, `${SESSIONS}/987654`]) {
    const response = await call(path, { token: ada.token });
    expect([response.status, (await errorOf(response)).message]).toEqual([404, "Session not found"]);
  }
});

describe("the directory", () => {
  it("of a hospital is its own: whom it enters is affiliated, and others are not there", async () => {
    const { admin, hospital, patient_id } = await clinic();
    const own = await entity(hospital, "patients");
    const foreign = await entity(admin, "patients");
    const list = await call("/api/v1/directory/patients", { token: hospital.token });
    const { items } = await list.json<{ items: { id: number }[] }>();
    expect(items.map(({ id }) => id)).toEqual([own, patient_id]);
    const user = await person("patient");
    const relateTo = (patient: number, { token }: Person) =>
      call("/api/v1/directory/relations", {
        token,
        body: { user_id: user.id, patient_id: patient, relation: "carer" },
      });
    expect((await relateTo(own, hospital)).status).toBe(201);
    expect((await relateTo(foreign, hospital)).status).toBe(404);
    expect((await relateTo(foreign, admin)).status).toBe(201);
    const affiliation = { hospital_id: own, patient_id: foreign };
    const claim = await call("/api/v1/directory/affiliations", { token: hospital.token, body: affiliation });
    expect(claim.status).toBe(403);
  });

  it("is closed to everybody else, and takes a user's profile once", async () => {
    const { admin, doctor, parent } = await clinic();
    for (const { token } of [doctor, parent, await person()])
      expect((await call("/api/v1/directory/patients", { token })).status).toBe(403);
    const body = { name: "Again", user_id: doctor.id };
    const response = await call("/api/v1/directory/doctors", { token: admin.token, body });
    expect([response.status, (await errorOf(response)).field]).toEqual([409, "user_id"]);
  });
});
