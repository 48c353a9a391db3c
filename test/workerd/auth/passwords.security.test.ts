// Passwords at rest (security.md §4).
import { describe, expect, it } from "vitest";
import { checkPassword, hashPassword } from "../../../src/auth/passwords.ts";

const quick = { pepper: null, ln: 4 };

describe("a stored password", () => {
  it("is scrypt with N=2^14, r=8, p=5, a 128-bit salt and its parameters beside it", async () => {
    const stored = await hashPassword("correct horse", { pepper: null });
    expect(stored).toMatch(/^\$scrypt\$ln=14,r=8,p=5,k=0\$[\w-]{22}\$[\w-]{43}$/);
    expect(await checkPassword("correct horse", stored, { pepper: null })).toEqual({ match: true, rehash: false });
  });

  it("is never the same twice", async () => {
    expect(await hashPassword("same", quick)).not.toBe(await hashPassword("same", quick));
  });

  it("matches its password and no other", async () => {
    const stored = await hashPassword("correct horse", quick);
    expect(await checkPassword("correct horse", stored, quick)).toEqual({ match: true, rehash: false });
    for (const other of ["", "correct hors", "Correct horse", "correct horse "])
      expect(await checkPassword(other, stored, quick)).toEqual({ match: false });
  });

  it("matches however the letters were composed", async () => {
    const stored = await hashPassword("pässwort", quick);
    expect(await checkPassword("pässwort", stored, quick)).toMatchObject({ match: true });
  });

  it("asks to be hashed again when the cost has changed", async () => {
    const stored = await hashPassword("x", { pepper: null, ln: 3 });
    expect(await checkPassword("x", stored, quick)).toEqual({ match: true, rehash: true });
  });

  it("is useless without the pepper it was made with", async () => {
    const peppered = { ...quick, pepper: "pepper" };
    const stored = await hashPassword("x", peppered);
    expect(await checkPassword("x", stored, peppered)).toEqual({ match: true, rehash: false });
    expect(await checkPassword("x", stored, { ...quick, pepper: "other" })).toEqual({ match: false });
    expect(await checkPassword("x", stored, quick)).toEqual({ match: false });
  });

  it("made before there was a pepper still matches, and asks to be hashed again", async () => {
    const stored = await hashPassword("x", quick);
    expect(await checkPassword("x", stored, { ...quick, pepper: "pepper" })).toEqual({ match: true, rehash: true });
  });

  it("that cannot be read matches nothing", async () => {
    for (const stored of ["", "plain", "$scrypt$ln=99$x", "$2b$10$abcdefghijklmnopqrstuv"])
      expect(await checkPassword("plain", stored, quick)).toEqual({ match: false });
  });
});

it("an unknown user costs the same work as a known one", async () => {
  const stored = await hashPassword("x", { pepper: null });
  const cost = async (of: string | null) => {
    const started = performance.now();
    await checkPassword("y", of, { pepper: null });
    return performance.now() - started;
  };
  const least = async (of: string | null) => Math.min(await cost(of), await cost(of), await cost(of));
  const [known, unknown] = [await least(stored), await least(null)];
  expect(unknown).toBeGreaterThan(known / 3);
  expect(unknown).toBeLessThan(known * 3);
});
