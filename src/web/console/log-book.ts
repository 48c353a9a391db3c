// What has gone over the line, in order: kept up to a bound, filtered, and written to a file; pure.

export interface Entry {
  n: number;
  /** ms since the epoch. */
  at: number;
  /** `note`: of the console itself, such as a change of the connection. */
  direction: "in" | "out" | "note";
  raw: string;
  size: number;
}

/** More would only slow the page down. */
const KEPT = 2_000;

export const withEntry = (book: readonly Entry[], entry: Omit<Entry, "n">): readonly Entry[] => [
  ...book.slice(-(KEPT - 1)),
  { ...entry, n: (book.at(-1)?.n ?? 0) + 1 },
];

export interface Filter {
  text: string;
  /** Also the packets that only prove that the line lives. */
  heartbeats: boolean;
}

/** Engine.IO's ping, pong and noop; the native line's ping. */
const HEARTBEATS: ReadonlySet<string> = new Set(["2", "3", "6", "ping", "pong"]);

export function matching(book: readonly Entry[], { text, heartbeats }: Filter): readonly Entry[] {
  const wanted = text.trim().toLowerCase();
  return book.filter(
    ({ raw }) => (heartbeats || !HEARTBEATS.has(raw)) && (wanted === "" || raw.toLowerCase().includes(wanted)),
  );
}

/** One JSON object a line. */
export const asFile = (book: readonly Entry[]): string =>
  book
    .map(
      ({ at, direction, raw, size }) => `${JSON.stringify({ at: new Date(at).toISOString(), direction, size, raw })}\n`,
    )
    .join("");

/** The last assistant room that was named. */
export const roomIn = (raw: string): string | null => /room_[0-9a-f]{8}-[0-9a-f-]{27}/.exec(raw)?.[0] ?? null;

/** A log is shown to others, and saved: the token that the client sends is no part of it. */
export const withoutSecret = (raw: string, secret: string): string =>
  secret === "" ? raw : raw.replaceAll(secret, "<access token>");
