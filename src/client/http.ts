// One request to /api/v1: sent with the session, answered by a schema's value, or thrown as an ApiError.
import type * as z from "zod";
import { ERROR_STATUS, type ErrorBody } from "../protocol/errors.ts";
import { ErrorAnswer, LoginAnswer } from "../protocol/rest.ts";

const TIMEOUT_MS = 15_000;

/** What the server, or the way to it, answered instead of a result; `status` is 0 when there was no answer. */
export class ApiError extends Error {
  override name = "ApiError";
  readonly status: number;
  readonly body: ErrorBody;

  constructor(status: number, body: ErrorBody) {
    super(body.message);
    this.status = status;
    this.body = body;
  }
}

export interface Tokens {
  access_token: string;
  refresh_token: string;
}

export interface HttpOptions {
  /** `http(s)://host[:port]` of the server. */
  host: string;
  /** `cookies`: the browser keeps the session. Otherwise the tokens of a login, or null before it. */
  session: "cookies" | Tokens | null;
  /** Of tokens that other programs hold too: answers the next ones, by spending what is held or from who was quicker. */
  renewal?: (held: Tokens, spend: () => Promise<Tokens>) => Promise<Tokens>;
  fetch?: typeof fetch;
}

export interface Call {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
  body?: unknown;
  /** Neither sends the session nor renews it. */
  anonymous?: boolean;
  /** Gives the request up. */
  signal?: AbortSignal;
  /** Has no time limit: a file that is streamed. */
  unlimited?: boolean;
}

export interface Http {
  /** The tokens of the session; null with cookies, and when nobody is logged in. */
  readonly tokens: Tokens | null;
  call<S extends z.ZodType>(path: string, schema: S, call?: Call): Promise<z.infer<S>>;
  /** The same for an answer without a body. */
  order(path: string, call: Call): Promise<void>;
  /** The answer as it comes, for what is read as a stream. */
  open(path: string, call?: Call): Promise<Response>;
  /** Takes the tokens of a login; null forgets them. */
  begin(tokens: Tokens | null): void;
  /** A new access token by the refresh token; one request however many ask. */
  refresh(): Promise<LoginAnswer>;
}

export function createHttp(options: HttpOptions): Http {
  const fetcher = options.fetch ?? fetch;
  const byCookie = options.session === "cookies";
  let tokens = options.session === "cookies" ? null : options.session;
  let refreshing: Promise<LoginAnswer> | null = null;

  async function once(
    path: string,
    { method = "GET", query = {}, body, anonymous = false, signal, unlimited = false }: Call,
  ): Promise<Response> {
    const url = new URL(`/api/v1${path}`, options.host);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const headers = new Headers();
    if (body !== undefined) headers.set("content-type", "application/json");
    if (tokens && !anonymous) headers.set("authorization", `Bearer ${tokens.access_token}`);
    const request: RequestInit = { method, headers, ...(unlimited ? {} : { signal: limited(signal) }) };
    if (byCookie) request.credentials = "include";
    if (body !== undefined) request.body = JSON.stringify(body);
    const response = await fetcher(url, request).catch((cause: unknown) => {
      throw unreachable(cause);
    });
    if (!response.ok) throw await refused(response);
    return response;
  }

  async function renewing(path: string, call: Call): Promise<Response> {
    try {
      return await once(path, call);
    } catch (error) {
      const expired = error instanceof ApiError && error.status === ERROR_STATUS.unauthorized;
      if (!expired || call.anonymous || !(byCookie || tokens)) throw error;
      await renew().catch((cause: unknown) => {
        throw cause instanceof ApiError && cause.status === 0 ? cause : error;
      });
      return await once(path, call);
    }
  }

  async function renew(): Promise<void> {
    if (tokens && options.renewal) begin(await options.renewal(tokens, refresh));
    else await refresh();
  }

  function refresh(): Promise<LoginAnswer> {
    refreshing ??= (byCookie ? alone(rotate) : rotate()).finally(() => {
      refreshing = null;
    });
    return refreshing;
  }

  /** A refresh token counts once; only with the same `request_id` may a lost answer be asked for again. */
  async function rotate(): Promise<LoginAnswer> {
    const body = {
      request_id: crypto.getRandomValues(new Uint32Array(4)).join("-"),
      refresh_token: tokens?.refresh_token,
    };
    const ask = () => once("/auth/refresh", { method: "POST", body, anonymous: true });
    const response = await ask().catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 0) return ask();
      throw error;
    });
    const answer = await read(response, LoginAnswer);
    begin(answer);
    return answer;
  }

  function begin(next: Tokens | null) {
    if (!byCookie) tokens = next && { access_token: next.access_token, refresh_token: next.refresh_token };
  }

  return {
    get tokens() {
      return tokens;
    },
    call: async (path, schema, call = {}) => read(await renewing(path, call), schema),
    order: async (path, call) => void (await renewing(path, call)),
    open: (path, call = {}) => renewing(path, call),
    begin,
    refresh,
  };
}

/** Tabs share the refresh cookie: were two of them to spend it at once, the server would take it for stolen. */
const alone = <T>(work: () => Promise<T>): Promise<T> =>
  "locks" in navigator ? navigator.locks.request("edgewise.refresh", work) : work();

const limited = (signal: AbortSignal | undefined): AbortSignal =>
  AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])]);

async function read<S extends z.ZodType>(response: Response, schema: S): Promise<z.infer<S>> {
  const answer = schema.safeParse(await response.json().catch(() => undefined));
  if (answer.success) return answer.data;
  throw new ApiError(response.status, { code: "internal", message: "The server's answer could not be read." });
}

async function refused(response: Response): Promise<ApiError> {
  const answer = ErrorAnswer.safeParse(await response.json().catch(() => undefined));
  const body = answer.success
    ? answer.data.error
    : { code: "internal" as const, message: `The server answered ${response.status}.` };
  return new ApiError(response.status, body);
}

function unreachable(cause: unknown): ApiError {
  const error = new ApiError(0, { code: "unavailable", message: "The server cannot be reached." });
  error.cause = cause;
  return error;
}
