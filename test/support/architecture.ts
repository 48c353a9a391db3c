// The rules of docs/architecture.md as functions over sources: each answers what breaks it, one sentence a fault.
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

export interface Source {
  /** From the project's root, with slashes. */
  path: string;
  text: string;
}

const MAX_LINES = 400;

/** Folder of src/ → what it may import besides itself; null: everything. `env.ts` is the parsed configuration. */
const MAY_IMPORT: Record<string, readonly string[] | null> = {
  "worker.ts": null,
  "env.ts": ["lib", "protocol"],
  protocol: [],
  client: ["protocol"],
  web: ["client", "protocol"],
  cli: ["client", "protocol"],
  lib: [],
  auth: ["env.ts", "lib", "protocol", "store"],
  store: ["lib", "protocol"],
  models: ["env.ts", "lib", "protocol"],
  files: ["lib", "protocol"],
  conversation: ["env.ts", "lib", "protocol", "auth", "store", "models", "files"],
  user: ["env.ts", "lib", "protocol", "auth", "store"],
  project: ["env.ts", "lib", "protocol", "auth", "store"],
  vocabularies: ["protocol"],
  gateway: ["env.ts", "lib", "protocol", "auth", "store", "models", "conversation", "vocabularies"],
  http: [
    "env.ts",
    "lib",
    "protocol",
    "auth",
    "store",
    "models",
    "conversation",
    "project",
    "user",
    "gateway",
    "files",
    "package.json",
  ],
};

/** Packages that a folder which runs in browsers may use; the others choose freely. */
const PACKAGES: Record<string, readonly string[]> = {
  protocol: ["zod"],
  client: ["zod", "partysocket", "react"],
};

/** The folders of Durable Objects: the files that query there, each with the tables that it alone writes. */
const OBJECTS: Record<string, Record<string, readonly string[]>> = {
  conversation: {
    "journal.ts": ["conversation", "message", "receipt", "event", "ticket"],
    "members.ts": ["member"],
    "ledger.ts": ["turn", "attempt", "chunk"],
    "invitations.ts": ["invitation"],
    "parties.ts": ["party"],
    "shards.ts": ["gateway"],
    "absences.ts": ["absence"],
    "summaries.ts": ["summary"],
    "files.ts": ["file", "link_key"],
  },
  gateway: {
    "tables.ts": ["socket", "follow", "project_follow", "sent", "moved", "headcount"],
  },
  project: {
    "tables.ts": ["gateway", "document", "unspread"],
  },
  user: {
    "tables.ts": ["profile", "sessions", "spent_tokens", "tickets", "places", "orders", "loans", "spending"],
  },
};

/** All TypeScript of a folder. */
export function readSources(folder: string): Source[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => ({ path: posix.join(folder, name), text: readFileSync(join(folder, name), "utf8") }));
}

const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");

function importsOf({ path, text }: Source): { file: string | null; name: string }[] {
  const names = [...withoutComments(text).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"\s]+)"/g)].map((m) => m[1] ?? "");
  return names.map((name) => ({ name, file: name.startsWith(".") ? posix.join(posix.dirname(path), name) : null }));
}

const folderOf = (path: string): string => path.split("/")[1] ?? path;
const packageOf = (name: string): string =>
  name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");

/** Imports that point the wrong way. */
export function wrongImports(sources: Source[]): string[] {
  return sources.flatMap((source) => {
    const from = folderOf(source.path);
    const allowed = MAY_IMPORT[from];
    if (allowed === undefined) return [`${source.path}: the folder ${from} is not in the table`];
    return importsOf(source).flatMap(({ file, name }) => {
      if (file === null) {
        const packages = PACKAGES[from];
        return packages && !packages.includes(packageOf(name)) ? [`${source.path} imports the package ${name}`] : [];
      }
      const to = folderOf(file);
      return to === from || allowed === null || allowed.includes(to) ? [] : [`${source.path} imports ${file}`];
    });
  });
}

/** Files that import each other in a circle; imports of types alone count too. */
export function cycles(sources: Source[]): string[] {
  const edges = new Map(sources.map((source) => [source.path, importsOf(source).flatMap(({ file }) => file ?? [])]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: string[]) => {
    const start = trail.indexOf(path);
    if (start >= 0) found.push([...trail.slice(start), path].join(" → "));
    if (start >= 0 || done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return found;
}

export const longFiles = (sources: Source[]): string[] =>
  sources
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split("\n").length }))
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ path, lines }) => `${path} has ${lines} lines`);

const STATEMENT = /\b(SELECT\b[^"`]*\bFROM|INSERT (OR \w+ )?INTO|UPDATE \w+\s+SET|DELETE FROM|CREATE (TABLE|INDEX))\b/;

const WRITES = /\b(?:INSERT (?:OR \w+ )?INTO|UPDATE|DELETE FROM) (\w+)\b(?=\s+(?:SET|VALUES|WHERE|\()|["`])/g;

/** SQL belongs to store/ and to an object's files that own tables; `tables.ts` makes the tables. */
export function strayStatements(sources: Source[]): string[] {
  return sources.flatMap(({ path, text }) => {
    const [folder, file] = [folderOf(path), posix.basename(path)];
    const code = withoutComments(text);
    if (folder === "store" || !STATEMENT.test(code)) return [];
    const owned = OBJECTS[folder]?.[file];
    if (!owned) return OBJECTS[folder] && file === "tables.ts" ? [] : [`${path} has SQL`];
    const written = [...code.matchAll(WRITES)].map((match) => match[1] ?? "");
    return [...new Set(written)].filter((table) => !owned.includes(table)).map((table) => `${path} writes ${table}`);
  });
}

interface Ban {
  pattern: RegExp;
  because: string;
  /** Files that may have it. */
  except?: RegExp;
  /** It acts from within a comment. */
  inComments?: true;
}

const BANS: Ban[] = [
  { pattern: /\bas any\b|:\s*any\b|<any\b|\bany\[\]/, because: "`any` turns checking off" },
  { pattern: /@ts-(ignore|nocheck)/, because: "an error of types is solved, not hidden", inComments: true },
  { pattern: /\ballowUnconfirmed\b/, because: "what is promised waits for the disk (reliability.md §2.1)" },
  { pattern: /\broutePartykitRequest\b/, because: "it hands raw requests to objects (security.md §6)" },
  { pattern: /\.setAlarm\(/, because: "an object has one alarm", except: /^src\/lib\/schedule\.ts$/ },
  {
    pattern: /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bset(Timeout|Interval)\(/,
    because: "time and randomness are injected",
    except: /^src\/(lib\/(clock|log)\.ts|client\/environment\.ts|web\/)/,
  },
];

/** Things that may not stand in a source at all, or in few files only. */
export function forbidden(sources: Source[]): string[] {
  return sources.flatMap(({ path, text }) => {
    const code = withoutComments(text);
    return BANS.flatMap(({ pattern, because, except, inComments }) => {
      const found = (inComments ? text : code).match(pattern);
      return found && !except?.test(path) ? [`${path} has ${found[0]}: ${because}`] : [];
    });
  });
}
