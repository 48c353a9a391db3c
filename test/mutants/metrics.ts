// What is counted: once, and without holding anything up (R11, R14).
import type { Mutant } from "./mutant.ts";

const METRICS = "src/store/metrics.ts";
const REPORTER = "src/http/reporter.ts";

const EVENTS = ["events are counted once, though a later batch brings some of them again"];
const REPORT = ["a report"];
const AWAY = [
  "an isolate keeps its counts while D1 is away, gives no request up for that, and brings all when D1 is back",
];

export const METRIC_MUTANTS: readonly Mutant[] = [
  {
    promise: "R11",
    name: "an event counts each time its batch comes",
    file: METRICS,
    find: "ELSE r.value ->> 3 > (SELECT seq FROM conversations WHERE id = ?4) END",
    replace: "ELSE r.value ->> 3 > 0 * ?4 END",
    tests: EVENTS,
  },
  {
    promise: "R11",
    name: "the last event of a batch is counted again with the next",
    file: METRICS,
    find: "r.value ->> 3 > (SELECT seq",
    replace: "r.value ->> 3 >= (SELECT seq",
    tests: EVENTS,
  },
  {
    promise: "R11",
    name: "a report counts each time it comes",
    file: METRICS,
    find: '"?3 > coalesce((SELECT at FROM metric_sources WHERE source = ?2), 0)"',
    replace: '"?3 > 0 * length(?2)"',
    tests: REPORT,
  },
  {
    promise: "R11",
    name: "a late report sets the time of its source back",
    file: METRICS,
    find: "connections = ?1, at = ?3 WHERE at < ?3",
    replace: "connections = ?1, at = ?3",
    tests: REPORT,
  },
  {
    promise: "R14",
    name: "what could not be brought to D1 is forgotten",
    file: REPORTER,
    find: "        failures += 1; //",
    replace: "        this.#unsent = null;\n        failures += 1; //",
    tests: AWAY,
  },
  {
    promise: "R14",
    name: "an isolate asks a database that is away without end",
    file: REPORTER,
    find: "failures < TRIES && (",
    replace: "failures < TRIES * 1_000 && (",
    tests: AWAY,
  },
];
