// The shape of src/ is a rule, not a habit. Each rule is first shown a source that breaks it.
import { describe, expect, it } from "vitest";
import { cycles, forbidden, longFiles, readSources, strayStatements, wrongImports } from "./support/architecture.ts";

const sources = readSources("src");
const source = (path: string, text: string) => ({ path, text });

it("reads the sources", () => {
  expect(sources.map(({ path }) => path)).toContain("src/conversation/server.ts");
});

describe("imports point one way", () => {
  it.each([
    ["the domain to a door", source("src/conversation/room.ts", 'import { app } from "../http/app.ts";')],
    ["the protocol to anything", source("src/protocol/a.ts", 'import type { Log } from "../lib/log.ts";')],
    ["the page to the server", source("src/web/a.tsx", 'const lazy = import("../store/people.ts");')],
    ["a browser's folder to a server's package", source("src/protocol/a.ts", 'import OpenAI from "openai";')],
    ["a folder that the table does not know", source("src/utils/a.ts", "")],
  ])("refuses %s", (_what, bad) => expect(wrongImports([bad])).toHaveLength(1));

  it("in src/", () => expect(wrongImports(sources)).toEqual([]));
});

describe("no file needs itself", () => {
  it("refuses a circle", () => {
    const bad = [
      source("src/lib/a.ts", 'import { b } from "./b.ts";'),
      source("src/lib/b.ts", 'import { c } from "./c.ts";'),
      source("src/lib/c.ts", 'import type { A } from "./a.ts";'),
    ];
    expect(cycles(bad)).toEqual(["src/lib/a.ts → src/lib/b.ts → src/lib/c.ts → src/lib/a.ts"]);
  });

  it("in src/", () => expect(cycles(sources)).toEqual([]));
});

describe("a file fits a few screens", () => {
  it("refuses 401 lines", () => expect(longFiles([source("src/lib/a.ts", "a;\n".repeat(401))])).toHaveLength(1));

  it("in src/, scripts/ and test/", () => expect(longFiles([...sources, ...readSources("test")])).toEqual([]));
});

describe("SQL is at home in few places", () => {
  it("refuses it in a route", () =>
    expect(strayStatements([source("src/http/a.ts", 'db.prepare("SELECT id FROM users")')])).toHaveLength(1));

  it("refuses it in an object's file that owns no table", () =>
    expect(strayStatements([source("src/conversation/room.ts", 'sql.exec("DELETE FROM message")')])).toHaveLength(1));

  it.each(["DELETE FROM turn", "UPDATE turn SET state = 1", "INSERT OR REPLACE INTO turn VALUES (1)"])(
    "refuses a table with two writers: %s",
    (sql) => {
      const owner = source("src/conversation/journal/ledger.ts", `sql.exec("${sql}")`);
      const other = source("src/conversation/journal/journal.ts", `sql.exec("${sql}")`);
      expect(strayStatements([owner, other])).toEqual(["src/conversation/journal/journal.ts writes turn"]);
    },
  );

  it("in src/", () => expect(strayStatements(sources)).toEqual([]));
});

describe("some things are not written here", () => {
  it.each([
    "const x = value as any;",
    "function f(x: any) {}",
    "// @ts-ignore",
    'storage.put("a", 1, { allowUnconfirmed: true });',
    "return routePartykitRequest(request, env);",
    "await storage.setAlarm(1);",
    "const now = Date.now();",
    "const at = new Date();",
    "const dice = Math.random();",
    "setTimeout(done, 10);",
  ])("refuses %s", (text) => expect(forbidden([source("src/conversation/a.ts", text)])).toHaveLength(1));

  it("knows a comment from code", () =>
    expect(forbidden([source("src/lib/a.ts", "// any: Date.now() is not for us\nconst url = 1; // as any")])).toEqual(
      [],
    ));

  it("in src/", () => expect(forbidden(sources)).toEqual([]));
});
