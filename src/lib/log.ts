// One JSON line an event. Never message text, tokens, passwords, file names or query strings.

export type LogFields = Record<string, string | number | boolean | null | undefined>;

const LEVELS = { debug: 0, info: 1, warn: 2, error: 3 } as const;
export type LogLevel = keyof typeof LEVELS;

export type Log = (level: LogLevel, event: string, fields?: LogFields) => void;

/** A logger that drops what is below `threshold` and adds `base` to every line. */
export function createLog(threshold: LogLevel, base: LogFields = {}): Log {
  return (level, event, fields = {}) => {
    if (LEVELS[level] < LEVELS[threshold]) return;
    const line = JSON.stringify({ at: new Date().toISOString(), level, event, ...base, ...fields });
    if (level === "error") console.error(line);
    else console.log(line);
  };
}

/** An error's name and message with its stack, for the log only; a client never sees these. */
export const faultFields = (error: unknown): LogFields =>
  error instanceof Error
    ? { error: error.name, reason: error.message, stack: error.stack }
    : { error: typeof error, reason: String(error) };
