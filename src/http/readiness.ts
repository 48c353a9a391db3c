// Whether the things behind us answer: D1, R2 and the model's server. Asked at most every 30 seconds.
import type { Config } from "../env.ts";
import type { Clock } from "../lib/clock.ts";
import { within } from "../lib/deadline.ts";
import { OPENAI_URL } from "../models/catalogue.ts";

export type Check = "ok" | "away" | "builtin";

export interface Readiness {
  database: Check;
  files: Check;
  /** `builtin`: no model server is configured, so none can be away. */
  model: Check;
}

const ANSWER_MS = 2_000;
const KEPT_MS = 30_000;

export class ReadinessProbe {
  #config: Config;
  #clock: Clock;
  #kept: { at: number; readiness: Readiness } | null = null;

  constructor(config: Config, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
  }

  /** Only what was found is shared: a promise would die with the request that began it. */
  async ask(env: Env): Promise<Readiness> {
    const now = this.#clock.now();
    if (this.#kept && now - this.#kept.at < KEPT_MS) return this.#kept.readiness;
    const readiness = await this.#probe(env);
    this.#kept = { at: now, readiness };
    return readiness;
  }

  async #probe(env: Env): Promise<Readiness> {
    const [database, files, model] = await Promise.all([
      this.#inTime(async () => env.DB.prepare("SELECT 1").first()),
      this.#inTime(async () => env.FILES.head("readyz")),
      this.#model(),
    ]);
    return { database, files, model };
  }

  /** A list of models is never billed; an answer of any kind but a failure shows that the server is there. */
  async #model(): Promise<Check> {
    const { OPENAI_BASE_URL, OPENAI_API_KEY } = this.#config;
    if (!OPENAI_BASE_URL && !OPENAI_API_KEY) return "builtin";
    const base = (OPENAI_BASE_URL ?? OPENAI_URL).replace(/\/+$/, "");
    const headers: HeadersInit = OPENAI_API_KEY ? { authorization: `Bearer ${OPENAI_API_KEY}` } : {};
    return this.#inTime(async (signal) => {
      const response = await fetch(`${base}/models`, { headers, signal });
      await response.body?.cancel();
      if (response.status >= 500) throw new Error("the model's server fails");
    });
  }

  async #inTime(ask: (signal: AbortSignal) => Promise<unknown>): Promise<Check> {
    const late = new AbortController();
    return within(this.#clock, ANSWER_MS, ask(late.signal)).then(
      () => "ok",
      () => {
        late.abort();
        return "away";
      },
    );
  }
}
