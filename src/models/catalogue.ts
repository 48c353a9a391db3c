// Which models there are, from the configuration, and which of them a name means.
import type { Config } from "../env.ts";
import type { Clock } from "../lib/clock.ts";
import { type Outcome, ok, refuse } from "../protocol/errors.ts";
import type { ModelInfo } from "../protocol/rest.ts";
import { BUILTIN_NAME, builtinModels } from "./builtin.ts";
import { BUILTIN_INTERVIEW_NAME } from "./builtin-interview.ts";
import type { Model } from "./model.ts";
import { openAIModels } from "./openai.ts";

/** The provider that a name without one belongs to. */
const DEFAULT_PROVIDER = "openai";
export const OPENAI_URL = "https://api.openai.com/v1";
const USUAL_MODEL = "gpt-4o-mini";

export interface Catalogue {
  list(): ModelInfo[];
  /** Is it on the list, by its whole name or by the name that it has at the default provider? */
  lists(name: string): boolean;
  /** null: the default model. Refused: `invalid` with field `model`, or `misconfigured` with the variable as field. */
  resolve(name: string | null): Outcome<Model>;
  defaultName: string;
  /** What takes interviews: the default model, unless that is a built-in one. */
  interviewerName: string;
}

interface Provider {
  baseUrl: string;
  apiKey: string | null;
  /** Set when the provider's key should be in this variable and is not. */
  missingKey: string | null;
  /** null: any name. */
  models: readonly string[] | null;
}

type Providers = ReadonlyMap<string, Provider>;

/** `env` is where `api_key_var` names are looked up. */
export function createCatalogue(config: Config, env: object, clock: Clock, send?: typeof fetch): Catalogue {
  const providers = readProviders(config, { ...env });
  const builtin = builtinModels(clock);
  const connected = new Map<string, ReturnType<typeof openAIModels>>();
  const defaultName = chooseDefault(config, providers);

  /** One client for all models of a provider. */
  function connect(name: string, provider: Provider) {
    const models = connected.get(name) ?? openAIModels({ ...provider, clock, ...(send ? { fetch: send } : {}) });
    connected.set(name, models);
    return models;
  }

  return {
    list: () => listModels(providers, defaultName),
    lists(name) {
      const { provider, model } = parseName(name);
      const listed = listModels(providers, defaultName).map((info) => info.name);
      return listed.includes(name) || listed.includes(`${provider}:${model}`);
    },
    defaultName,
    interviewerName: builtin.has(defaultName) ? BUILTIN_INTERVIEW_NAME : defaultName,
    resolve(name) {
      const wanted = name ?? defaultName;
      const own = builtin.get(wanted);
      if (own) return ok(own);
      const { provider: providerName, model } = parseName(wanted);
      const provider = providers.get(providerName);
      if (!provider || !offers(provider, model))
        return name === null ? wrongDefault() : unknownModel(providers, wanted);
      if (provider.missingKey) return missingVariable(provider.missingKey);
      return ok(connect(providerName, provider)(`${providerName}:${model}`, model));
    },
  };
}

const wrongDefault = () =>
  refuse("misconfigured", "The variable DEFAULT_MODEL names a model that is not configured.", {
    field: "DEFAULT_MODEL",
  });

const missingVariable = (name: string) => refuse("misconfigured", `The variable ${name} is missing.`, { field: name });

function unknownModel(providers: Providers, wanted: string) {
  const usable = [...providers].filter(([, { missingKey }]) => !missingKey);
  const names = usable.flatMap(([name, { models }]) => models?.map((model) => `${name}:${model}`) ?? [`${name}:…`]);
  const known = [BUILTIN_NAME, ...names].join(", ");
  return refuse("invalid", `There is no model "${wanted}" here. Configured: ${known}.`, { field: "model" });
}

function readProviders(config: Config, env: Record<string, unknown>): Providers {
  const providers = new Map<string, Provider>();
  if (config.OPENAI_API_KEY || config.OPENAI_BASE_URL)
    providers.set(DEFAULT_PROVIDER, {
      baseUrl: config.OPENAI_BASE_URL ?? OPENAI_URL,
      apiKey: config.OPENAI_API_KEY ?? null,
      missingKey: null,
      models: null,
    });
  for (const [name, { base_url, api_key_var, models }] of Object.entries(config.MODEL_PROVIDERS)) {
    const key = api_key_var ? env[api_key_var] : undefined;
    const apiKey = typeof key === "string" && key.trim() ? key.trim() : null;
    const missingKey = api_key_var && !apiKey ? api_key_var : null;
    providers.set(name, { baseUrl: base_url, apiKey, missingKey, models: models ?? null });
  }
  return providers;
}

/** `provider:model`; a name without a provider belongs to the default one. */
function parseName(name: string): { provider: string; model: string } {
  const colon = name.indexOf(":");
  if (colon < 0) return { provider: DEFAULT_PROVIDER, model: name };
  return { provider: name.slice(0, colon), model: name.slice(colon + 1) };
}

const offers = ({ models }: Provider, model: string): boolean => model !== "" && (models?.includes(model) ?? true);

/** DEFAULT_MODEL, else the usual one of the default provider, else the first that is named, else the built-in. */
function chooseDefault({ DEFAULT_MODEL }: Config, providers: Providers): string {
  if (DEFAULT_MODEL === BUILTIN_NAME) return BUILTIN_NAME;
  if (DEFAULT_MODEL) {
    const { provider, model } = parseName(DEFAULT_MODEL);
    // The usual provider without a key is one not yet set up; any other name that is not known is a mistake to be told.
    if (providers.has(provider) || provider !== DEFAULT_PROVIDER) return `${provider}:${model}`;
  }
  for (const [name, { models, missingKey }] of providers) {
    const model = models ? models[0] : USUAL_MODEL;
    if (model && !missingKey && (models || name === DEFAULT_PROVIDER)) return `${name}:${model}`;
  }
  return BUILTIN_NAME;
}

function listModels(providers: Providers, defaultName: string): ModelInfo[] {
  const names = new Set([BUILTIN_NAME, `${DEFAULT_PROVIDER}:${USUAL_MODEL}`, defaultName]);
  for (const [name, { models }] of providers) for (const model of models ?? []) names.add(`${name}:${model}`);
  return [...names].map((name) => {
    const builtin = name === BUILTIN_NAME;
    const { provider, model } = parseName(name);
    const at = providers.get(provider);
    const configured = builtin || (at !== undefined && !at.missingKey && offers(at, model));
    return { name, provider: builtin ? "builtin" : provider, configured, default: name === defaultName, builtin };
  });
}
