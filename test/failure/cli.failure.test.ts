// The terminal client as a user runs it, against a real server: what it prints, how it ends, and a kill in mid-answer.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readMessages } from "../support/harness/api.ts";
import { run as runProgram } from "../support/run.ts";
import { openStage, type Stage } from "../support/stage.ts";

const PASSWORD = "correct horse battery staple";

describe("the terminal client", () => {
  let stage: Stage;
  const home = mkdtempSync(join(tmpdir(), "edgewise-cli-"));

  const env = { XDG_CONFIG_HOME: home, NODE_NO_WARNINGS: "1" };
  const file = join(home, "edgewise", "login.json");
  const stored = () => JSON.parse(readFileSync(file, "utf8"));
  /** As after a day. */
  const expire = () => writeFileSync(file, JSON.stringify({ ...stored(), access_token: "expired" }));

  /** One command; `heard` sees what it has printed so far. */
  const run = (args: string[], input = "", heard: (out: string) => void = () => {}, script = "scripts/cli.mjs") =>
    runProgram(process.execPath, [script, ...args], { input, heard, env });

  beforeAll(async () => {
    stage = await openStage();
    stage.provider.script(() => ({ words: 40, intervalMs: 20 }));
    await stage.person("cli-ada");
  });
  afterAll(async () => {
    await stage.close();
    rmSync(home, { recursive: true });
  });

  it("says what is wrong in one sentence, and ends with a code for scripts", async () => {
    expect(await run(["fly"])).toEqual({ code: 2, out: "", err: "There is no command fly. See --help.\n" });
    expect((await run(["list", "--colour"])).code).toBe(2);
    expect((await run(["list"])).code).toBe(3);
    expect((await run(["login", "--user", "a", "--password", "b", "--server", "http://127.0.0.1:9"])).code).toBe(5);
    const nowhere = await run(["login", "--user", "a", "--password", "b", "--server", "nonsense"]);
    expect([nowhere.code, nowhere.err]).toEqual([2, "--server is an address such as http://localhost:8787\n"]);
    expect((await run(["list", "--server", stage.server.url])).code).toBe(2);
    const wrong = await run(["login", "--user", "cli-ada", "--password", "wrong", "--server", stage.server.url]);
    expect([wrong.code, wrong.out]).toEqual([3, ""]);
  });

  it("logs in with a password from stdin, and keeps the login for its user alone", async () => {
    const login = await run(["login", "--user", "cli-ada", "--server", stage.server.url], `${PASSWORD}\n`);
    expect([login.code, login.out]).toEqual([0, `Logged in as cli-ada at ${stage.server.url}.\n`]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("shows an answer whole though the server is killed while it is written", async () => {
    let killed: Promise<void> | null = null;
    const kill = async () => {
      await stage.server.kill();
      await stage.server.restart();
    };
    const chat = await run(["chat", "--message", "How long?"], "", (out) => {
      if (out.length > 40) killed ??= kill();
    });
    await killed;
    expect([chat.code, killed === null]).toEqual([0, false]);
    const ada = { id: 0, token: stored().access_token };
    const [, answer] = await readMessages(stage.server.url, ada, 1);
    expect(chat.out).toBe(`${answer?.content}\n`);
  });

  it("fills demo data into a development server, and again makes only what is missing", async () => {
    const seed = () => run(["--server", stage.server.url], "", () => {}, "scripts/seed.mjs");
    const [first, second] = [await seed(), await seed()];
    const numbers = ({ out }: { out: string }) => out.match(/^(Interview|Conversation) \d+/gm);
    expect([first.code, first.err]).toEqual([0, ""]);
    expect(numbers(first)).toHaveLength(2);
    expect([second.code, numbers(second)]).toEqual([0, numbers(first)]);
  });

  it("lists, follows and exports for people and for programs", async () => {
    const list = JSON.parse((await run(["list", "--json"])).out);
    expect(list).toMatchObject([{ id: 1, unread: expect.any(Number) }]);
    const exported = JSON.parse((await run(["export", "1"])).out);
    expect(exported.messages.map(({ role }: { role: string }) => role)).toEqual(["user", "assistant"]);
    expect((await run(["export", "1", "--format", "md"])).out).toContain("> How long?");
    expect((await run(["export", "999"])).code).toBe(4);
    const nowhere = await run(["export", "1", "--out", join(home, "none", "x.json")]);
    expect([nowhere.code, nowhere.err]).toEqual([1, expect.stringMatching(/^ENOENT: no such file[^\n]*\n$/)]);
    const copy = join(home, "1.json");
    expect((await run(["export", "1", "--out", copy])).code).toBe(0);
    expect(JSON.parse(readFileSync(copy, "utf8")).messages).toEqual(exported.messages);
    expect((await run(["search", "long", "--limit", "many"])).code).toBe(2);
    expect((await run(["user", "add", "someone"])).code).toBe(4);
  });

  it("stays logged in when commands run past the end of their token, at once or one within another", async () => {
    expire();
    const together = await Promise.all([1, 2, 3].map(() => run(["list"])));
    expect(together.map(({ code }) => code)).toEqual([0, 0, 0]);

    expire();
    let during: ReturnType<typeof run> | null = null;
    const outer = await run(["chat", "1", "--message", "How long?"], "", () => {
      during ??= run(["list"]);
    });
    expect([outer.code, await during]).toMatchObject([0, { code: 0 }]);
    expect((await run(["list"])).code).toBe(0);
  });

  it("says at once that a conversation or a server is not there, in place of trying for ever", async () => {
    for (const command of [
      ["chat", "999"],
      ["chat", "999", "--message", "Hello"],
      ["tail", "999"],
    ])
      expect(await run(command), command.join(" ")).toMatchObject({ code: 4, out: "" });
    const login = stored();
    writeFileSync(file, JSON.stringify({ ...login, server: "http://127.0.0.1:9" }));
    for (const command of ["chat", "tail"]) expect((await run([command, "1"])).code, command).toBe(5);
    writeFileSync(file, JSON.stringify(login));
  });

  it("answers each line that is piped in, in order", async () => {
    const { code, out } = await run(["chat", "1", "--json"], "one\n\ntwo\nthree");
    const ids = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).message_id);
    const ada = { id: 0, token: stored().access_token };
    const messages = await readMessages(stage.server.url, ada, 1);
    const said = ids.map((id) => messages.find((message) => message.id === id)?.content);
    expect([code, said]).toEqual([0, ["one", "two", "three"]]);
  });

  it("makes nothing when a first message or its model is refused, and counts as read what it has shown", async () => {
    const list = async () => JSON.parse((await run(["list", "--json"])).out);
    const before = (await list()).length;
    expect(await run(["chat", "--message", ""])).toEqual({ code: 2, out: "", err: "--message may not be empty\n" });
    expect((await run(["chat", "--message", "x", "--model", "nosuch:model"])).code).toBe(2);
    expect((await run(["search", "x", "--limit", "1000"])).code).toBe(2);
    expect(await list()).toHaveLength(before);
    expect((await run(["chat", "--message", "Shown"])).code).toBe(0);
    await expect
      .poll(async () => (await list())[0], { timeout: 20_000 })
      .toMatchObject({ unread: 0, last_message: { role: "assistant" } });
    expect(await list()).toHaveLength(before + 1);
  });

  it("leaves unread what it has not shown", async () => {
    const newest = async () => JSON.parse((await run(["list", "--json"])).out)[0];
    const { id } = await newest();
    const elsewhere = await fetch(`${stage.server.url}/api/v1/conversations/${id}/messages`, {
      method: "POST",
      headers: { authorization: `Bearer ${stored().access_token}`, "content-type": "application/json" },
      body: JSON.stringify({ content: "Sent by another program" }),
    });
    expect(elsewhere.ok).toBe(true);
    await expect.poll(newest, { timeout: 20_000 }).toMatchObject({ id, unread: 1 });
    expect((await run(["chat", String(id), "--message", "And this?"])).code).toBe(0);
    await expect.poll(newest, { timeout: 20_000 }).toMatchObject({ id, unread: 2 });
  });

  it("says when a search has found more than it shows", async () => {
    const found = (limit: string) => run(["search", "long", "--limit", limit]);
    await expect
      .poll(async () => (await found("1")).err, { timeout: 20_000 })
      .toBe("These are the latest 1; there are more.\n");
    expect((await found("50")).err).toBe("");
  });

  it("logs out", async () => {
    expect((await run(["logout"])).code).toBe(0);
    expect((await run(["list"])).code).toBe(3);
  });
});
