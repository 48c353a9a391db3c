// A mutant: one small change to the source that breaks one promise, and so must break a test of that promise.

export interface Mutant {
  /** The promise's id in docs/promises.md. */
  promise: string;
  /** What is wrong with the server that has it. */
  name: string;
  file: string;
  /** Occurs exactly once in the file. */
  find: string;
  replace: string;
  /** Names of the tests that must see it, as the promise's rows have them; all its quick ones where left out. */
  tests?: readonly string[];
}

export type Mutated = { ok: true; source: string } | { ok: false; why: string };

/** The source with the change, or why it can no longer be made. */
export function mutate(source: string, { find, replace }: Pick<Mutant, "find" | "replace">): Mutated {
  const [before = "", after, ...more] = source.split(find);
  if (find === "" || after === undefined) return { ok: false, why: "what it replaces is not there" };
  if (more.length > 0) return { ok: false, why: `what it replaces is there ${more.length + 1} times` };
  if (find === replace) return { ok: false, why: "it changes nothing" };
  return { ok: true, source: before + replace + after };
}
