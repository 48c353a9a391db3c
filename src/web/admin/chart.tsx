// One figure over time: a line or two, the value now or where one points, and the same as a table.
import { type PointerEvent, useId, useLayoutEffect, useRef, useState } from "react";
import type { ChartData } from "./charts.ts";
import { figure, lineName, slotTime } from "./figures.ts";
import { type Box, indexAt, pathOf, topOf, xOf, yOf } from "./scale.ts";
import { text } from "./words.ts";

const HEIGHT = 112;

interface ChartProps {
  title: string;
  data: ChartData;
  /** When each slot began, oldest first. */
  times: readonly string[];
  /** They are of several days. */
  days: boolean;
  asTable: boolean;
}

export function Chart({ title, data, times, days, asTable }: ChartProps) {
  const heading = useId();
  const [pointed, setPointed] = useState<number | null>(null);
  const at = Math.min(pointed ?? times.length - 1, times.length - 1);
  const { lines, unit } = data;
  return (
    <section className="chart" aria-labelledby={heading}>
      <header className="chart-head">
        <h2 id={heading}>{title}</h2>
        <p className="chart-time">{pointed === null ? text.charts.now : slotTime(times[at] ?? "", days)}</p>
      </header>
      <p className="chart-figures">
        {lines.map(({ name, values }, index) => (
          <span key={name ?? ""} className="chart-figure" data-line={index}>
            {figure(values[at], unit)} {name !== null && <small>{lineName(name)}</small>}
          </span>
        ))}
      </p>
      {asTable ? (
        <Table label={title} data={data} times={times} days={days} />
      ) : (
        <Drawing title={title} data={data} times={times} days={days} at={pointed} onPoint={setPointed} />
      )}
    </section>
  );
}

interface DrawingProps extends Omit<ChartProps, "asTable"> {
  at: number | null;
  onPoint: (index: number | null) => void;
}

function Drawing({ title, data: { lines, unit }, times, days, at, onPoint }: DrawingProps) {
  const drawing = useRef<SVGSVGElement>(null);
  const width = useWidth(drawing);
  const box: Box = { width, height: HEIGHT };
  const top = topOf(lines, unit);
  const all = lines.flatMap(({ values }) => values).filter((value) => value !== null);
  const now = lines.map(({ name, values }) => `${figure(values.at(-1), unit)} ${lineName(name)}`.trim()).join(", ");

  const point = (event: PointerEvent) =>
    onPoint(indexAt(event.clientX - event.currentTarget.getBoundingClientRect().x, times.length, box));
  return (
    <>
      <div className="chart-plot">
        <svg
          ref={drawing}
          role="img"
          aria-label={text.charts.summary(title, now, figure(Math.max(0, ...all), unit))}
          onPointerMove={point}
          onPointerDown={point}
          onPointerLeave={() => onPoint(null)}
        >
          {[0, top / 2, top].map((value) => (
            <line key={value} className="chart-grid" x2={width} y1={yOf(value, top, box)} y2={yOf(value, top, box)} />
          ))}
          {lines.map(({ name, values }, index) => (
            <path key={name ?? ""} className="chart-line" data-line={index} d={pathOf(values, top, box)} />
          ))}
          {at !== null && <line className="chart-cursor" x1={cursor(at)} x2={cursor(at)} y2={HEIGHT} />}
          {at !== null &&
            lines.map(({ name, values }, index) => (
              <Dot key={name ?? ""} index={index} x={cursor(at)} value={values[at] ?? null} top={top} box={box} />
            ))}
        </svg>
        <p className="chart-scale" aria-hidden="true">
          <span>{figure(top, unit)}</span>
          <span>{figure(top / 2, unit)}</span>
          <span>{figure(0, unit)}</span>
        </p>
      </div>
      <p className="chart-axis" aria-hidden="true">
        {[0, Math.floor((times.length - 1) / 2), times.length - 1].map((index) => (
          <span key={index}>{slotTime(times[index] ?? "", days)}</span>
        ))}
      </p>
    </>
  );

  function cursor(index: number): number {
    return xOf(index, times.length, box);
  }
}

interface DotProps {
  index: number;
  x: number;
  value: number | null;
  top: number;
  box: Box;
}

const Dot = ({ index, x, value, top, box }: DotProps) =>
  value !== null && <circle className="chart-dot" data-line={index} cx={x} cy={yOf(value, top, box)} r="3.5" />;

function Table({
  label,
  data: { lines, unit },
  times,
  days,
}: Omit<ChartProps, "title" | "asTable"> & { label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="chart-table" tabIndex={0} aria-label={text.charts.tableOf(label)}>
      <table>
        <thead>
          <tr>
            <th scope="col">{text.charts.time}</th>
            {lines.map(({ name }) => (
              <th key={name ?? ""} scope="col">
                {name === null ? label : lineName(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times
            .map((time, slot) => (
              <tr key={time}>
                <th scope="row">{slotTime(time, days)}</th>
                {lines.map(({ name, values }) => (
                  <td key={name ?? ""}>{figure(values[slot], unit)}</td>
                ))}
              </tr>
            ))
            .reverse()}
        </tbody>
      </table>
    </section>
  );
}

/** In CSS pixels, followed as the page changes: the drawing is never stretched, so that its lines keep their strength. */
function useWidth(element: { readonly current: Element | null }): number {
  const [width, setWidth] = useState(300);
  useLayoutEffect(() => {
    if (!element.current) return;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(entry.contentRect.width));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
