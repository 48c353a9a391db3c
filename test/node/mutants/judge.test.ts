// The judge of mutants, on a project of one file: it tells seen from unseen, and both from what says nothing.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Mutant } from "../../mutants/mutant.ts";
import { mutate } from "../../mutants/mutant.ts";
import { type Judged, judgeAll, rowsFor } from "../../support/mutants/judge.ts";

const FILES = {
  "vitest.config.ts": 'export default { test: { include: ["test/*.test.ts"] } };\n',
  "tsconfig.json": JSON.stringify({
    compilerOptions: { strict: true, module: "esnext", moduleResolution: "bundler", noEmit: true, types: [] },
    include: ["src"],
  }),
  "src/limit.ts": "export const LIMIT = 3;\nexport const allows = (n: number): boolean => n <= LIMIT;\n",
  "test/limit.test.ts": `import { expect, it } from "vitest";
import { allows } from "../src/limit.ts";
it("three are allowed", () => expect(allows(3)).toBe(true));
it("four are not", () => expect(allows(4)).toBe(false));
`,
};
const row = (test: string, file = "test/limit.test.ts") => ({ id: "R1", promise: "There is a limit", file, test });
const PROMISES = [row("three are allowed"), row("four are not")];

let root = "";
beforeAll(() => {
  mkdirSync("test-results", { recursive: true });
  root = mkdtempSync("test-results/limit-"); // below this project, whose packages it finds
  for (const [file, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
});
afterAll(() => rmSync(root, { recursive: true }));

const mutant = (name: string, find: string, replace: string, tests?: string[]): Mutant => ({
  ...{ promise: "R1", name, file: "src/limit.ts", find, replace },
  ...(tests ? { tests } : {}),
});

async function judged(mutants: Mutant[], promises = PROMISES): Promise<Map<string, Judged["verdict"]>> {
  const project = { root: join(process.cwd(), root), files: Object.keys(FILES), projects: ["tsconfig.json"] };
  const scratch = join(project.root, "trees");
  const results = await judgeAll(mutants, promises, { ...project, scratch }, { lanes: 2, judged: () => {} });
  return new Map(results.map(({ mutant: { name }, verdict }) => [name, verdict]));
}

describe("a mutant", () => {
  it("is killed by a failing test, survives passing ones, and is invalid where it tells nothing", async () => {
    const verdicts = await judged([
      mutant("seen", "n <= LIMIT", "n <= LIMIT + 1"),
      mutant("unseen", "n <= LIMIT", "n < LIMIT + 1"),
      mutant("dead", "n >= LIMIT", "true"),
      mutant("without a test", "n <= LIMIT", "true", ["five are not"]),
      mutant("ill-typed", "LIMIT = 3", 'LIMIT = "three"'),
      mutant("not loading", "LIMIT = 3", 'LIMIT: number = JSON.parse("{")'),
    ]);
    expect(Object.fromEntries(verdicts)).toEqual({
      seen: { state: "killed", by: expect.stringMatching(/^four are not: AssertionError/) },
      unseen: { state: "survived" },
      dead: { state: "invalid", why: "what it replaces is not there" },
      "without a test": { state: "invalid", why: "docs/promises.md has no such test of R1" },
      "ill-typed": { state: "invalid", why: expect.stringContaining("src/limit.ts(2,") },
      "not loading": { state: "invalid", why: expect.stringContaining("JSON") },
    });
    expect(readFileSync(join(root, "src/limit.ts"), "utf8")).toBe(FILES["src/limit.ts"]);
  }, 120_000);

  it("is not tried while a test fails without it, or is not there", async () => {
    const some = [mutant("seen", "n <= LIMIT", "n <= LIMIT + 1")];
    await expect(judged(some, [row("five are not")])).rejects.toThrow(
      '"five are not" of test/limit.test.ts did not run',
    );
    writeFileSync(join(root, "src/limit.ts"), FILES["src/limit.ts"].replace("3", "4"));
    await expect(judged(some)).rejects.toThrow('Without any mutant "four are not" fails');
    writeFileSync(join(root, "src/limit.ts"), FILES["src/limit.ts"]);
  }, 120_000);
});

describe("the change of a mutant", () => {
  it("is made in one place, whatever the text means elsewhere", () =>
    expect(mutate("a $1 b", { find: "$1", replace: "$&$&" })).toEqual({ ok: true, source: "a $&$& b" }));

  it.each([
    ["is not there", "x", "y", "what it replaces is not there"],
    ["is there twice", "a", "y", "what it replaces is there 2 times"],
    ["is empty", "", "y", "what it replaces is not there"],
    ["is its own replacement", "b", "b", "it changes nothing"],
  ])("is refused when its place %s", (_, find, replace, why) =>
    expect(mutate("a b a", { find, replace })).toEqual({ ok: false, why }),
  );
});

describe("the tests that must see a mutant", () => {
  const slow = row("killed", "test/failure/kill.failure.test.ts");

  it("are the quick ones of its promise; the slow ones where there are no others, or where it names them", () => {
    expect(rowsFor({ promise: "R1" }, [...PROMISES, slow])).toEqual(PROMISES);
    expect(rowsFor({ promise: "R1" }, [slow])).toEqual([slow]);
    expect(rowsFor({ promise: "R1", tests: ["killed"] }, [...PROMISES, slow])).toEqual([slow]);
    expect(rowsFor({ promise: "R2" }, PROMISES)).toEqual([]);
  });
});
