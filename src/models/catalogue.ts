// Which models there are, from the configuration, and which of them a name means.
import type { Config } from "../env.ts";
import type { Clock } from "../lib/clock.ts";
import { type Outcome, ok, refuse } from "../protocol/errors.ts";
import type { ModelInfo } from "../protocol/rest.ts";
import { BUILTIN_NAME, builtinAssistant } from "./builtin.ts";
import type { Model } from "./model.ts";
import { openAIModels } from "./openai.ts";

/** The provider that a name without one belongs to. */
const DEFAULT_PROVIDER = "openai";
const OPENAI_URL = "https://api.openai.com/v1";
const USUAL_MODEL = "gpt-4o-mini";

export interface Catalogue {
  list(): ModelInfo[];
  /** null: the default model. Refused: `invalid` with field `model`, or `misconfigured` with the variable as field. */
  resolve(name: string | null): Outcome<Model>;
  defaultName: string;
}

interface Provider {
  baseUrl: string;
  apiKey: string | null;
  /** Set when the provider's key should be in this variable and is not. */
  missingKey: string | null;
  /** null: any name. */
  models: readonly string[] | null;
}

type Environment = Record<string, unknown>;

/** `env` is where `api_key_var` names are looked up. */
export function createCatalogue(config: Config, env: object, clock: Clock, send?: typeof fetch): Catalogue {
  const providers = readProviders(config, { ...env });
  const builtin = builtinAssistant(clock);
  const made = new Map<string, ReturnType<typeof openAIModels>>();
  const defaultName = chooseDefault(config, providers);

  function resolve(name: string | null): Outcome<Model> {
    const wanted = name === null ? defaultName : name;
    if (wanted === BUILTIN_NAME) return ok(builtin);
    const { provider: providerName, model } = parseName(wanted);
    const provider = providers.get(providerName);
    if (!provider || !offers(provider, model)) return unknownModel(wanted, name === null);
    if (provider.missingKey)
      return refuse("misconfigured", `The variable ${provider.missingKey} is missing.`, { field: provider.missingKey });
    const create = made.get(providerName) ?? openAIModels({ ...provider, clock, ...(send ? { fetch: send } : {}) });
    made.set(providerName, create);
    return ok(create(`${providerName}:${model}`, model));
  }

  const unknownModel = (wanted: string, isDefault: boolean) => {
    const names = [...providers]
      .filter(([, p]) => !p.missingKey)
      .map(([name, p]) => p.models?.map((m) => `${name}:${m}`) ?? `${name}:…`);
    const known = [BUILTIN_NAME, ...names.flat()].join(", ");
    if (isDefault)
      return refuse("misconfigured", "The variable DEFAULT_MODEL names a model that is not configured.", {
        field: "DEFAULT_MODEL",
      });
    return refuse("invalid", `There is no model "${wanted}" here. Configured: ${known}.`, { field: "model" });
  };

  return { list: () => listModels(providers, defaultName), resolve, defaultName };
}

function readProviders(config: Config, env: Environment): Map<string, Provider> {
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

const fullName = (name: string): string => {
  if (name === BUILTIN_NAME) return name;
  const { provider, model } = parseName(name);
  return `${provider}:${model}`;
};

const offers = ({ models }: Provider, model: string): boolean => model !== "" && (models?.includes(model) ?? true);

/** DEFAULT_MODEL, else the usual one of the default provider, else the first that is named, else the built-in. */
function chooseDefault({ DEFAULT_MODEL }: Config, providers: Map<string, Provider>): string {
  if (DEFAULT_MODEL && (providers.has(DEFAULT_PROVIDER) || parseName(DEFAULT_MODEL).provider !== DEFAULT_PROVIDER))
    return fullName(DEFAULT_MODEL);
  for (const [name, { models, missingKey }] of providers) {
    const model = models ? models[0] : USUAL_MODEL;
    if (model && !missingKey && (models || name === DEFAULT_PROVIDER)) return `${name}:${model}`;
  }
  return BUILTIN_NAME;
}

function listModels(providers: Map<string, Provider>, defaultName: string): ModelInfo[] {
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
