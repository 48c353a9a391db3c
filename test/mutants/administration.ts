// Administrators, services' keys, links for a new password, demo users (S1, S2, S4, S5, S10).
import type { Mutant } from "./mutant.ts";

const ACCOUNTS = "src/auth/accounts.ts";
const SERVICES = "src/auth/services.ts";
const RESETS = "src/store/password-resets.ts";
const USERS = "src/http/routes/admin-users.ts";

const KEY = ["a key"];
const ALIKE = [
  "who has no key for the metrics is refused alike: unknown, taken back, misshapen, or a person's token, though of an administrator",
];
const CLOSED = ["every route of administrators"];
const ADMINISTRATOR = ["an administrator"];
const LINK = ["a link for a new password"];
const DECIDED = ["open sockets are closed with 4401 of every session when an administrator decides"];
const DEMO = ["a wrong configuration is production with the demo user"];

export const ADMINISTRATION: readonly Mutant[] = [
  {
    promise: "S1",
    name: "a service's key is good for everything",
    file: "src/http/routes/metrics.ts",
    find: 'if (!canSystem(service.value, "metrics.read").allow)',
    replace: "if (service.value.scopes.length === 0)",
    tests: KEY,
  },
  {
    promise: "S1",
    name: "a service's key is kept as it is",
    file: SERVICES,
    find: "const row = { hash: secretHash(key), name,",
    replace: "const row = { hash: key, name,",
    tests: KEY,
  },
  {
    promise: "S1",
    name: "a misshapen key is told so",
    file: SERVICES,
    find: "    if (!KEY.test(key)) return refused;\n",
    replace: '    if (!KEY.test(key)) return refuse("unauthorized", "This is no key.");\n',
    tests: ALIKE,
  },
  {
    promise: "S1",
    name: "a key that was taken back is told so",
    file: SERVICES,
    find: "    if (!found) return refused;\n",
    replace: '    if (!found) return refuse("unauthorized", "There is no such key (any more).");\n',
    tests: ALIKE,
  },
  {
    promise: "S2",
    name: "one route of administrators is open to all",
    file: USERS,
    find: 'middleware: administering("users.manage")',
    replace: 'middleware: administering("users.manage")[0]',
    tests: CLOSED,
  },
  {
    promise: "S2",
    name: "doctors administer",
    file: "src/http/middleware/administering.ts",
    find: 'if (!canSystem(c.get("principal"), action).allow)',
    replace: 'if (!canSystem(c.get("principal"), action).allow && c.get("principal").role !== "doctor")',
    tests: CLOSED,
  },
  {
    promise: "S2",
    name: "an administrator changes the own role",
    file: USERS,
    find: '"users.change_standing", id === principal.user_id)',
    replace: '"users.change_standing", id < 0)',
    tests: ADMINISTRATOR,
  },
  {
    promise: "S4",
    name: "a link sets a password twice",
    file: RESETS,
    find: 'db.prepare("DELETE FROM password_resets WHERE hash = ?")',
    replace: 'db.prepare("DELETE FROM password_resets WHERE hash = ? AND user_id < 0")',
    tests: LINK,
  },
  {
    promise: "S4",
    name: "a link works for ever",
    file: RESETS,
    find: "WHERE hash = ? AND expires_at > ?",
    replace: "WHERE hash = ? AND expires_at <> ?",
    tests: LINK,
  },
  {
    promise: "S4",
    name: "a new password leaves the old sessions open",
    file: ACCOUNTS,
    find: "    if (proved.ok) await env.USER.getByName(String(proved.value)).endAll();\n",
    replace: "",
    tests: LINK,
  },
  {
    promise: "S4",
    name: "an earlier link goes on working",
    file: RESETS,
    find: "ON CONFLICT (user_id) DO UPDATE SET hash = ?2, expires_at = ?3",
    replace: "ON CONFLICT (user_id) DO UPDATE SET expires_at = ?3",
    tests: LINK,
  },
  {
    promise: "S5",
    name: "a user who is disabled stays connected",
    file: "src/user/sessions.ts",
    find: "((person.disabled && !before.disabled) || person.role !== before.role)",
    replace: "person.role !== before.role",
    tests: DECIDED,
  },
  {
    promise: "S5",
    name: "a user who is given another role keeps the sessions of the old one",
    file: "src/user/sessions.ts",
    find: "((person.disabled && !before.disabled) || person.role !== before.role)",
    replace: "person.disabled && !before.disabled",
    tests: DECIDED,
  },
  {
    promise: "S10",
    name: "production serves with a demo user",
    file: "src/http/middleware/no-demo-user.ts",
    find: "if (exists) return refused(c, misconfigured);",
    replace: "if (exists && askAt < 0) return refused(c, misconfigured);",
    tests: DEMO,
  },
  {
    promise: "S10",
    name: "only the first of the demo users is looked for",
    file: "src/auth/demo.ts",
    find: "    DEMO_USERS.map(({ username }) => username),",
    replace: "    DEMO_USERS.slice(0, 1).map(({ username }) => username),",
    tests: DEMO,
  },
  {
    promise: "S10",
    name: "everybody reads the whole audit log",
    file: "src/http/routes/admin-audit.ts",
    find: "const actorId = all ? actor_id : principal.user_id;",
    replace: "const actorId = actor_id;",
    tests: ["the audit log"],
  },
  {
    promise: "S10",
    name: "refusals are not written down",
    file: "src/http/middleware/audit.ts",
    find: "if (action === null || !DECIDED(status)) return;",
    replace: "if (action === null || refused) return;",
    tests: ["is written down"],
  },
  {
    promise: "S10",
    name: "whoever reads the log can speak for a session",
    file: "src/gateway/gateway.ts",
    find: "session: session.slice(0, 8),",
    replace: "session,",
    tests: ["at the level debug"],
  },
  {
    promise: "S10",
    name: "the log tells what a client sent",
    file: "src/conversation/audience/reception.ts",
    find: "type: typeOf(inbound), size: message.length });",
    replace: "type: typeOf(inbound), size: message.length, message });",
    tests: ["at the level debug"],
  },
];
