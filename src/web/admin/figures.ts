// Numbers of the charts as people read them, in their language.
import type { Unit } from "./charts.ts";
import { text } from "./words.ts";

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });
const fine = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 2 });
const seconds = new Intl.NumberFormat(undefined, {
  style: "unit",
  unit: "second",
  unitDisplay: "narrow",
  maximumSignificantDigits: 3,
});
const millis = new Intl.NumberFormat(undefined, {
  style: "unit",
  unit: "millisecond",
  unitDisplay: "narrow",
  maximumSignificantDigits: 3,
});
const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumSignificantDigits: 2 });

export function figure(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined) return "–";
  switch (unit) {
    case "count":
      return value < 10_000 ? whole.format(value) : short.format(value);
    case "rate":
      return value < 10 ? fine.format(value) : short.format(value);
    case "share":
      return percent.format(value);
    case "ms":
      return value < 1000 ? millis.format(value) : seconds.format(value / 1000);
    default:
      return unit satisfies never;
  }
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const dayAndClock = new Intl.DateTimeFormat(undefined, { weekday: "short", hour: "numeric", minute: "2-digit" });

/** When a slot began; with the day where the chart shows several. */
export const slotTime = (at: string, days: boolean): string => (days ? dayAndClock : clock).format(new Date(at));

export const lineName = (name: keyof typeof text.charts.lines | null): string =>
  name === null ? "" : text.charts.lines[name];
