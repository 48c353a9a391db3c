// Who is in a project, broken one rule at a time.
import type { Mutant } from "./mutant.ts";

const SPREADING = "src/project/spreading.ts";
const KEEPING = "src/project/keeping.ts";

export const PROJECT_MUTANTS: readonly Mutant[] = [
  {
    promise: "S2",
    name: "a project's last owner leaves it",
    file: KEEPING,
    find: "      if (isLastOwner(members, member)) return LAST_OWNER;\n",
    replace: "",
    tests: ["who takes part"],
  },
  {
    promise: "S2",
    name: "a project's moderator makes himself its owner",
    file: KEEPING,
    find: 'return refuse("forbidden", "Only an owner may make or unmake owners.");',
    replace: "return allowed;",
    tests: ["who takes part"],
  },
  {
    promise: "S5",
    name: "who is removed from a project stays in its chats",
    file: SPREADING,
    find: "    await this.#relateAll();\n",
    replace: "",
    tests: ["who is removed from a project"],
  },
  {
    promise: "S5",
    name: "who is removed from a project hears of it still",
    file: "src/gateway/projects.ts",
    find: "      this.forget(socket.id);\n      for (const wire",
    replace: "      for (const wire",
    tests: ["whoever is not in the project any more is told so and hears nothing, unless the project still lets him"],
  },
  {
    promise: "R3",
    name: "a change of a project's people is only noted when it was made",
    file: SPREADING,
    find: '    tables.addChange();\n    schedule.soonest("spread", clock.now() + AGAIN_MS);\n    await change();',
    replace: "    await change();\n    tables.addChange();",
    tests: ["a change of who takes part"],
  },
  {
    promise: "S10",
    name: "a chat outlives its project",
    file: "src/conversation/people/relating.ts",
    find: "      else orphaned();\n",
    replace: "",
    tests: ["a project that is deleted"],
  },
];
