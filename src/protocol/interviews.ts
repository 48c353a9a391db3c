// Interviews over /api/v1/ai-assistant, and the people they are about over /api/v1/directory (http.md).
import * as z from "zod";
import { Content, Id, Name, Person } from "./entities.ts";
import { numeral } from "./json.ts";

// The directory

export const EntityKind = z.enum(["doctor", "patient", "hospital"]);
export type EntityKind = z.infer<typeof EntityKind>;

/** How a user is related to a patient; in this order one of several counts first. */
export const Relation = z.enum(["self", "parent", "child", "spouse", "guardian", "carer", "other"]);
export type Relation = z.infer<typeof Relation>;

export const Entity = z
  .object({
    id: Id.describe("The `user_entity_id` of whoever acts as this one"),
    kind: EntityKind,
    name: z.string(),
    user_id: Id.nullable().describe("Whose profile it is; of a patient: who is related as `self`"),
    created_at: z.iso.datetime(),
  })
  .meta({ id: "Entity", description: "A doctor, patient or hospital that interviews are about" });
export type Entity = z.infer<typeof Entity>;

export const EntityCreate = z.object({ name: Name, user_id: Id.optional() }).meta({ id: "EntityCreate" });
export type EntityCreate = z.infer<typeof EntityCreate>;

export const RelationBody = z
  .object({ user_id: Id, patient_id: Id, relation: Relation })
  .meta({ id: "RelationBody", description: "Who a user is to a patient" });
export type RelationBody = z.infer<typeof RelationBody>;

export const RelationEnd = RelationBody.partial({ relation: true }).meta({
  id: "RelationEnd",
  description: "Without `relation`: every one between these two",
});
export type RelationEnd = z.infer<typeof RelationEnd>;

export const AffiliationBody = z
  .union([z.object({ hospital_id: Id, doctor_id: Id }), z.object({ hospital_id: Id, patient_id: Id })])
  .meta({ id: "AffiliationBody", description: "A doctor or a patient of a hospital" });
export type AffiliationBody = z.infer<typeof AffiliationBody>;

// Sessions

export const InterviewCreate = z
  .object({
    chat_id: Id.optional().describe("Another session of this chat, with its doctor and patient"),
    doctor_id: Id.optional(),
    patient_id: Id.optional().describe("Without one: the caller himself"),
  })
  .refine(({ chat_id, doctor_id, patient_id }) => !chat_id || (!doctor_id && !patient_id), {
    error: "names its doctor and patient already",
    path: ["chat_id"],
  })
  .meta({ id: "InterviewCreate" });
export type InterviewCreate = z.infer<typeof InterviewCreate>;

export const InterviewSession = z
  .object({
    session_id: Id.describe("Also the number of its conversation"),
    chat_id: Id,
    doctor_id: Id.nullable(),
    patient_id: Id,
    status: z.enum(["open", "finished"]).describe("Finished by a summary"),
    question_count: z.int().nonnegative().describe("The patient's messages so far"),
    summary_id: Id.nullable().describe("The message that is the summary"),
    created_at: z.iso.datetime(),
  })
  .meta({ id: "InterviewSession", description: "A medical interview with a built-in interviewer" });
export type InterviewSession = z.infer<typeof InterviewSession>;

export const Summary = z.object({
  message_id: Id.describe("The message with which the interviewer gave it"),
  content: z.string(),
  created_at: z.iso.datetime(),
  edited_by: Person.nullable(),
  edited_at: z.iso.datetime().nullable(),
  signed_by: Person.nullable(),
  signed_at: z.iso.datetime().nullable().describe("From then on it does not change"),
});
export type Summary = z.infer<typeof Summary>;

export const InterviewSummary = Summary.extend({ session_id: Id }).meta({
  id: "InterviewSummary",
  description: "What an interview comes to: by the interviewer, then by the doctor",
});
export type InterviewSummary = z.infer<typeof InterviewSummary>;

const Seen = {
  message_id: Id.optional().describe("The summary that is meant: refused when another one has come since"),
};
export const SummaryPatch = z.object({ content: Content, ...Seen }).meta({ id: "SummaryPatch" });
export type SummaryPatch = z.infer<typeof SummaryPatch>;
export const SummarySign = z.object(Seen).meta({ id: "SummarySign" });

/** As whom somebody opens an interview; blank counts as absent. */
export const AsEntity = z.object({
  user_entity_id: z
    .preprocess(
      (given) => (typeof given === "string" && given.trim() === "" ? undefined : given),
      numeral(Id).optional(),
    )
    .optional()
    .describe("As which doctor, patient or hospital; without one as whichever fits"),
});
