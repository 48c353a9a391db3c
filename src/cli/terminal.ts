// The terminal: what is written to it, and what is asked of whoever sits there.
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

/** Without what a terminal would take for a command: text comes from others (escape sequences, control characters). */
export const plain = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "");

export const say = (text: string): void => void process.stdout.write(`${text}\n`);
export const json = (value: unknown): void => say(JSON.stringify(value));

/** Lines until the end of the input; a terminal's are asked for one by one. */
export async function* lines(question: string): AsyncGenerator<string> {
  if (process.stdin.isTTY === true)
    for (let line = await ask(question); line !== null; line = await ask(question)) yield line;
  else yield* createInterface({ input: process.stdin });
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
