// An entry over the worker's own, for tests that kill one object and leave the process and all others alive.

import { writeFileSync } from "node:fs";
import { join } from "node:path";

const ENTRY = `
import worker, { ConversationServer as Conversation, GatewayServer as Gateway } from "./worker.js";
export * from "./worker.js";
export class ConversationServer extends Conversation { die() { this.ctx.abort("killed by a test"); } }
export class GatewayServer extends Gateway { die() { this.ctx.abort("killed by a test"); } }
export default {
  async fetch(request, env, ctx) {
    const [, binding, name] = /^\\/test\\/kill\\/([A-Z]+)\\/(.+)$/.exec(new URL(request.url).pathname) ?? [];
    if (!binding) return worker.fetch(request, env, ctx);
    await env[binding].getByName(name).die().catch(() => {});
    return new Response("killed");
  },
};`;

/** Puts the entry before the worker's modules in `dir`. */
export function addMortalEntry(dir: string, modules: readonly string[]): string[] {
  writeFileSync(join(dir, "mortal.js"), ENTRY);
  return ["mortal.js", ...modules];
}

/** Its memory and its sockets are gone; what it stored is not. */
export async function killObject(url: string, binding: "GATEWAY" | "CONVERSATION", name: string): Promise<void> {
  const answer = await (await fetch(`${url}/test/kill/${binding}/${name}`)).text();
  if (answer !== "killed") throw new Error("This server was not started with mortal objects.");
}
