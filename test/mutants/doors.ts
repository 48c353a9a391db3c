// What comes in by the doors, and what leaves by them: origins, headers, bad input, limits, logs, erasure (S6, S10).
import type { Mutant } from "./mutant.ts";

const ORIGINS = "src/auth/origins.ts";
const HEADERS = "src/http/middleware/security-headers.ts";
const FAULTS = "src/http/middleware/faults.ts";
const RECEPTION = "src/conversation/audience/reception.ts";
const JSON_FILE = "src/protocol/json.ts";
const ASKING = "src/conversation/turns/asking.ts";
const LOG = "src/http/middleware/request-log.ts";
const ERASING = "src/conversation/erasing.ts";
const CONVERSATIONS = "src/store/conversations.ts";
const SPENDING = "src/user/spending.ts";

const LISTED = ["in production an origin counts only when it is on the list, character by character"];
const EVERY_ANSWER = ["every answer"];
const NO_STACK = ["a fault of ours is internal with its request id; the stack is in the log only"];
const BAD_INPUT = ["bad input is answered with its code, its field and one sentence"];
const A_FRAME = ["a frame"];
const NONSENSE = ["a socket is closed with 4400 at the tenth bad frame within ten seconds"];
const MESSAGES = ["messages"];
const PROBES = ["probes that nobody asked for count as commands, and their flood is closed"];
const AGAIN = ["messages count with the questions asked again"];
const REQUESTS = ["a user has 600 requests a minute; one more is told when to come back, and then let in"];
const ALLOWANCE = ["a user's turns share one allowance"];
const LOGGED = ["the log has one line a request: its route, never the query, the token or the name"];
const ERASED = [
  "a conversation that is erased closes everybody with 4404, is not there any more, and leaves nothing behind",
];
const BLANK = [
  "what people wrote is overwritten before it is deleted, since SQLite leaves deleted bytes in free pages",
];
const LATE = ["a batch that arrives after the erasure brings nothing back, and a receipt stays"];

