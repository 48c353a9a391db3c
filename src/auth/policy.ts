// The one decision point (security.md §1, §2): may this principal do this, given these facts? Default is deny.
import type { Scope } from "../protocol/admin.ts";
import type { MemberRole, Role } from "../protocol/entities.ts";
import type { ErrorCode } from "../protocol/errors.ts";
import type { Principal, Service } from "./principal.ts";

export type Action =
  | "conversation.read"
  | "conversation.send"
  | "conversation.configure"
  | "conversation.delete"
  | "message.edit"
  | "message.delete"
  | "answer.select"
  | "turn.cancel"
  | "turn.retry"
  | "member.manage"
  | "member.leave";

/** What the decision may depend on; `member` is the principal's own role in the conversation, if any. */
export interface Facts {
  member: MemberRole | null;
  /** The message, turn or membership acted on is the principal's own. */
  own?: boolean;
  /** Who takes part is decided elsewhere, by relations or the project, and by nobody here. */
  related?: boolean;
}

export type Verdict =
  | { allow: true; audited: boolean }
  | { allow: false; code: Extract<ErrorCode, "not_found" | "forbidden"> };

type Rule = (facts: Facts) => boolean;

const always: Rule = () => true;
const never: Rule = () => false;
const participant: Rule = (f) => f.member !== null;
const writer: Rule = (f) => f.member !== null && f.member !== "viewer";
const manager: Rule = (f) => f.member === "owner" || f.member === "moderator";
const owner: Rule = (f) => f.member === "owner";
const own: Rule = (f) => writer(f) && f.own === true;
const ownOrManager: Rule = (f) => own(f) || manager(f);

type Row = Record<Role, Rule>;
const everyone = (rule: Rule, exceptions: Partial<Row> = {}): Row => ({
  admin: rule,
  doctor: rule,
  patient: rule,
  hospital: rule,
  member: rule,
  ...exceptions,
});

/** One row an action, one column a role: the table of security.md §2. */
const TABLE: Record<Action, Row> = {
  "conversation.read": everyone(participant, { admin: always }),
  "conversation.send": everyone(writer, { admin: always }),
  "conversation.configure": everyone(manager, { admin: always, patient: never }),
  "conversation.delete": everyone(owner, { admin: always }),
  "message.edit": everyone(own, { admin: never }),
  "message.delete": everyone(ownOrManager, { admin: always }),
  "answer.select": everyone(ownOrManager, { admin: always }),
  "turn.cancel": everyone(writer, {
    admin: always,
    patient: own,
    member: (f) => own(f) || owner(f),
  }),
  "turn.retry": everyone(own, { admin: never }),
  "member.manage": everyone((f) => manager(f) && !f.related, { admin: (f) => !f.related, patient: never }),
  "member.leave": everyone(participant),
};

/** Decides; a resource the principal may not even read answers `not_found`, as if it did not exist. */
export function can(role: Role, action: Action, facts: Facts): Verdict {
  if (TABLE[action][role](facts)) return { allow: true, audited: role === "admin" && facts.member === null };
  const visible = TABLE["conversation.read"][role](facts);
  return { allow: false, code: visible ? "forbidden" : "not_found" };
}

/** The actions a client may show as possible for its user. */
export function allowed(role: Role, member: MemberRole | null, related = false): Action[] {
  const actions = Object.keys(TABLE) as Action[];
  return actions.filter((action) => TABLE[action][role]({ member, own: true, related }));
}

/** What concerns a project; `member` is the principal's own role in it, if any. */
export type ProjectAction =
  | "project.create"
  | "project.read"
  | "project.ask"
  | "project.change"
  | "project.manage"
  | "project.leave"
  | "project.delete";

const PROJECT: Record<ProjectAction, Row> = {
  "project.create": everyone(always, { patient: never }),
  "project.read": everyone(participant, { admin: always }),
  "project.ask": everyone(writer, { admin: always }),
  "project.change": everyone(manager, { admin: always, patient: never }),
  "project.manage": everyone(manager, { admin: always, patient: never }),
  "project.leave": everyone(participant),
  "project.delete": everyone(owner, { admin: always, patient: never }),
};

/** Decides; a project that the principal may not read answers as if it did not exist. */
export function canProject(role: Role, action: ProjectAction, member: MemberRole | null): Verdict {
  if (PROJECT[action][role]({ member })) return { allow: true, audited: role === "admin" && member === null };
  const known = action === "project.create" || PROJECT["project.read"][role]({ member });
  return { allow: false, code: known ? "forbidden" : "not_found" };
}

/** What concerns the whole deployment, not one conversation. */
export type SystemAction =
  | "users.manage"
  | "users.change_standing"
  | "keys.manage"
  | "directory.keep"
  | "metrics.read"
  | "audit.read"
  | "events.post";

interface SystemRow {
  /** For an administrator. `own`: the person acted on is the administrator. */
  admin: (facts: { own: boolean }) => boolean;
  /** Nobody else may, but for this role: of what is its own. */
  role?: Role;
  /** For a service whose key has this scope. */
  scope: Scope | null;
}

/** `users.change_standing`: role, disabling. Administrators never change their own, so that one always remains. */
const SYSTEM: Record<SystemAction, SystemRow> = {
  "users.manage": { admin: () => true, scope: null },
  "users.change_standing": { admin: ({ own }) => !own, scope: null },
  "keys.manage": { admin: () => true, scope: null },
  "directory.keep": { admin: () => true, role: "hospital", scope: null },
  "audit.read": { admin: () => true, scope: null },
  "metrics.read": { admin: () => true, scope: "metrics:read" },
  "events.post": { admin: () => false, scope: "project:events" },
};

/** Decides for people by their role and for services by their scopes; these never stand for each other. */
export function canSystem(actor: Principal | Service, action: SystemAction, own = false): Verdict {
  const { admin, role, scope } = SYSTEM[action];
  const allow =
    "scopes" in actor
      ? scope !== null && actor.scopes.includes(scope)
      : actor.role === role || (actor.role === "admin" && admin({ own }));
  return allow ? { allow, audited: !("scopes" in actor) } : { allow, code: "forbidden" };
}
