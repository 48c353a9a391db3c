// The file of a login that several commands share: who renews it, who takes what another has written.
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { forgetLogin, type Login, readLogin, renewalOf, writeLogin } from "../../../src/cli/session-file.ts";

const tokens = (n: number) => ({ access_token: `access-${n}`, refresh_token: `refresh-${n}` });
const LOGIN: Login = { id: "ann's", server: "http://chat.test", ...tokens(1) };
const BOBS: Login = { id: "bob's", server: "http://chat.test", ...tokens(7) };

describe("a login that several commands share", () => {
  let home: string;
  const file = (name: string) => join(home, "edgewise", name);
  let spent = 0;
  const spend = async () => {
    spent += 1;
    return tokens(2);
  };

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "edgewise-login-"));
    vi.stubEnv("XDG_CONFIG_HOME", home);
    spent = 0;
    writeLogin(LOGIN);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(home, { recursive: true });
  });

  it("is kept as soon as it is renewed, for its user alone, and nothing is left beside it", async () => {
    await renewalOf(LOGIN)(tokens(1), spend);
    expect(readLogin()).toEqual({ ...LOGIN, ...tokens(2) });
    expect(statSync(file("login.json")).mode & 0o777).toBe(0o600);
    expect(readdirSync(file("."))).toEqual(["login.json"]);
  });

  it("is renewed by one of those that ask at once; the others take what it wrote", async () => {
    const renewed = await Promise.all([1, 2, 3].map(() => renewalOf(LOGIN)(tokens(1), spend)));
    expect(spent).toBe(1);
    expect(renewed).toMatchObject([tokens(2), tokens(2), tokens(2)]);
  });

  it("is not renewed, and not written over, once somebody has logged out or in as another", async () => {
    writeLogin(BOBS);
    await expect(renewalOf(LOGIN)(tokens(1), spend)).rejects.toThrow("You are not logged in");
    expect(readLogin()).toEqual(BOBS);
    forgetLogin();
    await expect(renewalOf(LOGIN)(tokens(1), spend)).rejects.toThrow("You are not logged in");
    expect([readLogin(), spent]).toEqual([null, 0]);
  });

  it("stays another's who has logged in while it was being renewed", async () => {
    await renewalOf(LOGIN)(tokens(1), async () => {
      writeLogin(BOBS);
      return tokens(2);
    });
    expect(readLogin()).toEqual(BOBS);
  });

  it("can be renewed after a renewal that failed, and after one that was killed", async () => {
    await expect(renewalOf(LOGIN)(tokens(1), () => Promise.reject(new Error("No way.")))).rejects.toThrow("No way.");
    expect(existsSync(file("login.json.lock"))).toBe(false);
    writeFileSync(file("login.json.lock"), "");
    utimesSync(file("login.json.lock"), 0, 0);
    expect(await renewalOf(LOGIN)(tokens(1), spend)).toMatchObject(tokens(2));
  });
});
