// The mutants fit the source and the promises as they are now. Whether the tests kill them: `npm run test:mutants`.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readPromises } from "../scripts/promises.mjs";
import { MUTANTS } from "./mutants/all.ts";
import { mutate } from "./mutants/mutant.ts";
import { rowsFor } from "./support/mutants/judge.ts";

const promises = readPromises(readFileSync("docs/promises.md", "utf8"));

describe("a promise", () => {
  it.each([...new Set(promises.map(({ id }) => id))])("%s is broken by two mutants or more", (id) => {
    expect(MUTANTS.filter(({ promise }) => promise === id).length).toBeGreaterThanOrEqual(2);
  });
});

describe("a mutant", () => {
  it.each(MUTANTS.map((mutant) => [`${mutant.promise} ${mutant.name}`, mutant] as const))(
    "%s applies, and names tests of its promise",
    (_, mutant) => {
      expect(mutate(readFileSync(mutant.file, "utf8"), mutant)).toMatchObject({ ok: true });
      expect(rowsFor(mutant, promises)).not.toHaveLength(0);
      const known = promises.filter(({ id }) => id === mutant.promise).map(({ test }) => test);
      for (const test of mutant.tests ?? []) expect(known).toContain(test);
    },
  );

  it("has a name of its own", () => {
    const names = MUTANTS.map(({ promise, name }) => `${promise} ${name}`);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });
});
