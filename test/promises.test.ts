// docs/promises.md names tests that exist. That each of them ran and passed is counted by scripts/suites.mjs afterwards.
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isKept, isNamedIn, readPromises } from "../scripts/promises.mjs";

const promises = readPromises(readFileSync("docs/promises.md", "utf8"));

describe("docs/promises.md", () => {
  it("has a line for each promise of reliability that holds now", () => {
    const ids = new Set(promises.map(({ id }) => id));
    for (const id of ["R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10", "R11", "R13", "R14"])
      expect(ids, id).toContain(id);
  });

  it.each(promises.map((promise) => [promise.id, promise] as const))(
    "%s names a test that exists",
    (_id, { file, test }) => {
      expect(existsSync(file), file).toBe(true);
      expect(isNamedIn(readFileSync(file, "utf8"), test), `${file} has no test "${test}"`).toBe(true);
    },
  );
});

describe("a promise", () => {
  const line = "| R1 | kept | `test/a.test.ts` | a group a test |";
  const promise = { id: "R1", promise: "kept", file: "test/a.test.ts", test: "a group a test" };
  const ran = (name: string, passed = true) => ({ file: promise.file, name, passed });

  it("is read from its line, and the head of the table is not one", () =>
    expect(readPromises(`| id | promise | test file | test name |\n|---|---|---|---|\n${line}`)).toEqual([promise]));

  it("is named in a source that has its group and its test", () => {
    expect(isNamedIn('describe("a group", () => { it("a test", …', promise.test)).toBe(true);
    expect(isNamedIn('describe("a group", () => { it("another test", …', promise.test)).toBe(false);
  });

  it("is named from an outermost group on", () =>
    expect(isNamedIn('describe("a group", () => {\n  it("a test", …', "a test")).toBe(false));

  it("is named by the first words of tests made from a table, whole words only", () => {
    expect(isNamedIn('describe("a group", () => { it.each(CASES)("a test of %s", …', promise.test)).toBe(true);
    expect(isNamedIn('describe("a group", () => { it.each(CASES)("a tester of %s", …', promise.test)).toBe(false);
  });

  it("is kept by a test that ran and passed, or by all of a group", () => {
    expect(isKept(promise, [ran("a group a test")])).toBe(true);
    expect(isKept({ ...promise, test: "a group" }, [ran("a group one"), ran("a group two")])).toBe(true);
  });

  it("is broken when its test failed, was skipped, or is in another file", () => {
    expect(isKept(promise, [ran("a group a test", false)])).toBe(false);
    expect(isKept(promise, [])).toBe(false);
    expect(isKept(promise, [{ ...ran("a group a test"), file: "test/b.test.ts" }])).toBe(false);
    expect(isKept({ ...promise, test: "a group" }, [ran("a group one"), ran("a group two", false)])).toBe(false);
  });
});
