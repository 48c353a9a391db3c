// docs/promises.md: the table of promises, and the check that each one's test ran and passed.

/** @typedef {{id: string, promise: string, file: string, test: string}} Promised */

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

/** The promises whose test did not run, or did not pass; only those of test files that `covers` says were due. */
export function unkept(promises, tests, covers = () => true) {
  const kept = new Set(tests.filter((test) => test.passed).map((test) => `${test.file} ${test.name}`));
  return promises.filter(({ file, test }) => covers(file) && !kept.has(`${file} ${test}`));
}
