// The way back after signing up never leads to another site.
import { expect, test } from "vitest";
import { returnAddress, signUpFrom } from "../../../src/web/routes/return-address.ts";

test.each(["/join/abc", "/c/7?message=3"])("who came to %s and signs up comes back to it", (path) => {
  expect(returnAddress(new URL(signUpFrom(path), "https://here.example").search)).toBe(path);
});

test("who came to the start has no address to carry", () => {
  expect(signUpFrom("/")).toBe("/signup");
  expect(returnAddress("")).toBe("/");
});

test.each([
  "https://evil.example",
  "//evil.example",
  "/\\evil.example",
  "javascript:alert(1)",
  "c/7",
  "/\t/evil.example",
])("%j is no way back", (next) => expect(returnAddress(`?next=${encodeURIComponent(next)}`)).toBe("/"));
