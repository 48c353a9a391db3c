// Interview sessions in D1: whose they are, and who is related to each of them.
import * as z from "zod";
import { Role } from "../protocol/entities.ts";

/** `doctor`: it is this doctor's; `relation`: to its patient; `self`: its patient himself, who started it;
 * `project`: in the project to which a chat belongs. */
export const VIAS = ["doctor", "relation", "hospital", "self", "project"] as const;
export type Via = (typeof VIAS)[number];

/** Somebody who is related to an interview, as whom. */
const Party = z.object({
  user_id: z.int(),
  name: z.string(),
  role: Role,
  via: z.enum(VIAS),
  entity_id: z.int(),
  starter: z.int().transform(Boolean),
});
export type Party = z.infer<typeof Party>;

const Chat = z.object({ id: z.int(), doctor_id: z.int().nullable(), patient_id: z.int() });
export type InterviewChat = z.infer<typeof Chat>;

const Session = z.object({
  session_id: z.int(),
  chat_id: z.int(),
  doctor_id: z.int().nullable(),
  patient_id: z.int(),
  created_at: z.int(),
});
export type InterviewRow = z.infer<typeof Session>;

/** `about`: a row of `doctor_id`, `patient_id`, `started_by`. */
const parties = (about: string): string => `WITH about AS (${about}),
  ways AS (
    SELECT e.user_id, 'doctor' AS via, e.id AS entity_id FROM about JOIN entities e ON e.id = doctor_id
    UNION SELECT r.user_id, 'relation', r.patient_id FROM about JOIN relations r USING (patient_id)
    UNION SELECT r.user_id, 'self', r.patient_id FROM about JOIN relations r USING (patient_id)
      WHERE relation = 'self' AND r.user_id = started_by
    UNION SELECT h.user_id, 'hospital', h.id FROM about JOIN affiliations a ON a.entity_id IN (doctor_id, patient_id)
      JOIN entities h ON h.id = a.hospital_id)
  SELECT ways.user_id, u.name, u.role, via, entity_id, ways.user_id = started_by AS starter
  FROM ways JOIN users u ON u.id = ways.user_id, about WHERE u.disabled_at IS NULL
  ORDER BY ways.user_id, via, entity_id`;

export async function partiesOf(db: D1Database, sessionId: number): Promise<Party[]> {
  const about = `SELECT doctor_id, patient_id, started_by FROM interviews i
    JOIN interview_chats c ON c.id = i.chat_id WHERE session_id = ?`;
  const { results } = await db.prepare(parties(about)).bind(sessionId).all();
  return results.map((row) => Party.parse(row));
}

/** Of an interview that this user would start. */
export async function partiesToBe(
  db: D1Database,
  doctorId: number | null,
  patientId: number,
  userId: number,
): Promise<Party[]> {
  const about = "SELECT ?1 AS doctor_id, ?2 AS patient_id, ?3 AS started_by";
  const { results } = await db.prepare(parties(about)).bind(doctorId, patientId, userId).all();
  return results.map((row) => Party.parse(row));
}

export async function findInterviewChat(db: D1Database, chatId: number): Promise<InterviewChat | null> {
  const row = await db
    .prepare("SELECT id, doctor_id, patient_id FROM interview_chats WHERE id = ?")
    .bind(chatId)
    .first();
  return row && Chat.parse(row);
}

export async function addChat(
  db: D1Database,
  doctorId: number | null,
  patientId: number,
  now: number,
): Promise<InterviewChat> {
  const row = await db
    .prepare(
      "INSERT INTO interview_chats (doctor_id, patient_id, created_at) VALUES (?, ?, ?) RETURNING id, doctor_id, patient_id",
    )
    .bind(doctorId, patientId, now)
    .first();
  return Chat.parse(row);
}

export async function addSession(db: D1Database, sessionId: number, chatId: number, userId: number): Promise<void> {
  await db
    .prepare("INSERT INTO interviews (session_id, chat_id, started_by) VALUES (?, ?, ?)")
    .bind(sessionId, chatId, userId)
    .run();
}

export async function findSession(db: D1Database, sessionId: number): Promise<InterviewRow | null> {
  const row = await db
    .prepare(
      `SELECT session_id, chat_id, doctor_id, patient_id, v.created_at FROM interviews i
       JOIN interview_chats c ON c.id = i.chat_id JOIN conversations v ON v.id = session_id WHERE session_id = ?`,
    )
    .bind(sessionId)
    .first();
  return row && Session.parse(row);
}

/** Sessions of any chat with this doctor or patient. */
export async function sessionsAbout(db: D1Database, entityId: number): Promise<number[]> {
  const { results } = await db
    .prepare(
      `SELECT session_id FROM interviews i JOIN interview_chats c ON c.id = i.chat_id
       WHERE doctor_id = ?1 OR patient_id = ?1 ORDER BY session_id DESC`,
    )
    .bind(entityId)
    .all();
  return results.map(numberOf);
}

/** Those in which this user takes part. */
export async function sessionsOf(db: D1Database, userId: number): Promise<number[]> {
  const { results } = await db
    .prepare(
      `SELECT session_id FROM members m JOIN interviews ON session_id = m.conversation_id
       WHERE m.user_id = ? AND m.removed = 0`,
    )
    .bind(userId)
    .all();
  return results.map(numberOf);
}

const numberOf = (row: unknown): number => Session.pick({ session_id: true }).parse(row).session_id;
