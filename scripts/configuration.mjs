// The local configuration: secrets in .dev.vars, and the check that stops a start with a wrong variable.
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs, parseEnv } from "node:util";
import { unstable_readConfig as readWranglerConfig } from "wrangler";
import { readConfig } from "../src/env.ts";

const FILE = ".dev.vars";

/** What this script must know of the options that go to wrangler: where data lies, and which variables are set. */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    strict: false,
    options: { "persist-to": { type: "string" }, var: { type: "string", multiple: true } },
  });
  const pairs = (values.var ?? []).map((pair) => {
    const colon = pair.indexOf(":");
    return [pair.slice(0, colon), pair.slice(colon + 1)];
  });
  const folder = values["persist-to"];
  return { persistTo: folder ? ["--persist-to", folder] : [], variables: Object.fromEntries(pairs) };
}

/** Writes .dev.vars when there is none; true when it did. */
export function writeSecrets() {
  if (existsSync(FILE)) return false;
  const secret = () => randomBytes(32).toString("base64url");
  const text = [
    "# Secrets of this machine, read by `wrangler dev`. Not for the repository.",
    `JWT_SECRET=${secret()}`,
    `PASSWORD_PEPPER=${secret()}`,
    "",
  ].join("\n");
  writeFileSync(FILE, text, { mode: 0o600 });
  return true;
}

/** What the server will be told, or the first wrong variable. Later sources win: wrangler.toml, .dev.vars, --var. */
export function readConfiguration(fromOptions) {
  const { vars } = readWranglerConfig({ config: "wrangler.toml" });
  return readConfig({ ...vars, ...parseEnv(readFileSync(FILE, "utf8")), ...fromOptions });
}
