// Who may open an interview (security.md §3): by the ways in which a person is related to it. Pure.
import type { Role } from "../protocol/entities.ts";
import type { Via } from "../store/interviews.ts";

export interface Way {
  via: Via;
  /** As whom: the doctor, the patient or the hospital. */
  entity_id: number;
}

/** Anyone may interview himself. */
const COUNTS: Record<Exclude<Role, "admin">, readonly Via[]> = {
  doctor: ["doctor", "self"],
  patient: ["relation", "self"],
  hospital: ["hospital", "self"],
  member: ["self"],
};

/** Does this way lead in, in this role? */
export const counts = (role: Role, via: Via): boolean => role === "admin" || COUNTS[role].includes(via);

/** Is what this person writes the patient's: his own, or of those who speak for him? */
export const speaksForPatient = (ways: readonly Way[]): boolean =>
  ways.some(({ via }) => via === "relation" || via === "self");

/** Its summary is in the hands of its doctor. */
export const keepsSummary = (role: Role, ways: readonly Way[], entityId: number | null): boolean =>
  role === "doctor" && ways.some((way) => way.via === "doctor" && admitted(role, [way], entityId));

/** `entityId` null: any way that counts will do; else only a way as this entity. */
export const admitted = (role: Role, ways: readonly Way[], entityId: number | null): boolean =>
  role === "admin" ||
  ways.some(({ via, entity_id }) => counts(role, via) && (entityId === null || entity_id === entityId));
