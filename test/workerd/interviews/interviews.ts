// What tests of interviews are about: a doctor, a patient with relatives, a hospital, and their session.
import { env } from "cloudflare:workers";
import type * as z from "zod";
import type { Role } from "../../../src/protocol/entities.ts";
import { Entity, InterviewSession } from "../../../src/protocol/interviews.ts";
import { affiliate, findEntity, relate } from "../../../src/store/directory.ts";
import { type Person, person } from "../conversation/people.ts";
import { call } from "../http/client.ts";

/** Of the directory, by an administrator. */
export async function entity(
  admin: Person,
  kind: "doctors" | "patients" | "hospitals",
  user?: Person,
): Promise<number> {
  const body = { name: `One of the ${kind}`, ...(user ? { user_id: user.id } : {}) };
  const response = await call(`/api/v1/directory/${kind}`, { token: admin.token, body });
  return (await parsed(response, 201, Entity)).id;
}

export async function parsed<S extends z.ZodType>(response: Response, status: number, schema: S): Promise<z.infer<S>> {
  if (response.status !== status) throw new Error(`${response.status}: ${await response.text()}`);
  return schema.parse(await response.json());
}

export async function session(by: Person, body: object = {}): Promise<InterviewSession> {
  return parsed(await call(SESSIONS, { token: by.token, body }), 201, InterviewSession);
}
export const SESSIONS = "/api/v1/ai-assistant/sessions";

export interface Clinic {
  admin: Person;
  doctor: Person;
  /** Whose parent is `parent`; he himself has no login. */
  patient_id: number;
  parent: Person;
  hospital: Person;
  doctor_id: number;
  hospital_id: number;
  session: InterviewSession;
}

/** A session of the doctor's with a patient of the same hospital. */
export async function clinic(): Promise<Clinic> {
  const people = await Promise.all((["admin", "doctor", "patient", "hospital"] as Role[]).map((role) => person(role)));
  const [admin, doctor, parent, hospital] = people;
  if (!admin || !doctor || !parent || !hospital) throw new Error("four were made");
  const doctor_id = await entity(admin, "doctors", doctor);
  const patient_id = await entity(admin, "patients");
  const hospital_id = await entity(admin, "hospitals", hospital);
  await relate(env.DB, { user_id: parent.id, patient_id, relation: "parent" });
  for (const id of [doctor_id, patient_id]) await affiliate(env.DB, hospital_id, id);
  const started = await session(doctor, { patient_id });
  return { admin, doctor, parent, hospital, doctor_id, patient_id, hospital_id, session: started };
}

export const entityOf = (kind: "doctor" | "patient" | "hospital", id: number) => findEntity(env.DB, kind, id);
