// The way to D1, and life without it (R11, R14).
import type { Mutant } from "./mutant.ts";

const OUTBOX = "src/conversation/outbox.ts";
const MIRROR = "src/store/mirror.ts";
const ACCOUNTS = "src/auth/accounts.ts";

const THE_OUTBOX = ["the outbox"];
const TWICE = ["D1 holds the same after a batch that came twice, or late"];

export const DATABASE: readonly Mutant[] = [
  {
    promise: "R11",
    name: "the place in the log moves before D1 has answered",
    file: OUTBOX,
    find: "    await within(clock, TIMEOUT_MS, this.#o.mirror(changes, reached, measures));\n",
    replace:
      "    journal.commit(() => journal.setFlushed(reached.seq, 0));\n    await within(clock, TIMEOUT_MS, this.#o.mirror(changes, reached, measures));\n",
    tests: THE_OUTBOX,
  },
  {
    promise: "R11",
    name: "a failed batch is not tried again",
    file: OUTBOX,
    find: '      schedule.set("outbox", clock.now() + backoff);\n',
    replace: "",
    tests: THE_OUTBOX,
  },
  {
    promise: "R11",
    name: "a hanging D1 is waited for without end",
    file: OUTBOX,
    find: "await within(clock, TIMEOUT_MS, this.#o.mirror(changes, reached, measures));",
    replace: "await this.#o.mirror(changes, reached, measures);",
    tests: THE_OUTBOX,
  },
  {
    promise: "R11",
    name: "the pauses between tries do not grow",
    file: OUTBOX,
    find: "1_000 * 2 ** (this.#failures - 1)",
    replace: "1_000 * this.#failures ** 0",
    tests: THE_OUTBOX,
  },
  {
    promise: "R11",
    name: "a batch is as large as the backlog",
    file: OUTBOX,
    find: "      if (full && changes.length > 0) break;\n",
    replace: "      void full;\n",
    tests: THE_OUTBOX,
  },
  {
    promise: "R11",
    name: "a long backlog is drained in one go",
    file: OUTBOX,
    find: " && clock.now() - started < RUN_MS",
    replace: "",
    tests: THE_OUTBOX,
  },
  {
    promise: "R11",
    name: "an object that wakes forgets what D1 lacks",
    file: OUTBOX,
    find: "    if (this.#pending()) this.touched();\n",
    replace: "",
    tests: THE_OUTBOX,
  },
  {
    promise: "R11",
    name: "a late batch brings an old text back",
    file: MIRROR,
    find: "seq = ?14, files = ?15 WHERE seq < ?14",
    replace: "seq = ?14, files = ?15",
    tests: TWICE,
  },
  {
    promise: "R11",
    name: "a late batch brings a member back",
    file: MIRROR,
    find: "             seq = ?5 WHERE seq < ?5`",
    replace: "             seq = ?5`",
    tests: TWICE,
  },
  {
    promise: "R11",
    name: "a late batch opens an attempt that has ended",
    file: MIRROR,
    find: "first_token_at = ?11, ended_at = ?12 WHERE ended_at IS NULL",
    replace: "first_token_at = ?11, ended_at = ?12",
    tests: TWICE,
  },
  {
    promise: "R11",
    name: "a late batch sets the conversation back",
    file: MIRROR,
    find: "SET seq = max(seq, ?2)",
    replace: "SET seq = ?2",
    tests: TWICE,
  },
  {
    promise: "R11",
    name: "a late batch reopens a turn",
    file: MIRROR,
    find: "started_at = ?13, ended_at = ?14, seq = ?15 WHERE seq < ?15",
    replace: "started_at = ?13, ended_at = ?14, seq = ?15",
    tests: TWICE,
  },
  {
    promise: "R11",
    name: "a late batch gives a conversation its old title",
    file: MIRROR,
    find: "           WHERE id = ?1 AND seq < ?7`",
    replace: "           WHERE id = ?1 AND ?7 > 0`",
    tests: TWICE,
  },
  {
    promise: "R11",
    name: "a late batch gives a member an old role",
    file: MIRROR,
    find: "SET role = ?3, seq = ?4 WHERE conversation_id = ?1 AND user_id = ?2 AND seq < ?4",
    replace: "SET role = ?3, seq = ?4 WHERE conversation_id = ?1 AND user_id = ?2",
    tests: TWICE,
  },
  {
    promise: "R11",
    name: "a late batch makes an old answer current",
    file: MIRROR,
    find: "AND id = ?2 AND answer_seq < ?4",
    replace: "AND id = ?2",
    tests: TWICE,
  },
  {
    promise: "R11",
    name: "a late batch takes a read mark back",
    file: MIRROR,
    find: "SET read_id = max(read_id, ?3)",
    replace: "SET read_id = ?3",
    tests: TWICE,
  },
  {
    promise: "R11",
    name: "a late batch puts a conversation down the list",
    file: MIRROR,
    find: "active_at = max(active_at, ?3)",
    replace: "active_at = ?3",
    tests: TWICE,
  },
  {
    promise: "R14",
    name: "a refresh asks D1",
    file: ACCOUNTS,
    find: "    if (userId === null) return refused;\n",
    replace: "    if (userId === null || !(await people.findById(env.DB, userId))) return refused;\n",
  },
  {
    promise: "R14",
    name: "every login is looked up in D1",
    file: "src/auth/authentication.ts",
    find: "    const { kind: _, ...principal } = access.value;\n",
    replace: '    const { kind: _, ...principal } = access.value;\n    await env.DB.prepare("SELECT 1").first();\n',
  },
  {
    promise: "R14",
    name: "one's profile is read from D1",
    file: "src/http/routes/me.ts",
    find: '    const person = await c.env.USER.getByName(String(c.get("principal").user_id)).profile();\n',
    replace:
      '    await c.env.DB.prepare("SELECT 1").first();\n    const person = await c.env.USER.getByName(String(c.get("principal").user_id)).profile();\n',
  },
  {
    promise: "R14",
    name: "a database that is away counts as a fault of ours",
    file: "src/lib/unavailable.ts",
    find: "  if (/^D1_(EXEC_)?ERROR/.test(error.message)) return !/SQLITE_(CONSTRAINT|ERROR|MISMATCH|RANGE)/.test(error.message);\n",
    replace: "",
  },
];
