// Who may open an interview, broken one rule at a time.
import type { Mutant } from "./mutant.ts";

const RULES = "src/auth/interviews.ts";

export const INTERVIEW_MUTANTS: readonly Mutant[] = [
  {
    promise: "S3",
    name: "a wrong entity is replaced by one that fits",
    file: RULES,
    find: "counts(role, via) && (entityId === null || entity_id === entityId)",
    replace: "counts(role, via)",
  },
  {
    promise: "S3",
    name: "any relation counts in any role",
    file: RULES,
    find: 'role === "admin" || COUNTS[role].includes(via)',
    replace: "true",
  },
  {
    promise: "S3",
    name: "a relation that has ended is still known at the next opening",
    file: "src/conversation/turns/interviewing.ts",
    find: "await relate().catch(",
    replace: "await Promise.resolve().catch(",
  },
  {
    promise: "S3",
    name: "a conversation that is no interview is denied rather than not found",
    file: "src/conversation/turns/interviewing.ts",
    find: "    if (!this.#exists) return NO_SESSION;\n    await",
    replace: "    if (!this.#exists) return DENIED;\n    await",
  },
  {
    promise: "S2",
    name: "who started an interview adds others to it",
    file: "src/auth/policy.ts",
    find: "everyone((f) => manager(f) && !f.related,",
    replace: "everyone((f) => manager(f),",
    tests: ["who takes part in an interview"],
  },
  {
    promise: "R14",
    name: "without D1 nobody opens an interview",
    file: "src/conversation/turns/interviewing.ts",
    find: 'await relate().catch((error: unknown) => log("warn", "relations.unread", faultFields(error)));',
    replace: "await relate();",
    tests: ["an interview whose D1"],
  },
  {
    promise: "S3",
    name: "whoever may open an interview changes and signs its summary",
    file: RULES,
    find: 'role === "doctor" && ways.some((way) => way.via === "doctor" && admitted(role, [way], entityId))',
    replace: "admitted(role, ways, entityId)",
    tests: ["a summary"],
  },
  {
    promise: "S3",
    name: "a signed summary changes",
    file: "src/conversation/turns/interviewing.ts",
    find: "    if (summary.value.signed_by) return SIGNED;\n",
    replace: "",
    tests: ["a summary"],
  },
  {
    promise: "S5",
    name: "an interview's socket stays when its relation has ended",
    file: "src/gateway/gateway.ts",
    find: "if (socket.interview === names.conversation_id) this.#sockets.expel(socket);",
    replace: "",
    tests: ["an open interview is closed at once, with the reason, to whom a relation ends; to others it stays open"],
  },
];
