// Lines from somebody who sits at a terminal: a real one (Python's `pty`), with a program that reads it; and what becomes of
// a program whose own lines nobody takes.
import { expect, it } from "vitest";
import { hasPython, PYTHON, run } from "../../support/run.ts";

/** Types `argv[1]` at once when the program `argv[2:]` asks, and prints what it has written until it ends. */
const TYPIST = `
import os, pty, select, sys
pid, terminal = pty.fork()
if pid == 0: os.execvp(sys.argv[2], sys.argv[2:])
seen = b""
def heard():
    global seen
    if not select.select([terminal], [], [], 20)[0]: return False
    try: piece = os.read(terminal, 4096)
    except OSError: return False
    seen += piece
    return piece != b""
while b"> " not in seen and heard(): pass
os.write(terminal, sys.argv[1].encode())
while b"END" not in seen and heard(): pass
os.close(terminal)
os.waitpid(pid, 0)
sys.stdout.buffer.write(seen)
`;
const READER = `
const { lines } = await import(process.argv[1]);
for await (const line of lines("> ")) {
  await new Promise(setImmediate);
  console.log("read " + line);
}
console.log("END");
`;
const TERMINAL = new URL("../../../src/cli/terminal.ts", import.meta.url).href;

it.skipIf(!hasPython)("Lines that are pasted into a terminal at once are all read, up to Ctrl-D", async () => {
  const reader = [process.execPath, "--no-warnings", "--input-type=module", "-e", READER, TERMINAL];
  const { out } = await run(PYTHON, ["-c", TYPIST, "one\rtwo\rthree\r\u0004", ...reader]);
  expect(out.match(/read \w+|END/g)).toEqual(["read one", "read two", "read three", "END"]);
});

const WRITER = `
const { endWithOutput, say } = await import(process.argv[1]);
endWithOutput();
for (let n = 0; n < 10_000; n++) {
  say("line " + n);
  await new Promise(setImmediate);
}
`;
const WRITING = [process.execPath, "--no-warnings", "--input-type=module", "-e", WRITER, TERMINAL];
const written = (whither: string) =>
  run("/bin/bash", ["-c", `"$0" "$@" ${whither}; echo "code \${PIPESTATUS[0]}"`, ...WRITING]);

it("A reader that goes away ends the program quietly, with the code of SIGPIPE", async () => {
  expect(await written("| head -n 1")).toEqual({ code: 0, out: "line 0\ncode 141\n", err: "" });
});

it("A full disk is said in one sentence", async () => {
  const { out, err } = await written("> /dev/full");
  expect([out, err]).toEqual(["code 1\n", expect.stringMatching(/^The output could not be written: ENOSPC[^\n]*\n$/)]);
});
