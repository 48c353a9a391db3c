// An error in one sentence for people: the page's own words where it knows better, else the server's.
import { CommandError } from "../client/requests.ts";
import { ApiError } from "../client/rest.ts";
import type { ErrorBody } from "../protocol/errors.ts";
import { words } from "./words.ts";

export function sentence(error: ErrorBody): string {
  if (error.code !== "internal") return error.message;
  return error.request_id
    ? `${words.errors.unexpected} ${words.errors.reference(error.request_id)}`
    : words.errors.unexpected;
}

/** The same for whatever a request or a command was rejected with. */
export function reasonOf(failure: unknown): string {
  if (failure instanceof ApiError) return failure.status === 0 ? words.errors.offline : sentence(failure.body);
  if (failure instanceof CommandError) return sentence(failure.error);
  return words.errors.unexpected;
}

/** The form field that an error names. */
export const fieldOf = (failure: unknown): string | undefined =>
  failure instanceof ApiError ? failure.body.field : undefined;
