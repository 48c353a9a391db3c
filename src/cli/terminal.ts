// The terminal: what is written to it, and what is asked of whoever sits there.
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { EXIT } from "./failure.ts";

/** Without what a terminal would take for a command: text comes from others (escape sequences, control characters). */
export const plain = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "");

export const say = (text: string): void => void process.stdout.write(`${text}\n`);
export const json = (value: unknown): void => say(JSON.stringify(value));

/** Nobody reads on (`| head`), or the disk is full: nothing more can be said, and the process ends. */
export function endWithOutput(): void {
  process.stderr.on("error", () => process.exit(EXIT.unread));
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(EXIT.unread);
    process.stderr.write(`The output could not be written: ${error.message}.\n`);
    process.exit(EXIT.failed);
  });
}

/** Lines until the end of the input; one reader for them all, or what it has read ahead would go with it. */
export async function* lines(question: string): AsyncGenerator<string> {
  const terminal = process.stdin.isTTY === true;
  const input = createInterface({ input: process.stdin, output: process.stderr, terminal, prompt: question });
  // readline takes Ctrl-C for itself: whoever listens for SIGINT is told here.
  input.on("SIGINT", () => process.emit("SIGINT") || input.close());
  if (terminal) input.prompt();
  for await (const line of input) {
    yield line;
    if (terminal) input.prompt();
  }
}

/** One line; null at the end of the input. `secret`: it is not shown. */
export async function ask(question: string, secret = false): Promise<string | null> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = process.stdin.isTTY === true;
  if (secret && terminal) process.stderr.write(question);
  const lines = createInterface({ input: process.stdin, output: secret ? silent : process.stderr, terminal });
  try {
    const line = await Promise.race([
      lines.question(secret || !terminal ? "" : question),
      new Promise<null>((resolve) => lines.once("close", () => resolve(null))),
    ]);
    if (secret && terminal) process.stderr.write("\n");
    return line;
  } finally {
    lines.close();
  }
}
