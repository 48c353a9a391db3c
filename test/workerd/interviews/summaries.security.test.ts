// The summary of an interview: who reads, changes and signs it, and that it then stays.
import { describe, expect, it } from "vitest";
import { InterviewSummary } from "../../../src/protocol/interviews.ts";
import { MessagePosted } from "../../../src/protocol/rest.ts";
import { type Person, person } from "../conversation/people.ts";
import { call, errorOf } from "../http/client.ts";
import { type Clinic, clinic, parsed, SESSIONS } from "./interviews.ts";

const at = ({ session }: Clinic, rest = "") => `${SESSIONS}/${session.session_id}/summary${rest}`;
const read = ({ token }: Person, place: string) => call(place, { token });
const change = ({ token }: Person, place: string, body: object) => call(place, { token, method: "PATCH", body });
const sign = ({ token }: Person, place: string, body = {}) => call(`${place}/sign`, { token, body });
const refusal = async (response: Promise<Response>) => {
  const { status } = await response;
  const { message } = await errorOf(await response);
  return [status, message];
};

/** An interview that has come to its summary. */
async function summed(): Promise<Clinic & { message_id: number }> {
  const made = await clinic();
  const message_id = await summarise(made);
  return { ...made, message_id };
}
async function summarise({ parent, doctor, session: { session_id } }: Clinic): Promise<number> {
  const path = `/api/v1/conversations/${session_id}/messages`;
  await call(path, { token: parent.token, body: { content: "My child has a fever" } });
  const finish = await call(`${SESSIONS}/${session_id}/finish`, { token: doctor.token, method: "POST" });
  const { answer } = await parsed(finish, 200, MessagePosted);
  if (!answer) throw new Error("the summary is missing");
  return answer.id;
}

describe("a summary", () => {
  it("is not there before the interview has one", async () => {
    const made = await clinic();
    const there = at(made);
    for (const ask of [
      read(made.doctor, there),
      change(made.doctor, there, { content: "Mine" }),
      sign(made.doctor, there),
    ])
      expect(await refusal(ask)).toEqual([404, "There is no summary yet."]);
  });

  it("is read by whoever may open the interview, and as far as others know it is like the interview", async () => {
    const made = await summed();
    const { doctor, parent, hospital, admin, message_id } = made;
    for (const one of [doctor, parent, hospital, admin])
      expect(await parsed(await read(one, at(made)), 200, InterviewSummary)).toMatchObject({
        session_id: made.session.session_id,
        message_id,
        content: "# Summary\n\n**Complaint**\n\n> My child has a fever",
        edited_by: null,
        signed_by: null,
      });
    const stranger = await person("doctor");
    const nowhere = `${SESSIONS}/987654321/summary`;
    for (const [place, answer] of [
      [at(made), [403, "Access denied"]],
      [nowhere, [404, "Session not found"]],
    ] as const)
      for (const ask of [read(stranger, place), change(stranger, place, { content: "Mine" }), sign(stranger, place)])
        expect(await refusal(ask)).toEqual(answer);
    expect((await call(at(made))).status).toBe(401);
  });

  it("is changed and signed by the interview's doctor, as that doctor, and by nobody else", async () => {
    const made = await summed();
    const { doctor, doctor_id, patient_id, parent, hospital, admin } = made;
    for (const one of [parent, hospital, admin])
      for (const ask of [change(one, at(made), { content: "Mine" }), sign(one, at(made))])
        expect(await refusal(ask)).toEqual([403, "Only the interview's doctor changes and signs its summary."]);
    const wrong = at(made, `?user_entity_id=${patient_id}`);
    expect(await refusal(change(doctor, wrong, { content: "Mine" }))).toEqual([403, "Access denied"]);
    const right = at(made, `?user_entity_id=${doctor_id}`);
    const changed = await parsed(await change(doctor, right, { content: "Influenza" }), 200, InterviewSummary);
    expect(changed).toMatchObject({ content: "Influenza", edited_by: { user_id: doctor.id }, signed_at: null });
    expect(await parsed(await read(parent, at(made)), 200, InterviewSummary)).toEqual(changed);
    expect((await change(doctor, at(made), { content: " " })).status).toBe(400);
  });

  it("that is signed stays as it is, whoever asks; signing again changes nothing", async () => {
    const made = await summed();
    const { doctor, admin, message_id, session } = made;
    await change(doctor, at(made), { content: "Influenza" });
    const signed = await parsed(await sign(doctor, at(made), { message_id }), 200, InterviewSummary);
    expect(signed).toMatchObject({ content: "Influenza", signed_by: { user_id: doctor.id, name: doctor.name } });
    expect(await parsed(await sign(doctor, at(made)), 200, InterviewSummary)).toEqual(signed);
    expect(await refusal(change(doctor, at(made), { content: "A cold" }))).toEqual([
      409,
      "The summary is signed: it does not change any more.",
    ]);
    const message = `/api/v1/conversations/${session.session_id}/messages/${message_id}`;
    expect((await call(message, { token: admin.token, method: "DELETE" })).status).toBe(409);
    expect(await parsed(await read(doctor, at(made)), 200, InterviewSummary)).toEqual(signed);
  });

  it("that a doctor read is not taken for another one that came since, which is unsigned", async () => {
    const made = await summed();
    const { doctor, message_id: first } = made;
    await sign(doctor, at(made));
    const second = await summarise(made);
    const another = [409, "Another summary has come since: read it first."];
    expect(await refusal(sign(doctor, at(made), { message_id: first }))).toEqual(another);
    expect(await refusal(change(doctor, at(made), { content: "Influenza", message_id: first }))).toEqual(another);
    const now = await parsed(await read(doctor, at(made)), 200, InterviewSummary);
    expect([now.message_id, now.signed_by]).toEqual([second, null]);
  });

  it("goes with its message", async () => {
    const made = await summed();
    const { doctor, message_id, session } = made;
    await change(doctor, at(made), { content: "Influenza" });
    const message = `/api/v1/conversations/${session.session_id}/messages/${message_id}`;
    expect((await call(message, { token: doctor.token, method: "DELETE" })).status).toBe(200);
    expect((await read(doctor, at(made))).status).toBe(404);
  });
});
