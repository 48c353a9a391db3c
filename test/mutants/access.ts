// Who may do what, and what a stranger learns (S1, S2, S8).
import type { Mutant } from "./mutant.ts";

const POLICY = "src/auth/policy.ts";
const ASKING = "src/conversation/turns/asking.ts";
const MEMBERSHIP = "src/conversation/people/membership.ts";
const ACCESS = "src/conversation/people/access.ts";

const CELLS = ["every cell of the access matrix"];
const MATRIX = ["the access matrix"];
const AUDIT = ["what an administrator does in a conversation of others is audited"];
const STRANGER = ["a stranger"];

export const ACCESS_MUTANTS: readonly Mutant[] = [
  {
    promise: "S1",
    name: "a stranger is told that a conversation exists",
    file: POLICY,
    find: 'code: visible ? "forbidden" : "not_found"',
    replace: 'code: visible || facts.own ? "forbidden" : "forbidden"',
  },
  {
    promise: "S1",
    name: "a stranger is told so for writing only",
    file: POLICY,
    find: 'const visible = TABLE["conversation.read"][role](facts);',
    replace: 'const visible = TABLE["conversation.read"][role](facts) || action === "conversation.send";',
  },
  {
    promise: "S2",
    name: "a viewer may write",
    file: POLICY,
    find: 'f.member !== null && f.member !== "viewer";',
    replace: "f.member !== null;",
    tests: CELLS,
  },
  {
    promise: "S2",
    name: "a moderator may delete the conversation",
    file: POLICY,
    find: '  "conversation.delete": everyone(owner, { admin: always }),',
    replace: '  "conversation.delete": everyone(manager, { admin: always }),',
    tests: CELLS,
  },
  {
    promise: "S2",
    name: "a patient may change who takes part",
    file: POLICY,
    find: '  "member.manage": everyone((f) => manager(f) && !f.related, { admin: (f) => !f.related, patient: never }),',
    replace: '  "member.manage": everyone((f) => manager(f) && !f.related, { admin: (f) => !f.related }),',
    tests: CELLS,
  },
  {
    promise: "S2",
    name: "whose a turn is does not matter",
    file: POLICY,
    find: "const own: Rule = (f) => writer(f) && f.own === true;",
    replace: "const own: Rule = (f) => writer(f);",
    tests: CELLS,
  },
  {
    promise: "S2",
    name: "what an administrator does is not audited",
    file: POLICY,
    find: 'audited: role === "admin" && facts.member === null',
    replace: "audited: false",
    tests: AUDIT,
  },
  {
    promise: "S2",
    name: "the settings are changed without asking the policy",
    file: "src/conversation/room.ts",
    find: 'allows(journal, actor, "conversation.configure")',
    replace: 'allows(journal, actor, "conversation.read")',
    tests: MATRIX,
  },
  {
    promise: "S2",
    name: "every turn is one's own to stop",
    file: ASKING,
    find: "const own = !turn || turn.user_id === actor.user_id;",
    replace: "const own = !turn || turn.user_id > 0;",
    tests: MATRIX,
  },
  {
    promise: "S2",
    name: "a moderator makes owners",
    file: MEMBERSHIP,
    find: 'if (!allowed.ok || owner || !roles.includes("owner")) return allowed;',
    replace: "if (!allowed.ok || owner || roles.length > 0) return allowed;",
    tests: MATRIX,
  },
  {
    promise: "S2",
    name: "the last owner may go",
    file: MEMBERSHIP,
    find: '    if (this.#lastOwner(member) && !(alone && own)) return refuse("conflict", LAST_OWNER);\n',
    replace: "",
    tests: MATRIX,
  },
  {
    promise: "S2",
    name: "who may add members is asked before the wait only",
    file: MEMBERSHIP,
    find: "    const allowed = this.#managesRole(actor, command.role); // much may have happened meanwhile\n    if (!allowed.ok) return allowed;\n",
    replace: "",
    tests: ["a decision is made again when something was waited for in between"],
  },
  {
    promise: "S8",
    name: "an object makes its tables when it is asked",
    file: "src/conversation/journal/journal.ts",
    find: "    this.#rows.exist = tables.toArray().length > 0;\n",
    replace:
      '    this.#storage.sql.exec("CREATE TABLE IF NOT EXISTS seen (at INTEGER)");\n    this.#rows.exist = tables.toArray().length > 0;\n',
  },
  {
    promise: "S8",
    name: "an object without a conversation sets an alarm",
    file: "src/conversation/conversation.ts",
    find: "    if (this.#journal.ledger.openTurns().length === 0) return;\n",
    replace: "",
  },
  {
    promise: "S8",
    name: "a user's object makes its tables for whoever is asked about",
    file: "src/user/tables.ts",
    find: "    this.#created = this.#exists();\n    if (this.#created) migrate",
    replace: "    this.#created = this.#exists();\n    this.create();\n    if (this.#created) migrate",
    tests: ["an object whose user was never enrolled refuses everything and writes nothing"],
  },
  {
    promise: "S8",
    name: "what is foreign has other words than what does not exist",
    file: ACCESS,
    find: 'refuse(verdict.code, verdict.code === "not_found" ? NOT_FOUND : FORBIDDEN[action])',
    replace: "refuse(verdict.code, FORBIDDEN[action])",
    tests: STRANGER,
  },
  {
    promise: "S8",
    name: "a stranger learns whether a turn exists",
    file: ASKING,
    find: '    const allowed = allows(journal, actor, "turn.cancel", own);\n',
    replace:
      '    if (!turn) return refuse("not_found", "There is no such turn.", { field: "turn_id" });\n    const allowed = allows(journal, actor, "turn.cancel", own);\n',
    tests: STRANGER,
  },
  {
    promise: "S8",
    name: "a stranger learns which client_ids were used",
    file: ASKING,
    find: "    if (!allowed.ok) return allowed;\n    const { value: head } = allowed;\n    const { file_ids",
    replace:
      '    if (!allowed.ok && !journal.receipt(1, command.client_id) && journal.lastMessageId > 0) return refuse("forbidden", "Not here.");\n    if (!allowed.ok) return allowed;\n    const { value: head } = allowed;\n    const { file_ids',
    tests: STRANGER,
  },
  {
    promise: "S8",
    name: "history is read without asking the policy",
    file: "src/conversation/reading.ts",
    find: '    const allowed = allows(journal, actor, "conversation.read");\n    if (!allowed.ok) return allowed;\n    try {',
    replace: "    void actor;\n    try {",
    tests: STRANGER,
  },
];