export const DOORS: readonly Mutant[] = [
  {
    promise: "S6",
    name: "an origin that begins like a listed one counts",
    file: ORIGINS,
    find: "config.ALLOWED_ORIGINS.includes(origin)",
    replace: "config.ALLOWED_ORIGINS.some((listed) => origin.startsWith(listed))",
    tests: LISTED,
  },
  {
    promise: "S6",
    name: "an origin that ends like a listed one counts",
    file: ORIGINS,
    find: "config.ALLOWED_ORIGINS.includes(origin)",
    replace:
      'config.ALLOWED_ORIGINS.some((listed) => origin.endsWith(listed.replace(/^https?:\\/\\//, "")) && listed.startsWith(origin.slice(0, 8)))',
    tests: LISTED,
  },
  {
    promise: "S6",
    name: "letters of an origin are not told apart",
    file: ORIGINS,
    find: "config.ALLOWED_ORIGINS.includes(origin)",
    replace: "config.ALLOWED_ORIGINS.includes(origin.toLowerCase())",
    tests: LISTED,
  },
  {
    promise: "S6",
    name: "production trusts every page of this machine",
    file: ORIGINS,
    find: '  if (config.ENVIRONMENT !== "development") return "refused";\n  if (LOCAL.test(origin)) return "listed";\n',
    replace:
      '  if (LOCAL.test(origin)) return "listed";\n  if (config.ENVIRONMENT !== "development") return "refused";\n',
    tests: LISTED,
  },
  {
    promise: "S6",
    name: "a page may be framed",
    file: HEADERS,
    find: '  c.header("X-Frame-Options", "DENY");\n',
    replace: "",
    tests: EVERY_ANSWER,
  },
  {
    promise: "S6",
    name: "an answer of the API may be kept",
    file: HEADERS,
    find: '  else if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "no-store");\n',
    replace: "",
    tests: EVERY_ANSWER,
  },
  {
    promise: "S6",
    name: "a client's request id is taken as it is",
    file: LOG,
    find: "const requestId = given && WELL_FORMED.test(given) ? given : crypto.randomUUID();",
    replace: "const requestId = given && WELL_FORMED.test(given) ? given : (given ?? crypto.randomUUID());",
    tests: EVERY_ANSWER,
  },
  {
    promise: "S6",
    name: "a fault shows its stack",
    file: FAULTS,
    find: 'message: "Something went wrong on our side.", request_id });',
    replace: "message: String(error.stack), request_id });",
    tests: NO_STACK,
  },
  {
    promise: "S6",
    name: "a fault is not in the log",
    file: FAULTS,
    find: '  c.get("log")(away ? "warn" : "error", "fault", faultFields(error));\n',
    replace: "  void faultFields;\n",
    tests: NO_STACK,
  },
  {
    promise: "S6",
    name: "a body that is not UTF-8 is read somehow",
    file: "src/http/middleware/body.ts",
    find: "{ fatal: true, ignoreBOM: false }",
    replace: "{ fatal: false, ignoreBOM: false }",
    tests: BAD_INPUT,
  },
  {
    promise: "S6",
    name: "a body of any size is read",
    file: "src/http/middleware/body.ts",
    find: "if (bytes > MAX_BYTES) return",
    replace: "if (bytes < 0) return",
    tests: BAD_INPUT,
  },
  {
    promise: "S6",
    name: "a request that cannot be read is a fault of ours",
    file: FAULTS,
    find: "error instanceof HTTPException && error.status < 500",
    replace: "error instanceof HTTPException && error.status < 400",
    tests: BAD_INPUT,
  },
  {
    promise: "S6",
    name: "a key may be named __proto__",
    file: JSON_FILE,
    find: '      if (names.includes("__proto__")) return refuse("invalid", "A key may not be named __proto__.");\n',
    replace: "",
    tests: A_FRAME,
  },
  {
    promise: "S6",
    name: "JSON may be as deep as it likes",
    file: JSON_FILE,
    find: "if (depth > levels)",
    replace: "if (depth > levels * 1_000)",
    tests: A_FRAME,
  },
  {
    promise: "S6",
    name: "JSON may have as many keys as it likes",
    file: JSON_FILE,
    find: "if (keys > most)",
    replace: "if (keys > most * 1_000)",
    tests: A_FRAME,
  },
  {
    promise: "S6",
    name: "a frame of any size is read",
    file: RECEPTION,
    find: "if (utf8Length(message) > LIMITS.frameBytes)",
    replace: "if (utf8Length(message) < 0)",
    tests: A_FRAME,
  },
  {
    promise: "S6",
    name: "nonsense may go on for ever",
    file: RECEPTION,
    find: "    if (socket.countMalformed()) this.#o.audience.dismiss(socket.id, FAREWELL.malformed);\n",
    replace: "    socket.countMalformed();\n",
    tests: NONSENSE,
  },
  {
    promise: "S6",
    name: "half of a surrogate pair is accepted",
    file: JSON_FILE,
    find: '\n  .refine((text) => text.isWellFormed(), { error: "contains half of a surrogate pair" })',
    replace: "",
    tests: A_FRAME,
  },
  {
    promise: "S6",
    name: "a person may send as much as he likes",
    file: ASKING,
    find: '    if (wait > 0) return refuse("rate_limited", "You are sending too many messages.", { retry_after_ms: wait });\n',
    replace: "    void wait;\n",
    tests: MESSAGES,
  },
  {
    promise: "S6",
    name: "a sleep fills the bucket of messages",
    file: ASKING,
    find: "    for (let sent = journal.sentSince(userId, clock.now() - fillsIn); sent > 0; sent -= 1) bucket.take();\n",
    replace: "    void fillsIn;\n    void journal;\n",
    tests: MESSAGES,
  },
  {
    promise: "S6",
    name: "probes are free",
    file: RECEPTION,
    find: "if (isProof(inbound) && this.#o.audience.proof(socket.id, inbound.signal.n)) return;",
    replace: "if (isProof(inbound)) return void this.#o.audience.proof(socket.id, inbound.signal.n);",
    tests: PROBES,
  },
  {
    promise: "S6",
    name: "any proof of reading will do",
    file: "src/conversation/audience/audience.ts",
    find: "if (viewer?.probe?.n !== n) return false;",
    replace: "if (!viewer?.probe || n < 0) return false;",
    tests: ["a viewer who reads proves nothing by answering a probe that is not its own"],
  },
  {
    promise: "S6",
    name: "a probe can be guessed",
    file: "src/conversation/audience/audience.ts",
    find: "viewer.probe = { n: unguessable(),",
    replace: "viewer.probe = { n: viewer.frames + unguessable() * 0,",
    tests: ["probes have numbers that nobody can guess"],
  },
  {
    promise: "S6",
    name: "asking again is free",
    file: ASKING,
    find: '    if (wait > 0) return refuse("rate_limited", "You are asking too often.", { retry_after_ms: wait });\n',
    replace: "    void wait;\n",
    tests: AGAIN,
  },
  {
    promise: "S6",
    name: "requests are not counted",
    file: "src/http/middleware/authenticated.ts",
    find: "if (wait > 0) return refused",
    replace: "if (wait < 0) return refused",
    tests: REQUESTS,
  },
  {
    promise: "S6",
    name: "all users share one count of requests",
    file: "src/http/middleware/authenticated.ts",
    find: 'c.get("requests").take(principal.value.user_id)',
    replace: 'c.get("requests").take("all")',
    tests: REQUESTS,
  },
  {
    promise: "S6",
    name: "refused handshakes are not counted",
    file: "src/http/address.ts",
    find: "wait > 0 ? {",
    replace: "wait < 0 ? {",
    tests: ["an address with 60 refused handshakes has to wait, and still gets in with a good token"],
  },
  {
    promise: "S6",
    name: "any number of turns of a user may run",
    file: SPENDING,
    find: "if (allowed.turns > 0 && others.length >= allowed.turns)",
    replace: "if (allowed.turns > 0 && others.length > allowed.turns)",
    tests: ALLOWANCE,
  },
  {
    promise: "S6",
    name: "what is lent does not count",
    file: SPENDING,
    find: "(sum, loan) => sum + loan.tokens",
    replace: "(sum) => sum",
    tests: ALLOWANCE,
  },
  {
    promise: "S6",
    name: "a crash resets the day's tokens",
    file: SPENDING,
    find: "      this.#tables.endLoan(place);\n      this.#tables.addSpent(day(now), tokens);\n    }",
    replace: "      this.#tables.endLoan(place);\n      void tokens;\n    }",
    tests: ALLOWANCE,
  },
  {
    promise: "S10",
    name: "the log has the path with its query",
    file: LOG,
    find: "route: routePath(c, -1),",
    replace: "route: c.req.url,",
    tests: LOGGED,
  },
  {
    promise: "S10",
    name: "the log has the user's name",
    file: LOG,
    find: 'user_id: c.get("principal")?.user_id,',
    replace: 'user_id: c.get("principal")?.user_id,\n    name: c.get("principal")?.name,',
    tests: LOGGED,
  },
  {
    promise: "S10",
    name: "an erased conversation stays in its object",
    file: ERASING,
    find: "    await journal.destroy();\n",
    replace: "",
    tests: ERASED,
  },
  {
    promise: "S10",
    name: "an erased conversation stays in D1",
    file: ERASING,
    find: "    await forget(journal.head?.id ?? 0);\n",
    replace: "",
    tests: ERASED,
  },
  {
    promise: "S10",
    name: "an erasure leaves no receipt",
    file: CONVERSATIONS,
    find: '"INSERT INTO erasures (conversation_id, erased_at) VALUES (?, ?) ON CONFLICT DO NOTHING"',
    replace: '"DELETE FROM erasures WHERE conversation_id = ? AND erased_at < ?"',
    tests: LATE,
  },
  {
    promise: "S10",
    name: "an erasure repeated changes its receipt",
    file: CONVERSATIONS,
    find: "VALUES (?, ?) ON CONFLICT DO NOTHING",
    replace: "VALUES (?1, ?2) ON CONFLICT DO UPDATE SET erased_at = ?2",
    tests: LATE,
  },
  {
    promise: "S10",
    name: "what people wrote stays in free pages of the database",
    file: CONVERSATIONS,
    find: "...statements.map((sql)",
    replace: "...statements.slice(-1).map((sql)",
    tests: BLANK,
  },
];
