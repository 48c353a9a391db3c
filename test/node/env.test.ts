// What the variables must be (http.md "Configuration"): a wrong one is named, said in one sentence, and never shown.
import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/env.ts";

const JWT_SECRET = "abcdefghijklmnopqrstuvwxyz0123456789";

describe("the configuration", () => {
  it("has a default for everything but a secret of one's own", () => {
    expect(readConfig({})).toMatchObject({ ok: false, error: { code: "misconfigured", field: "JWT_SECRET" } });
    expect(readConfig({ JWT_SECRET })).toMatchObject({
      ok: true,
      value: { ENVIRONMENT: "development", TURN_MAX_S: 900, MESSAGES_PER_MINUTE: 30, ACCESS_TOKEN_TTL_S: 86_400 },
    });
  });

  it("takes numbers and tables as wrangler.toml writes them, and empty as unset", () => {
    const config = readConfig({
      JWT_SECRET,
      TURN_MAX_S: 60,
      MODEL_PROVIDERS: { mine: { base_url: "http://localhost:1234/v1" } },
      DEFAULT_MODEL: "",
      DB: {},
    });
    expect(config).toMatchObject({
      ok: true,
      value: { TURN_MAX_S: 60, MODEL_PROVIDERS: { mine: { base_url: "http://localhost:1234/v1", kind: "openai" } } },
    });
  });

  it.each([
    [{ JWT_SECRET: "short" }, "JWT_SECRET", "must be at least 32 bytes long"],
    [{ JWT_SECRET, TURN_MAX_S: "abc" }, "TURN_MAX_S", "must be a number of seconds, 1 or more"],
    [{ JWT_SECRET, TURN_STALL_S: "0" }, "TURN_STALL_S", "must be a number of seconds, 1 or more"],
    [{ JWT_SECRET, MESSAGES_PER_MINUTE: "-1" }, "MESSAGES_PER_MINUTE", "must be a whole number, 0 for no limit"],
    [{ JWT_SECRET, ENVIRONMENT: "prod" }, "ENVIRONMENT", "must be one of: development, production"],
    [{ JWT_SECRET, OPENAI_BASE_URL: "x" }, "OPENAI_BASE_URL", "must be an address such as https://host/path"],
    [{ JWT_SECRET, MODEL_PROVIDERS: "{" }, "MODEL_PROVIDERS", "must be JSON"],
    [
      { JWT_SECRET, MODEL_PROVIDERS: { a: { base_url: "b" } } },
      "MODEL_PROVIDERS",
      "must be an address such as https://host/path (at a.base_url)",
    ],
    [{ JWT_SECRET, ENVIRONMENT: "production" }, "ALLOWED_ORIGINS", "is missing: name the origins of your pages"],
    [
      { JWT_SECRET, ALLOWED_ORIGINS: "*" },
      "ALLOWED_ORIGINS",
      "must be origins such as https://app.example.org, separated by commas (at 0)",
    ],
  ])("of %o names the variable %s and what it must be", (variables, field, must) => {
    expect(readConfig(variables)).toEqual({
      ok: false,
      error: { code: "misconfigured", field, message: `The variable ${field} ${must}.` },
    });
  });
});
