// Tokens, tickets, refresh tokens and passwords (S4).
import type { Mutant } from "./mutant.ts";

const VERIFY = "src/auth/verify.ts";
const TICKETS = "src/auth/tickets.ts";
const SESSIONS = "src/user/sessions.ts";
const PASSWORDS = "src/auth/passwords.ts";
const ATTEMPTS = "src/auth/attempts.ts";
const ENV = "src/env.ts";

const TOKEN = ["a token is refused as not valid, without saying why"];
const SECRET = [
  "what configuration asks of a token a secret of 31 bytes, or a known default, is misconfigured before any token is seen",
];
const FIRST = ["the token cookie never saves a bad header: the first token present decides"];
const TICKET = ["a ticket"];
const SPENT = ["open sockets are closed with 4401 of every session when a spent refresh token comes again"];
const SAME_WORK = ["an unknown user costs the same work as a known one"];
const GUESSING = ["an account takes ten failures in fifteen minutes, then not even the right password"];

export const CREDENTIALS: readonly Mutant[] = [
  {
    promise: "S4",
    name: "any algorithm that our secret can sign is accepted",
    file: VERIFY,
    find: ', algorithms: ["HS256"] });\n    return { payload, by: "secret" };',
    replace: ' });\n    return { payload, by: "secret" };',
    tests: TOKEN,
  },
  {
    promise: "S4",
    name: "a header may bring its own key",
    file: VERIFY,
    find: "if (!header || KEY_HEADERS.some((name) => name in header)) return null;",
    replace: "if (!header || KEY_HEADERS.length === 0) return null;",
    tests: TOKEN,
  },
  {
    promise: "S4",
    name: "clocks may differ by a minute",
    file: VERIFY,
    find: "SKEW_S = 5;",
    replace: "SKEW_S = 60;",
    tests: TOKEN,
  },
  {
    promise: "S4",
    name: "any kind of token is an access token",
    file: VERIFY,
    find: 'const OutsideClaims = z.object({\n  type: z.literal("access"),',
    replace: "const OutsideClaims = z.object({\n  type: z.string(),",
    tests: TOKEN,
  },
  {
    promise: "S4",
    name: "a token from the future is accepted",
    file: VERIFY,
    find: "if (!access || access.iat > now + SKEW_S) return refused;",
    replace: "if (!access) return refused;",
    tests: TOKEN,
  },
  {
    promise: "S4",
    name: "a token of any size is read",
    file: VERIFY,
    find: "    if (token.length > TOKEN_BYTES) return refused;\n",
    replace: "",
    tests: TOKEN,
  },
  {
    promise: "S4",
    name: "an unknown role counts as a member's",
    file: VERIFY,
    find: "  role: Role,\n  name: z.string(),\n  iat",
    replace: '  role: Role.catch("member"),\n  name: z.string(),\n  iat',
    tests: TOKEN,
  },
  {
    promise: "S4",
    name: "a short secret will do",
    file: ENV,
    find: "new TextEncoder().encode(s).length >= 32",
    replace: "new TextEncoder().encode(s).length >= 3",
    tests: SECRET,
  },
  {
    promise: "S4",
    name: "a known default will do",
    file: ENV,
    find: "new Set(s).size >= 8 && !/changeme|secret-key|your[-_]?secret/i.test(s)",
    replace: "new Set(s).size >= 8",
    tests: SECRET,
  },
  {
    promise: "S4",
    name: "one letter repeated will do",
    file: ENV,
    find: "new Set(s).size >= 8 && ",
    replace: "",
    tests: SECRET,
  },
  {
    promise: "S4",
    name: "a bad header falls back to the cookie",
    file: "src/auth/presented.ts",
    find: 'if (header !== null) return { by: "authorization", token: /^Bearer +(\\S+)$/i.exec(header)?.[1] ?? "" };',
    replace:
      'const bearer = /^Bearer +(\\S+)$/i.exec(header ?? "")?.[1];\n  if (bearer) return { by: "authorization", token: bearer };',
    tests: FIRST,
  },
  {
    promise: "S4",
    name: "a ticket counts from any page",
    file: TICKETS,
    find: "if (!claims.success || claims.data.origin !== origin) return refused;",
    replace: "if (!claims.success || origin === undefined) return refused;",
    tests: TICKET,
  },
  {
    promise: "S4",
    name: "a ticket counts for a minute",
    file: TICKETS,
    find: "TICKET_TTL_S = 30",
    replace: "TICKET_TTL_S = 60",
    tests: TICKET,
  },
  {
    promise: "S4",
    name: "a ticket outlives its login",
    file: TICKETS,
    find: '  if (login_exp + SKEW_S <= clock.now() / 1000) return refuse("unauthorized", "The token has expired.");\n',
    replace: "",
    tests: TICKET,
  },
  {
    promise: "S4",
    name: "a ticket opens any conversation",
    file: "src/auth/authentication.ts",
    find: "if (ticket.value.conversation_id !== conversationId)",
    replace: "if (conversationId === -1)",
    tests: TICKET,
  },
  {
    promise: "S4",
    name: "a ticket counts twice",
    file: "src/conversation/audience/entrance.ts",
    find: "if (ticket && !journal.spendTicket(ticket.jti, ticket.exp))",
    replace: "if (ticket && ticket.exp < 0)",
    tests: TICKET,
  },
  {
    promise: "S4",
    name: "a ticket counts again after a restart",
    file: "src/conversation/journal/journal.ts",
    find: 'this.#rows.run("DELETE FROM ticket WHERE exp < ?", Math.floor(this.#clock.now() / 1000) - 60);',
    replace: 'this.#rows.run("DELETE FROM ticket WHERE exp < ?", Math.floor(this.#clock.now() / 1000) + 60);',
    tests: TICKET,
  },
  {
    promise: "S4",
    name: "a spent refresh token is only refused",
    file: SESSIONS,
    find: '    this.endAll();\n    return { state: "reused", sid: session.sid };',
    replace: '    return { state: "refused" };',
    tests: SPENT,
  },
  {
    promise: "S4",
    name: "a spent refresh token ends its own session only",
    file: SESSIONS,
    find: "    this.endAll();\n    return",
    replace: "    this.end(session.sid);\n    return",
    tests: SPENT,
  },
  {
    promise: "S4",
    name: "an unknown user is answered at once",
    file: PASSWORDS,
    find: "    await derive(peppered(password, rules.pepper), randomBytes(SALT_BYTES), current);\n",
    replace: "",
    tests: SAME_WORK,
  },
  {
    promise: "S4",
    name: "an unknown user costs a tenth of the work",
    file: PASSWORDS,
    find: "randomBytes(SALT_BYTES), current);\n    return",
    replace: "randomBytes(SALT_BYTES), { ...current, ln: 10 });\n    return",
    tests: SAME_WORK,
  },
  {
    promise: "S4",
    name: "failures are not counted",
    file: ATTEMPTS,
    find: "      await countFailure(db, windows, this.#clock.now());\n",
    replace: "",
    tests: GUESSING,
  },
  {
    promise: "S4",
    name: "the right password is let in after any number of wrong ones",
    file: ATTEMPTS,
    find: "      if (wait > 0)\n",
    replace: '      if (wait > 0 && (await attempt()).state !== "done")\n',
    tests: GUESSING,
  },
  {
    promise: "S4",
    name: "the window of failures begins anew with each",
    file: "src/store/failures.ts",
    find: "since = iif(since <= ?3, ?2, since)",
    replace: "since = ?2 + iif(since <= ?3, 0, 0)",
    tests: GUESSING,
  },
];
