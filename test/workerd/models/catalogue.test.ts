// Which models there are, and which of them a name means.
import { describe, expect, it } from "vitest";
import { readConfig } from "../../../src/env.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { type Catalogue, createCatalogue } from "../../../src/models/catalogue.ts";
import { asking, collect } from "../../support/collect.ts";

interface Sent {
  url: string;
  authorization: string | null;
  model: unknown;
}

function catalogue(variables: Record<string, string>): Catalogue & { sent: Sent[] } {
  const env = { JWT_SECRET: "catalogue-test-0123456789-abcdefghij", ...variables };
  const config = readConfig(env);
  if (!config.ok) throw new Error(config.error.message);
  const sent: Sent[] = [];
  const send: typeof fetch = async (url, init) => {
    const body: { model: unknown } = JSON.parse(String(init?.body));
    sent.push({ url: String(url), authorization: new Headers(init?.headers).get("authorization"), model: body.model });
    return new Response("data: [DONE]\n\n", { headers: { "content-type": "text/event-stream" } });
  };
  return { ...createCatalogue(config.value, env, systemClock, send), sent };
}

const nameOf = ({ resolve }: Catalogue, name: string | null) => {
  const model = resolve(name);
  return model.ok ? model.value.name : model.error;
};

const GROQ = JSON.stringify({
  groq: { base_url: "https://groq.example/v1", api_key_var: "GROQ_KEY", models: ["llama-3", "qwen:32b"] },
  local: { base_url: "http://127.0.0.1:11434/v1" },
});

describe("with nothing configured", () => {
  const here = catalogue({});

  it("the built-in assistant is the default", () => {
    expect(here.defaultName).toBe("builtin/assistant");
    expect(nameOf(here, null)).toBe("builtin/assistant");
  });

  it("lists what there is and what could be", () => {
    expect(here.list()).toEqual([
      { name: "builtin/assistant", provider: "builtin", configured: true, default: true, builtin: true },
      { name: "openai:gpt-4o-mini", provider: "openai", configured: false, default: false, builtin: false },
    ]);
  });

  it("another model is invalid, and the answer says which there are", () => {
    expect(nameOf(here, "gpt-4o")).toEqual({
      code: "invalid",
      field: "model",
      message: 'There is no model "gpt-4o" here. Configured: builtin/assistant.',
    });
  });

  it("a DEFAULT_MODEL whose provider has no key yet leaves the built-in one", () => {
    expect(catalogue({ DEFAULT_MODEL: "gpt-4o" }).defaultName).toBe("builtin/assistant");
  });
});

describe("the default provider", () => {
  it.each([
    ["a key", { OPENAI_API_KEY: "sk-1" }, "https://api.openai.com/v1/chat/completions", "Bearer sk-1"],
    ["a base URL", { OPENAI_BASE_URL: "http://127.0.0.1:1/v1" }, "http://127.0.0.1:1/v1/chat/completions", null],
    [
      "both",
      { OPENAI_API_KEY: "sk-1", OPENAI_BASE_URL: "http://127.0.0.1:1/v1" },
      "http://127.0.0.1:1/v1/chat/completions",
      "Bearer sk-1",
    ],
  ])("is configured by %s", async (_, variables, url, authorization) => {
    const here = catalogue(variables);
    const model = here.resolve(null);
    if (!model.ok) throw new Error(model.error.message);
    await collect(model.value, asking("hello"));
    expect(here.sent).toEqual([{ url, authorization, model: "gpt-4o-mini" }]);
  });

  it("has any model, and those named without a provider", () => {
    const here = catalogue({ OPENAI_API_KEY: "sk-1" });
    expect(nameOf(here, "gpt-9")).toBe("openai:gpt-9");
    expect(nameOf(here, "openai:ft:gpt-9:us")).toBe("openai:ft:gpt-9:us");
    expect(nameOf(here, "builtin/assistant")).toBe("builtin/assistant");
  });

  it("answers with DEFAULT_MODEL when nobody chose", () => {
    const here = catalogue({ OPENAI_API_KEY: "sk-1", DEFAULT_MODEL: "gpt-9" });
    expect(here.defaultName).toBe("openai:gpt-9");
    expect(here.list().find((model) => model.default)).toMatchObject({ name: "openai:gpt-9", configured: true });
  });
});

