// Links that let people in (S2, S6, S8).
import type { Mutant } from "./mutant.ts";

const INVITING = "src/conversation/people/inviting.ts";
const INVITATIONS = "src/conversation/journal/invitations.ts";
const ROUTE = "src/http/routes/invitations.ts";

const INVITATION = ["an invitation"];
const USELESS = ["a link that does not work"];
const LAST = ["joining for the last use, decided for two at the same moment, lets one in"];
const RATES = ["rates"];

export const INVITATION_MUTANTS: readonly Mutant[] = [
  {
    promise: "S2",
    name: "whoever may write makes links",
    file: INVITING,
    find: 'const allowed = allows(journal, actor, "member.manage");\n    if (!allowed.ok) return allowed;\n    const now',
    replace:
      'const allowed = allows(journal, actor, "conversation.send");\n    if (!allowed.ok) return allowed;\n    const now',
    tests: INVITATION,
  },
  {
    promise: "S2",
    name: "whoever may read sees the links",
    file: INVITING,
    find: 'const allowed = allows(journal, actor, "member.manage");\n    return allowed.ok',
    replace: 'const allowed = allows(journal, actor, "conversation.read");\n    return allowed.ok',
    tests: INVITATION,
  },
  {
    promise: "S2",
    name: "a link is kept with its code",
    file: INVITING,
    find: 'createHash("sha256").update(code).digest("base64url")',
    replace: "code",
    tests: INVITATION,
  },
  {
    promise: "S6",
    name: "codes may be tried without end",
    file: ROUTE,
    find: "refusedAttempt(c, seen.error)",
    replace: "refused(c, seen.error)",
    tests: RATES,
  },
  {
    promise: "S6",
    name: "one joins as often as one likes",
    file: ROUTE,
    find: "if (wait > 0)",
    replace: "if (wait < 0)",
    tests: RATES,
  },
  {
    promise: "S8",
    name: "the last use lets two in",
    file: INVITING,
    find: "const found = this.#find(actor, code, makersRole);\n    if (!found.ok) return found;\n    const { head, role, invitation } = found.value;\n    if (!invitation)",
    replace:
      "const early = this.#find(actor, code, await Promise.resolve(makersRole));\n    await Promise.resolve();\n    const found = early;\n    if (!found.ok) return found;\n    const { head, role, invitation } = found.value;\n    if (!invitation)",
    tests: LAST,
  },
  {
    promise: "S8",
    name: "a use is not counted",
    file: INVITING,
    find: "      journal.invitations.use(invitation.id);\n",
    replace: "",
    tests: LAST,
  },
  {
    promise: "S8",
    name: "a link works after its time",
    file: INVITATIONS,
    find: 'const OPEN = "expires_at > ? AND (uses_left',
    replace: 'const OPEN = "expires_at <> ? AND (uses_left',
    tests: USELESS,
  },
  {
    promise: "S8",
    name: "an old link lets back in who was removed",
    file: INVITATIONS,
    find: "AND NOT EXISTS (SELECT 1 FROM json_each(barred) WHERE value = ?)`;",
    replace: "AND ? > 0`;",
    tests: USELESS,
  },
  {
    promise: "S8",
    name: "a link works though its maker may no longer manage members",
    file: INVITING,
    find: '    if (!can(makersRole, "member.manage", { member: maker }).allow) return NO_INVITATION;\n',
    replace: '    void can(makersRole, "member.manage", { member: maker });\n',
    tests: USELESS,
  },
  {
    promise: "S8",
    name: "a link works though its maker is disabled",
    file: INVITING,
    find: "if (!invitation || makersRole === null) return NO_INVITATION;",
    replace:
      "if (!invitation) return NO_INVITATION;\n    if (makersRole === null) return ok({ head, role: invitation.role, invitation });",
    tests: USELESS,
  },
  {
    promise: "S8",
    name: "whether the maker may still invite is asked before the wait",
    file: INVITING,
    find: "const maker = journal.members.find(invitation.created_by)?.role ?? null;",
    replace: 'const maker = journal.members.find(invitation.created_by)?.role ?? "moderator";',
    tests: USELESS,
  },
  {
    promise: "S8",
    name: "a link to a conversation that was erased says so",
    file: INVITING,
    find: "if (!head || head.erased_at !== null) return NO_INVITATION;",
    replace: 'if (!head || head.erased_at !== null) return refuse("gone", "This conversation was deleted.");',
    tests: USELESS,
  },
];
