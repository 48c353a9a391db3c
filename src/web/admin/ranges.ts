// The stretches of time that the charts can show, each with steps that a screen can tell apart.
const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;

export const RANGES = {
  hour: { length_s: HOUR_S, step_s: MINUTE_S },
  day: { length_s: DAY_S, step_s: 15 * MINUTE_S },
  week: { length_s: 7 * DAY_S, step_s: 2 * HOUR_S },
} as const;

export type RangeName = keyof typeof RANGES;
export const RANGE_NAMES = ["hour", "day", "week"] as const satisfies readonly RangeName[];
