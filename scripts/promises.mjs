// docs/promises.md: its table of promises, whether each names a test that exists, and whether that test ran and passed.

/** @typedef {{id: string, promise: string, file: string, test: string}} Promised */
/** @typedef {import("./runners.mjs").Test} Test */

/** The rows of the table `| id | promise | test file | test name |`. @returns {Promised[]} */
export function readPromises(markdown) {
  return markdown
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .slice(1, line.lastIndexOf("|"))
        .split("|")
        .map((cell) => cell.trim()),
    )
    .filter((cells) => cells.length === 4 && cells[0] !== "id" && !/^-+$/.test(cells[0]))
    .map(([id, promise, file, test]) => ({ id, promise, file: file.replaceAll("`", ""), test }));
}

/**
 * Does this source hold a test (or a group) of that full name: the quoted names of its groups, from an outermost one on,
 * and its own, in a row? Of the last one its first words will do, as of tests that are made from a table ("… is refused %s").
 */
export function isNamedIn(source, test, indent = "(\\S.*|  )") {
  if (test === "") return true;
  const words = test.split(" ");
  for (let n = words.length; n > 0; n--) {
    const name = words
      .slice(0, n)
      .join(" ")
      .replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const isThere = (end) => new RegExp(`^${indent}(["'\`])${name}(${end})`, "m").test(source);
    if (n === words.length && isThere(" ")) return true;
    if (isThere("[\"'`]") && isNamedIn(source, words.slice(n).join(" "), ".*")) return true;
  }
  return false;
}

/**
 * The tests that a promise names: one, or all of a group.
 * @param {Promised} promise
 * @param {Test[]} tests
 */
export const testsOf = ({ file, test }, tests) =>
  tests.filter((one) => one.file === file && (one.name === test || one.name.startsWith(`${test} `)));

/**
 * Was it kept: did they run, and all pass?
 * @param {Promised} promise
 * @param {Test[]} tests
 */
export function isKept(promise, tests) {
  const named = testsOf(promise, tests);
  return named.length > 0 && named.every((one) => one.passed);
}
