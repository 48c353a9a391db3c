// Times and days in the reader's own language and time zone.
import { words } from "../words.ts";

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const short = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const thisYear = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const otherYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const shortDay = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const DAY_MS = 86_400_000;

export const clockTime = (timestamp: string): string => clock.format(new Date(timestamp));
export const fullTime = (timestamp: string): string => full.format(new Date(timestamp));

export const shortTime = (timestamp: string): string => short.format(new Date(timestamp));

/** The time; with the day where that is another one than of what it stands beside. */
export function stamp(timestamp: string, beside: string): string {
  const [date, other] = [new Date(timestamp), new Date(beside)];
  const sameDay = date.toDateString() === other.toDateString();
  return sameDay ? clock.format(date) : `${shortDay.format(date)}, ${clock.format(date)}`;
}

const daysAgo = (date: Date, now: Date): number =>
  Math.round((new Date(now).setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / DAY_MS);

/** The heading of a day in the timeline. */
export function dayName(timestamp: string, now: Date): string {
  const date = new Date(timestamp);
  const days = daysAgo(date, now);
  if (days === 0) return words.conversation.today;
  if (days === 1) return words.conversation.yesterday;
  return (date.getFullYear() === now.getFullYear() ? thisYear : otherYear).format(date);
}

/** As short as the list has room for: the time today, else the day. */
export function listTime(timestamp: string, now: Date): string {
  const date = new Date(timestamp);
  if (daysAgo(date, now) === 0) return clock.format(date);
  return date.getFullYear() === now.getFullYear() ? shortDay.format(date) : otherYear.format(date);
}
