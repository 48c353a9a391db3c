// Calls the worker as a client would, or an application with another configuration, clock or environment.
import { createExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import * as z from "zod";
import { type Config, readConfig } from "../../../src/env.ts";
import { createApp } from "../../../src/http/app.ts";
import type { Clock } from "../../../src/lib/clock.ts";
import { ErrorBody } from "../../../src/protocol/errors.ts";
import { LoginAnswer } from "../../../src/protocol/rest.ts";

export const HOST = "http://localhost:8787";
export const SECRET = "test-secret-test-secret-test-secret-0123456789";

export interface Call {
  method?: string;
  /** Sent as JSON. */
  body?: unknown;
  token?: string;
  headers?: Record<string, string>;
}

export type Fetch = (request: Request) => Promise<Response>;

export const worker: Fetch = (request) => exports.default.fetch(request);

export function configured(variables: Record<string, string> = {}): Config {
  const config = readConfig({ JWT_SECRET: SECRET, ...variables });
  if (!config.ok) throw new Error(config.error.message);
  return config.value;
}

/** An application of its own: nothing is remembered from another one. */
export function app({
  variables = {},
  clock,
  env: bindings = env,
}: {
  variables?: Record<string, string>;
  clock?: Clock;
  env?: Env;
} = {}): Fetch {
  const own = createApp(configured(variables), clock);
  return async (request) => own.fetch(request, bindings, createExecutionContext());
}

export function call(
  path: string,
  { method, body, token, headers = {} }: Call = {},
  fetch = worker,
): Promise<Response> {
  const all = new Headers(headers);
  if (body !== undefined && !all.has("content-type")) all.set("content-type", "application/json");
  if (token !== undefined) all.set("authorization", `Bearer ${token}`);
  return fetch(
    new Request(`${HOST}${path}`, {
      method: method ?? (body === undefined ? "GET" : "POST"),
      headers: all,
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    }),
  );
}

const Envelope = z.strictObject({ error: ErrorBody });

/** The error of an answer, which must be in the envelope. */
export const errorOf = async (response: Response): Promise<ErrorBody> => Envelope.parse(await response.json()).error;

export const loginOf = async (response: Response): Promise<LoginAnswer> => LoginAnswer.parse(await response.json());

let names = 0;
export const freshName = (): string => `user-${crypto.randomUUID().slice(0, 8)}-${names++}`;

export const PASSWORD = "correct horse battery";

/** A new user, logged in. */
export async function signedUp(fetch = worker, username = freshName()): Promise<LoginAnswer> {
  const response = await call("/api/v1/auth/signup", { body: { username, password: PASSWORD } }, fetch);
  if (response.status !== 201) throw new Error(`signing up answered ${response.status}: ${await response.text()}`);
  return loginOf(response);
}

export const logIn = (username: string, password = PASSWORD, fetch = worker): Promise<Response> =>
  call("/api/v1/auth/login", { body: { username, password } }, fetch);
