// Runs a command in this process's group and ends the whole group when whoever started it is gone, however it went:
// its end of our standard input closes. Used as: node leash.mjs COMMAND ARGUMENTS…, in a process group of its own.
import { spawn } from "node:child_process";

const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
const endGroup = () => process.kill(-process.pid, "SIGKILL");

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {}); // the command got it too
process.stdin.on("close", endGroup).on("error", endGroup).resume();
child.on("error", endGroup);
child.on("exit", (code) => process.exit(code ?? 1));
