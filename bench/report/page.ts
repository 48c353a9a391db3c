// Writes what was measured into docs/performance.md, between its marks; the words around are written by people.
import { readFileSync, writeFileSync } from "node:fs";
import type { Machine } from "../run/machine.ts";
import type { Outcome, Storage } from "../run/runner.ts";
import type { Work } from "../work/work.ts";
import { costs } from "./cost.ts";
import { judge, toMarkdown } from "./table.ts";

export interface Report {
  machine: Machine;
  quick: boolean;
  runs: number;
  outcomes: Partial<Record<Storage, Outcome>>;
}

const PAGE = "docs/performance.md";

export function writePage(report: Report, works: readonly Work[]): void {
  let page = readFileSync(PAGE, "utf8");
  const { memory, disk } = report.outcomes;
  if (memory) {
    page = between(
      page,
      "memory",
      `${origin(report, memory)}\n\n${toMarkdown(judge(works, memory.measured, "memory"))}`,
    );
    page = between(page, "cost", costs(memory.measured));
  }
  if (disk)
    page = between(page, "disk", `${origin(report, disk)}\n\n${toMarkdown(judge(works, disk.measured, "disk"))}`);
  writeFileSync(PAGE, page);
}

/** Where the numbers come from, in one line. */
export function origin({ machine, quick, runs }: Report, { busiest, others }: Outcome): string {
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  return (
    `${machine.date.slice(0, 10)}, commit ${machine.commit}, ${machine.cores} × ${machine.cpu}, Linux ${machine.kernel}, ` +
    `Node ${machine.node.slice(1)}; ${quick ? "quick run" : `medians of ${runs} runs`}. The load generator used at most ` +
    `${percent(busiest.load)} of one core, the model ${percent(busiest.model)}; other processes ${percent(others)} of the machine.`
  );
}

function between(page: string, name: string, text: string): string {
  const marks = [`<!-- ${name} -->`, `<!-- /${name} -->`] as const;
  const [start, end] = marks.map((mark) => page.indexOf(mark));
  if (start === undefined || end === undefined || start < 0 || end < start)
    throw new Error(`${PAGE} has no ${marks[0]}.`);
  return `${page.slice(0, start + marks[0].length)}\n\n${text}\n\n${page.slice(end)}`;
}