it("the built-in assistant can be chosen as the default", () => {
  expect(catalogue({ OPENAI_API_KEY: "sk-1", DEFAULT_MODEL: "builtin/assistant" }).defaultName).toBe(
    "builtin/assistant",
  );
  const others = { MODEL_PROVIDERS: GROQ, GROQ_KEY: "gk-1", DEFAULT_MODEL: "builtin/assistant" };
  expect(catalogue(others).defaultName).toBe("builtin/assistant");
});

describe("further providers", () => {
  it("are called name:model, each with its own address and key", async () => {
    const here = catalogue({ MODEL_PROVIDERS: GROQ, GROQ_KEY: "gk-1", OPENAI_API_KEY: "sk-1" });
    for (const name of ["groq:qwen:32b", "local:anything"]) {
      const model = here.resolve(name);
      if (!model.ok) throw new Error(model.error.message);
      await collect(model.value, asking("hello"));
    }
    expect(here.sent).toEqual([
      { url: "https://groq.example/v1/chat/completions", authorization: "Bearer gk-1", model: "qwen:32b" },
      { url: "http://127.0.0.1:11434/v1/chat/completions", authorization: null, model: "anything" },
    ]);
  });

  it("have only the models that are listed, where any are", () => {
    const here = catalogue({ MODEL_PROVIDERS: GROQ, GROQ_KEY: "gk-1" });
    expect(nameOf(here, "groq:llama-9")).toMatchObject({ code: "invalid", field: "model" });
    expect(nameOf(here, "groq:")).toMatchObject({ code: "invalid", field: "model" });
    expect(nameOf(here, "nowhere:llama-3")).toEqual({
      code: "invalid",
      field: "model",
      message:
        'There is no model "nowhere:llama-3" here. Configured: builtin/assistant, groq:llama-3, groq:qwen:32b, local:….',
    });
  });

  it("answer by default when there is no default provider", () => {
    expect(catalogue({ MODEL_PROVIDERS: GROQ, GROQ_KEY: "gk-1" }).defaultName).toBe("groq:llama-3");
    expect(catalogue({ MODEL_PROVIDERS: GROQ, DEFAULT_MODEL: "local:x" }).defaultName).toBe("local:x");
  });

  it("without their key are listed as not configured, and say which variable is missing", () => {
    const here = catalogue({ MODEL_PROVIDERS: GROQ });
    expect(here.defaultName).toBe("builtin/assistant");
    expect(here.list().find(({ name }) => name === "groq:llama-3")?.configured).toBe(false);
    expect(nameOf(here, "groq:llama-3")).toMatchObject({ code: "misconfigured", field: "GROQ_KEY" });
  });
});

it("a DEFAULT_MODEL of an unknown provider is an error of the configuration, not of the person who asked", () => {
  const here = catalogue({ DEFAULT_MODEL: "nowhere:x" });
  expect(nameOf(here, null)).toMatchObject({ code: "misconfigured", field: "DEFAULT_MODEL" });
});

it("a name is on the list with its provider, or without the default one; what a provider merely takes is not", () => {
  const models = catalogue({
    OPENAI_BASE_URL: "http://127.0.0.1:1/v1",
    DEFAULT_MODEL: "openai:harness",
    MODEL_PROVIDERS: JSON.stringify({ local: { base_url: "http://127.0.0.1:2/v1", models: ["qwen3"] } }),
  });
  for (const name of ["harness", "openai:harness", "local:qwen3", "builtin/assistant"])
    expect(models.lists(name)).toBe(true);
  for (const name of ["llama3.2", "openai:llama3.2", "qwen3", "local:other", ""])
    expect(models.lists(name)).toBe(false);
});
