// The table: rows of all works × peers, with how many times a peer's value ours is, and whether the aim is met.
import { PEERS, type PeerName } from "../peers/peer.ts";
import type { Measured, Storage } from "../run/runner.ts";
import { median } from "../work/statistics.ts";
import type { Aim, Row, Unit, Values, Work } from "../work/work.ts";

const HEAD = ["", "aim", "", ...PEERS];

export interface Judged {
  cells: string[];
  /** null: there is no aim. */
  met: boolean | null;
}

/** The rows of what was measured. */
export function judge(works: readonly Work[], measured: Measured, storage: Storage): Judged[] {
  return works.flatMap((work) =>
    work.rows.flatMap((row) => {
      const values = valuesOf(measured, work, row);
      return values.Edgewise === undefined ? [] : [judgeRow(row, values, values.Edgewise, storage)];
    }),
  );
}

export const toMarkdown = (rows: readonly Judged[]): string => grid([HEAD, ...rows.map(({ cells }) => cells)]);

function valuesOf(measured: Measured, work: Work, { metric }: Row): Values {
  const values: Values = {};
  for (const peer of PEERS) {
    const runs = measured[work.name]?.[peer]?.map((metrics) => metrics[metric] ?? Number.NaN);
    if (runs) values[peer] = median(runs);
  }
  return values;
}

function judgeRow(row: Row, values: Values, edgewise: number, storage: Storage): Judged {
  const aim = storage === "disk" ? (row.aim?.onDisk ?? row.aim) : row.aim;
  const met = aim && isMet(aim, values, edgewise);
  const mark = met === null ? "" : met ? "✔" : "✘";
  const others = PEERS.slice(1).map((peer) => cell(values[peer], row.unit, edgewise));
  return { cells: [row.what, aim?.words ?? "", mark, show(edgewise, row.unit), ...others], met };
}

/** A peer that did not do the work sets no bound. */
const isMet = (aim: Aim, values: Values, edgewise: number): boolean =>
  aim.met(edgewise, (peer: PeerName) => values[peer] ?? Number.NaN);

function cell(value: number | undefined, unit: Unit, edgewise: number): string {
  if (value === undefined || Number.isNaN(value)) return "–";
  const comparable = unit !== "percent" && unit !== "count" && value > 0;
  return comparable ? `${show(value, unit)} (${(edgewise / value).toFixed(2)} ×)` : show(value, unit);
}

export function show(value: number, unit: Unit): string {
  switch (unit) {
    case "ms":
      return `${value.toFixed(value < 10 ? 2 : 1)} ms`;
    case "ratio":
      return value.toFixed(2);
    case "per second":
      return `${grouped(value)}/s`;
    case "bytes":
      return `${grouped(value)} B`;
    case "count":
      return grouped(value);
    case "percent":
      return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(0)} %`;
    default:
      return unit satisfies never;
  }
}

const grouped = (value: number): string => Math.round(value).toLocaleString("en");

/** A Markdown table that can be read as text too. */
export function grid(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.map((text, i) => text.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  const [head = [], ...rest] = rows;
  return [line(head), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...rest.map(line)].join("\n");
}
