// What administrators and services ask over /api/v1/admin and /api/v1/keys, and what they are answered (http.md).
import * as z from "zod";
import { Id, Name, Role } from "./entities.ts";
import { numeral, Text } from "./json.ts";
import { Password, User, Username } from "./rest.ts";

// People

/** Without a password one is made, and told once. */
export const UserCreate = z.object({
  username: Username,
  password: Password.optional(),
  name: Name.optional(),
  role: Role.default("member"),
});
export type UserCreate = z.input<typeof UserCreate>;

/** A user as administrators see it. `username` of somebody whom an outside issuer vouches for is `~id`. */
export const ManagedUser = User.extend({
  disabled: z.boolean(),
  /** Logs in with a password here; the others through an outside issuer. */
  has_password: z.boolean(),
  created_at: z.iso.datetime(),
}).meta({ id: "ManagedUser" });
export type ManagedUser = z.infer<typeof ManagedUser>;

/** `password` is the one that was made, null when it was given. */
export const UserCreated = z.object({ user: ManagedUser, password: z.string().nullable() }).meta({ id: "UserCreated" });
export type UserCreated = z.infer<typeof UserCreated>;

export const UsersQuery = z.object({
  /** Part of the user name, the name or the e-mail address. */
  q: Text.trim().max(200).optional(),
  cursor: numeral(z.int().positive()).optional(),
  limit: numeral(z.int().min(1).max(100)).default(50),
});
export type UsersQuery = z.input<typeof UsersQuery>;

export const UserPatch = z
  .object({ role: Role.optional(), disabled: z.boolean().optional() })
  .refine(({ role, disabled }) => role !== undefined || disabled !== undefined, {
    error: "must change the role, or disable or enable",
  });
export type UserPatch = z.infer<typeof UserPatch>;

/** Told once: only its hash is kept. `url` is the page that asks for the new password. */
export const ResetLink = z
  .object({ token: z.string(), url: z.string(), expires_at: z.iso.datetime() })
  .meta({ id: "ResetLink" });
export type ResetLink = z.infer<typeof ResetLink>;

export const PasswordReset = z.object({ token: z.string().min(1).max(200), new_password: Password });
export type PasswordReset = z.infer<typeof PasswordReset>;

// Keys of services

/** What a key may do, and nothing else. */
export const Scope = z.enum(["metrics:read", "project:events"]);
export type Scope = z.infer<typeof Scope>;

export const KeyCreate = z.object({
  name: Name,
  scopes: z
    .array(Scope)
    .min(1)
    .refine((scopes) => new Set(scopes).size === scopes.length, { error: "may name a scope only once" }),
});
export type KeyCreate = z.infer<typeof KeyCreate>;

export const ApiKey = z
  .object({
    id: Id,
    name: z.string(),
    scopes: z.array(Scope),
    created_by: Id,
    created_at: z.iso.datetime(),
    /** To the minute. */
    last_used_at: z.iso.datetime().nullable(),
  })
  .meta({ id: "ApiKey" });
export type ApiKey = z.infer<typeof ApiKey>;

/** `key` is told once: only its hash is kept. */
export const KeyCreated = ApiKey.extend({ key: z.string() }).meta({ id: "KeyCreated" });
export type KeyCreated = z.infer<typeof KeyCreated>;

// Audit

export const AuditRow = z
  .object({
    id: Id,
    at: z.iso.datetime(),
    action: z.string().describe("Of what is always written down its own name; of another refusal its method and route"),
    actor_id: Id.nullable(),
    actor_role: Role.nullable(),
    session: z.string().nullable(),
    resource: z.string(),
    verdict: z.enum(["allow", "deny"]),
    reason: z.string().nullable().describe("Of a refusal: the code of its status"),
    detail: z.string().nullable().describe("What it was changed to"),
    network: z.string().describe("The caller's address, without what tells one of a network from another"),
    agent: z.string().nullable().describe("A digest of what the caller's program calls itself"),
    request_id: z.string(),
    count: z.int().describe("Equal refusals within a minute are one row"),
  })
  .meta({ id: "AuditRow" });
export type AuditRow = z.infer<typeof AuditRow>;

// Metrics

/** Slots a chart may have. */
export const MAX_SLOTS = 1_500;

/** The last hour by minutes, unless said otherwise; `step` in seconds, a multiple of 60. */
export const MetricsQuery = z.object({
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
  step: numeral(z.int().min(60).max(86_400).multipleOf(60)).default(60),
});
export type MetricsQuery = z.input<typeof MetricsQuery>;

/** Milliseconds below which half and 95 % of them were; null when there were none. */
const Quantiles = z.object({ p50: z.number(), p95: z.number() }).nullable();

/** A stretch of `step_s` seconds from `at` on. */
export const MetricsSlot = z.object({
  at: z.iso.datetime(),
  /** At its end; null before anything was ever told. */
  connections: z.int().nullable(),
  messages: z.int(),
  requests: z.int(),
  /** Requests answered with 5xx. */
  failed_requests: z.int(),
  /** Requests and frames refused because there were too many. */
  limited: z.int(),
  answers: z.int(),
  /** Answers that failed or were cut off. */
  failed_answers: z.int(),
  response_ms: Quantiles,
  first_token_ms: Quantiles,
  prompt_tokens: z.int(),
  completion_tokens: z.int(),
  logins_ended: z.int(),
  /** The longest queue of events for the database, and the longest wait in it. */
  outbox_depth: z.int(),
  outbox_lag_ms: z.number(),
});
export type MetricsSlot = z.infer<typeof MetricsSlot>;

export const MetricsAnswer = z.object({ step_s: z.int(), slots: z.array(MetricsSlot) }).meta({ id: "Metrics" });
export type MetricsAnswer = z.infer<typeof MetricsAnswer>;
