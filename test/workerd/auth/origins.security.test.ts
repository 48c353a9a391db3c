// Which pages may speak to us (security.md §6).
import { describe, expect, it } from "vitest";
import { originStanding } from "../../../src/auth/origins.ts";
import { type Config, readConfig } from "../../../src/env.ts";

function configured(variables: Record<string, string>): Config {
  const config = readConfig({ JWT_SECRET: "a-secret-of-more-than-32-bytes-0123456789", ...variables });
  if (!config.ok) throw new Error(config.error.message);
  return config.value;
}

const production = configured({
  ENVIRONMENT: "production",
  ALLOWED_ORIGINS: "https://example.org, https://a.example:8443",
});
const development = configured({ ALLOWED_ORIGINS: "https://example.org" });

describe("in production an origin counts only when it is on the list, character by character", () => {
  it.each(["https://example.org", "https://a.example:8443"])("%s is listed", (origin) => {
    expect(originStanding(origin, production)).toBe("listed");
  });

  it.each([
    "http://example.org",
    "https://example.org:8443",
    "https://example.org.evil",
    "https://evilexample.org",
    "https://sub.example.org",
    "https://example.org/",
    "https://EXAMPLE.org",
    "https://a.example",
    "http://localhost:8787",
    "null",
    "*",
  ])("%s is refused", (origin) => {
    expect(originStanding(origin, production)).toBe("refused");
  });

  it("none is none", () => {
    expect(originStanding(null, production)).toBe("absent");
  });

  it("null is refused even when it is on the list", () => {
    const careless = { ...production, ALLOWED_ORIGINS: ["null"] };
    expect(originStanding("null", careless)).toBe("refused");
  });
});

describe("in development", () => {
  it.each(["http://localhost", "http://localhost:5173", "http://127.0.0.1:8787", "https://example.org"])(
    "%s is listed",
    (origin) => expect(originStanding(origin, development)).toBe("listed"),
  );

  it("a page from disk may use a token only", () => {
    expect(originStanding("null", development)).toBe("token");
  });

  it.each(["http://localhost.evil", "http://evil-localhost", "https://evil.example", "http://127.0.0.1.evil:80"])(
    "%s is refused",
    (origin) => expect(originStanding(origin, development)).toBe("refused"),
  );
});
