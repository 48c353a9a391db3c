// The geometry of a line chart: where its scale ends, where its lines run; pure.
import type { Unit } from "./charts.ts";

type Values = readonly (number | null)[];

/** Below this a scale would only magnify nothing. */
const LEAST_TOP: Record<Unit, number> = { count: 2, rate: 0.1, share: 0.02, ms: 10 };
const STEPS = [1, 2, 4, 6, 8, 10];

/** Where the scale ends: a round number above all values that halves to a round number. */
export function topOf(lines: readonly { values: Values }[], unit: Unit): number {
  const most = Math.max(LEAST_TOP[unit], ...lines.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const power = 10 ** Math.floor(Math.log10(most));
  const step = STEPS.find((each) => each * power >= most * (1 - 1e-9)) ?? 10;
  return step * power;
}

export interface Box {
  width: number;
  height: number;
}

export const xOf = (index: number, count: number, { width }: Box): number =>
  count < 2 ? width : (index / (count - 1)) * width;

export const yOf = (value: number, top: number, { height }: Box): number => height - (value / top) * height;

/** The slot nearest to `x`. */
export const indexAt = (x: number, count: number, { width }: Box): number =>
  Math.min(count - 1, Math.max(0, Math.round((x / width) * (count - 1))));

/** An SVG path with a gap where there is no value; a value alone is a point, which round line ends show. */
export function pathOf(values: Values, top: number, box: Box): string {
  let path = "";
  let drawing = false;
  values.forEach((value, index) => {
    if (value === null) {
      drawing = false;
      return;
    }
    const point = `${fixed(xOf(index, values.length, box))} ${fixed(yOf(value, top, box))}`;
    path += drawing ? `L${point}` : `M${point}l0 0`;
    drawing = true;
  });
  return path;
}

const fixed = (n: number): string => String(Math.round(n * 10) / 10);
