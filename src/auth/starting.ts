// Whom a new interview is about, and whether this person may start it: of himself always, of others whom he knows.
import { type Outcome, ok, refuse } from "../protocol/errors.ts";
import type { Entity, EntityKind, InterviewCreate } from "../protocol/interviews.ts";
import { acquainted, addEntity, findEntity, patientOf, profileOf } from "../store/directory.ts";
import { addChat, findInterviewChat, type InterviewChat, partiesToBe } from "../store/interviews.ts";
import { admitted } from "./interviews.ts";
import type { Principal } from "./principal.ts";

interface About {
  /** The chat that it belongs to; null: a new one. */
  chat: InterviewChat | null;
  doctor_id: number | null;
  patient: Entity;
}

/** The chat of the new session, and its patient. What one may not know of is answered like what is not there. */
export async function startInterview(
  db: D1Database,
  actor: Principal,
  wish: InterviewCreate,
  now: number,
): Promise<Outcome<{ chat: InterviewChat; patient: Entity }>> {
  const about = await aboutWhom(db, actor, wish, now);
  if (!about.ok) return about;
  const { doctor_id, patient } = about.value;
  if (!(await knows(db, actor, doctor_id, patient.id))) return unknown(wish.chat_id ? "chat" : "patient");
  const chat = about.value.chat ?? (await addChat(db, doctor_id, patient.id, now));
  return ok({ chat, patient });
}

async function aboutWhom(
  db: D1Database,
  actor: Principal,
  { chat_id, doctor_id, patient_id }: InterviewCreate,
  now: number,
): Promise<Outcome<About>> {
  if (chat_id !== undefined) {
    const chat = await findInterviewChat(db, chat_id);
    const patient = chat && (await findEntity(db, "patient", chat.patient_id));
    return chat && patient ? ok({ chat, doctor_id: chat.doctor_id, patient }) : unknown("chat");
  }
  const patient =
    patient_id === undefined ? await oneself(db, actor, now) : await findEntity(db, "patient", patient_id);
  if (!patient) return unknown("patient");
  if (doctor_id !== undefined && !(await findEntity(db, "doctor", doctor_id))) return unknown("doctor");
  const own = actor.role === "doctor" && patient_id !== undefined ? await profileOf(db, "doctor", actor.user_id) : null;
  return ok({ chat: null, doctor_id: doctor_id ?? own, patient });
}

/** The user's own patient entry, in the role patient else that of the closest relative; made when there is none. */
async function oneself(db: D1Database, actor: Principal, now: number): Promise<Entity | null> {
  const id = await patientOf(db, actor.user_id, actor.role === "patient" ? null : "self");
  if (id !== null) return findEntity(db, "patient", id);
  return addEntity(db, { kind: "patient", name: actor.name, user_id: actor.user_id, hospital: null }, now);
}

/** Who would be let in, and knows the patient already. */
async function knows(db: D1Database, actor: Principal, doctorId: number | null, patientId: number): Promise<boolean> {
  if (actor.role === "admin") return true;
  const parties = await partiesToBe(db, doctorId, patientId, actor.user_id);
  const ways = parties.filter(({ user_id }) => user_id === actor.user_id);
  if (!admitted(actor.role, ways, null)) return false;
  if (ways.some(({ via }) => via === "self")) return true;
  if (actor.role === "doctor" && doctorId !== null) return acquainted(db, doctorId, patientId);
  if (actor.role !== "hospital") return true;
  const hospital = await profileOf(db, "hospital", actor.user_id);
  return hospital !== null && (await findEntity(db, "patient", patientId, hospital)) !== null;
}

const unknown = (what: EntityKind | "chat") =>
  refuse("not_found", `There is no such ${what}.`, { field: `${what}_id` });
