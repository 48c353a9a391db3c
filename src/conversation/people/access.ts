// Asks the policy on behalf of a person in this conversation, and puts a refusal into words.
import { admitted } from "../../auth/interviews.ts";
import { type Action, can } from "../../auth/policy.ts";
import type { Principal } from "../../auth/principal.ts";
import type { MemberRole } from "../../protocol/entities.ts";
import { type Outcome, ok, refuse } from "../../protocol/errors.ts";
import type { Journal } from "../journal/journal.ts";
import type { Head } from "../journal/tables.ts";

/** May this person do this here? `not_found` also when there is no conversation, or it was erased. */
export function allows(journal: Journal, actor: Principal, action: Action, own = false): Outcome<Head> {
  const { head } = journal;
  if (!head || head.erased_at !== null) return refuse("not_found", NOT_FOUND);
  const related = isRelated(head);
  const verdict = can(actor.role, action, { member: membership(journal, actor, head), own, related });
  if (verdict.allow) return ok(head);
  if (verdict.code === "forbidden" && related && action === "member.manage") return refuse("forbidden", RELATED);
  return refuse(verdict.code, verdict.code === "not_found" ? NOT_FOUND : FORBIDDEN[action]);
}

/** Who takes part is decided elsewhere: by relations, or by the project. */
export const isRelated = ({ kind, project_id }: Pick<Head, "kind" | "project_id">): boolean =>
  kind === "interview" || project_id !== null;

/** In an interview it counts only for whom the relations admit, in the role that he has now. */
function membership(journal: Journal, { user_id, role }: Principal, { kind }: Head): MemberRole | null {
  const member = journal.members.find(user_id)?.role ?? null;
  return member === null || kind !== "interview" || admitted(role, journal.parties.of(user_id), null) ? member : null;
}

const NOT_FOUND = "There is no such conversation.";
const RELATED = "Who takes part follows from the relations, or from the project: change it there.";
export const FORBIDDEN: Record<Action, string> = {
  "conversation.read": NOT_FOUND,
  "conversation.send": "You may read here, but not write.",
  "conversation.configure": "Only owners and moderators may change the settings.",
  "conversation.delete": "Only an owner may delete the conversation.",
  "message.edit": "You may only edit your own messages.",
  "message.delete": "You may only delete your own messages and the answers to them.",
  "answer.select": "You may only choose among the answers to your own messages.",
  "turn.cancel": "You may only stop answers to your own messages.",
  "turn.retry": "You may only have your own messages answered again.",
  "member.manage": "Only owners and moderators may change who takes part.",
  "member.leave": "You are not a member.",
};
