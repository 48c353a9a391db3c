// What a provider's failure means for a turn: may another attempt help, and what people are told. A provider's own
// words never leave here: they may quote the prompt, an account or a key.
import { APIConnectionError, APIError } from "openai";
import * as z from "zod";
import { ModelError } from "./model.ts";

const Detail = z.object({
  code: z.union([z.string(), z.number()]).nullish().catch(null),
  type: z.string().nullish().catch(null),
  status: z.number().nullish().catch(null),
});

const away = (message: string, retryable: boolean, retryAfterMs: number | null = null) =>
  new ModelError("model_unavailable", message, retryable, retryAfterMs);
const refused = (message: string) => new ModelError("model_refused", message, false);

const credentials = () => away("The model provider refused our credentials.", false);
const quota = () => away("Our quota at the model provider is used up.", false);
const busy = (retryAfterMs: number | null) => away("The model provider is busy.", true, retryAfterMs);
const broken = (retryAfterMs: number | null) => away("The model provider has a fault.", true, retryAfterMs);
const filtered = () => refused("The model provider's content filter refused this request.");
const tooLong = () => refused("The conversation is too long for this model.");
const notFound = () => refused("The model provider does not have this model: choose another.");
const notAccepted = () => refused("The model provider did not accept this request.");

/** The stream broke off, or said what is not a part of an answer. */
export const cutStream = () => away("The connection to the model was lost.", true);
/** What answered does not speak this protocol. */
export const notAProvider = () =>
  away("The model provider's address does not answer as one; check its base URL.", false);

/** Words in `code` and `type` of an error object, the first that fits; they tell more than a status. */
const WORDS: [RegExp, (retryAfterMs: number | null) => ModelError][] = [
  [/insufficient_quota|billing|credit|payment/, quota],
  [/content_?filter|content_?policy|moderation|safety|responsibleai/i, filtered],
  [/context_length|context_window|too_long|too_large|above_max|exceed_context/, tooLong],
  [/model_not_found|no_such_model/, notFound],
];
/** Used only where no status is known. */
const TYPES: [RegExp, (retryAfterMs: number | null) => ModelError][] = [
  [/api_key|auth|permission|forbidden/, credentials],
  [/rate_limit|too_many|overloaded|capacity/, busy],
  [/not_found/, notFound],
  [/invalid|bad_request|unprocessable|unsupported/, notAccepted],
];

/** An error object inside an answer that began well (status 200): by its status if it has one, else by its words. */
export function errorInAnswer(detail: unknown): ModelError {
  const { code, type, status } = Detail.catch({}).parse(detail);
  const number = status ?? (typeof code === "number" ? code : null);
  const words = `${code ?? ""} ${type ?? ""}`.toLowerCase();
  return (
    firstFit(WORDS, words, null) ?? (number ? byStatus(number, null) : (firstFit(TYPES, words, null) ?? broken(null)))
  );
}

/** Why a request brought no stream. `now`: epoch ms, for a `retry-after` that is a date. */
export function errorOfRequest(error: unknown, now: number): ModelError {
  if (error instanceof APIConnectionError) return away("The model provider cannot be reached.", true);
  if (!(error instanceof APIError)) return away("The model provider's settings cannot be used; check its key.", false);
  const { code, type } = Detail.catch({}).parse(error.error);
  const retryAfterMs = retryAfter(error.headers, now);
  const words = `${code ?? ""} ${type ?? ""}`.toLowerCase();
  return firstFit(WORDS, words, retryAfterMs) ?? byStatus(error.status ?? 0, retryAfterMs);
}

function byStatus(status: number, retryAfterMs: number | null): ModelError {
  if (status === 401 || status === 403) return credentials();
  if (status === 402) return quota();
  if (status === 404) return notFound();
  if (status === 413) return tooLong();
  if (status === 429) return busy(retryAfterMs);
  if (status === 408 || status === 409 || status === 425 || status >= 500) return broken(retryAfterMs);
  return status >= 300 && status < 400 ? notAProvider() : notAccepted();
}

const firstFit = (table: typeof WORDS, words: string, retryAfterMs: number | null): ModelError | undefined =>
  table.find(([pattern]) => pattern.test(words))?.[1](retryAfterMs);

/** RFC 9110 §10.2.3: seconds or a date; `retry-after-ms` is what OpenAI and Azure add. */
function retryAfter(headers: Headers | undefined, now: number): number | null {
  const exact = wait(headers?.get("retry-after-ms"), 1);
  if (exact !== null) return exact;
  const value = headers?.get("retry-after");
  const seconds = wait(value, 1_000);
  if (seconds !== null || !value) return seconds;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

function wait(value: string | null | undefined, unitMs: number): number | null {
  return value && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Math.ceil(Number(value) * unitMs) : null;
}
