// The configuration, parsed once: a wrong value names its variable and never shows it.
import * as z from "zod";
import type { LogLevel } from "./lib/log.ts";
import { type Outcome, ok, refuse } from "./protocol/errors.ts";
import "./protocol/reasons.ts";

const seconds = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, { error: "must be a number of seconds, 1 or more" })
  .transform(Number);
const count = z
  .string()
  .regex(/^\d{1,12}$/, { error: "must be a whole number, 0 for no limit" })
  .transform(Number);
const url = z.url({ protocol: /^https?$/, error: "must be an address such as https://host/path" });
const oneOf = <const T extends readonly [string, ...string[]]>(...words: T) =>
  z.enum(words, { error: `must be one of: ${words.join(", ")}` });
const optional = z.string().trim().min(1).optional().catch(undefined);

/** Separated by commas. */
const list = z
  .string()
  .default("")
  .transform((text) =>
    text
      .split(",")
      .map((item) => item.trim())
      .filter(Boolean),
  );

const Provider = z.object({
  base_url: url,
  api_key_var: z.string().optional(),
  kind: z.enum(["openai"]).default("openai"),
  models: z.array(z.string()).optional(),
});

const Variables = z.object({
  ENVIRONMENT: oneOf("development", "production").default("development"),
  JWT_SECRET: z
    .string()
    .refine((s) => new TextEncoder().encode(s).length >= 32, { error: "must be at least 32 bytes long" })
    .refine((s) => new Set(s).size >= 8 && !/changeme|secret-key|your[-_]?secret/i.test(s), {
      error: "must be random, not a well-known default",
    })
    .optional(),
  JWKS_URL: url.optional(),
  JWT_ISSUER: optional,
  JWT_AUDIENCE: optional,
  JWT_ROLE_CLAIM: z.string().default("role"),
  JWT_MAX_AGE_S: seconds.optional(),
  ALLOWED_ORIGINS: list.pipe(
    z.array(
      z.string().regex(/^(https?:\/\/[^/\s*]+|null)$/, {
        error: "must be origins such as https://app.example.org, separated by commas",
      }),
    ),
  ),
  ADMIN_USERS: list,
  ACCESS_TOKEN_TTL_S: seconds.prefault("86400"),
  PASSWORD_PEPPER: optional,
  LOG_LEVEL: oneOf("debug", "info", "warn", "error").default("info"),
  OPENAI_API_KEY: optional,
  OPENAI_BASE_URL: url.optional(),
  DEFAULT_MODEL: optional,
  MODEL_PROVIDERS: z
    .string()
    .optional()
    .transform((text, context) => {
      if (!text) return {};
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: "custom", message: "must be JSON" });
        return z.NEVER;
      }
    })
    .pipe(z.record(z.string().regex(/^[a-z][a-z0-9_-]*$/), Provider)),
  TURN_FIRST_TOKEN_S: seconds.prefault("90"),
  TURN_STALL_S: seconds.prefault("60"),
  TURN_MAX_S: seconds.prefault("900"),
  INTERVIEW_MAX_QUESTIONS: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, { error: "must be a number of questions, 1 or more" })
    .transform(Number)
    .prefault("10"),
  DAILY_TOKENS_PER_USER: count.prefault("0"),
  MESSAGES_PER_MINUTE: count.prefault("30"),
  IDLE_TIMEOUT_S: count.prefault("3600"),
  /** Of one file; a request takes 64. */
  UPLOAD_MAX_MB: z
    .string()
    .regex(/^([1-9]|[1-5]\d|6[0-3])$/, { error: "must be a number of megabytes, 1 to 63" })
    .transform(Number)
    .prefault("16"),
});

export type Config = z.infer<typeof Variables> & { LOG_LEVEL: LogLevel };

/** Every variable, or the first that is wrong: `misconfigured`, with the variable's name as field. */
export function readConfig(env: object): Outcome<Config> {
  // wrangler.toml may hold numbers and tables; unset and empty are the same.
  const texts = Object.entries(env)
    .filter(([name]) => name in Variables.shape)
    .map(([name, value]) => [name, typeof value === "object" ? JSON.stringify(value) : String(value)]);
  const known = Object.fromEntries(texts.filter(([, text]) => text !== ""));
  const parsed = Variables.safeParse(known);
  const wrong = (name: string, must: string) =>
    refuse("misconfigured", `The variable ${name} ${must.replace(/\.$/, "")}.`, { field: name });
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue?.path.slice(1).join(".");
    const must = issue?.message ?? "is not valid";
    return wrong(String(issue?.path[0]), where ? `${must} (at ${where})` : must);
  }
  const config = parsed.data;
  if (!config.JWT_SECRET && !config.JWKS_URL)
    return wrong("JWT_SECRET", "is missing: set 32 random bytes, or JWKS_URL");
  if (config.ENVIRONMENT === "production" && config.ALLOWED_ORIGINS.length === 0)
    return wrong("ALLOWED_ORIGINS", "is missing: name the origins of your pages");
  return ok(config);
}

/** For the objects: the worker refuses every request of a wrong configuration before one of them is woken. */
export function requireConfig(env: object): Config {
  const config = readConfig(env);
  if (!config.ok) throw new Error(config.error.message);
  return config.value;
}
