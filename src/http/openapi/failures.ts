// How requests fail: one shared answer for each status, with the codes that it may carry, and which of them a contract
// implies.
import type { RouteConfig } from "@hono/zod-openapi";
import * as z from "zod";
import { ERROR_CODES, ERROR_MEANING, ERROR_STATUS, type ErrorBody, type ErrorCode } from "../../protocol/errors.ts";
import { ErrorAnswer } from "../../protocol/rest.ts";
import type { JsonSchema } from "../json-schema.ts";
import type { Answer, Reference } from "./types.ts";

export const HEADERS = {
  "x-request-id": {
    description: "The request's id, also in the server's log; one of your own (8 to 64 of `A-Za-z0-9_-`) is kept",
    schema: { type: "string" },
  },
  "Retry-After": { description: "Seconds after which to try again", schema: { type: "integer", minimum: 0 } },
  "WWW-Authenticate": { description: "`Bearer`, with the error of RFC 6750 §3", schema: { type: "string" } },
} satisfies Record<string, { description: string; schema: JsonSchema }>;

export const headers = (...names: (keyof typeof HEADERS)[]): Record<string, Reference> =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

const EXAMPLES: Readonly<Record<ErrorCode, Omit<ErrorBody, "code">>> = {
  invalid: { message: "content may not be empty.", field: "content" },
  unauthorized: { message: "Log in first." },
  forbidden: { message: "You may read here, but not write." },
  not_found: { message: "There is no such conversation." },
  conflict: { message: "This client_id was used for another message.", field: "client_id" },
  gone: { message: "This message is too old to be answered again. Send it anew.", field: "message_id" },
  too_large: { message: "content may be at most 65536 bytes long.", field: "content" },
  unsupported: { message: "Send the body as application/json.", field: "content-type" },
  unprocessable: { message: "The current password is wrong.", field: "current_password" },
  rate_limited: { message: "You are sending too many messages.", retry_after_ms: 2_000 },
  quota_exceeded: { message: "A conversation has at most 250 members." },
  busy: { message: "Eight messages are waiting for an answer already.", retry_after_ms: 2_000 },
  unavailable: { message: "A part of the service is away. Try again soon.", retry_after_ms: 2_000 },
  misconfigured: { message: "The variable OPENAI_API_KEY is missing.", field: "OPENAI_API_KEY" },
  model_unavailable: { message: "The model cannot be reached." },
  model_refused: { message: "The model does not answer this." },
  internal: { message: "Something went wrong on our side.", request_id: "0b6f1c0e-5f0a-4c6e-9d0e-3f9d2f5f7f31" },
};

/** The first code of a status names the answer of all of them. */
const nameOf = (code: ErrorCode): ErrorCode =>
  ERROR_CODES.find((other) => ERROR_STATUS[other] === ERROR_STATUS[code]) ?? code;

/** One answer for each status, by name. */
export function sharedAnswers(schema: JsonSchema): Record<string, Answer> {
  const names = [...new Set(ERROR_CODES.map(nameOf))];
  return Object.fromEntries(
    names.map((name) => {
      const codes = ERROR_CODES.filter((code) => nameOf(code) === name);
      const pauses = codes.some((code) => EXAMPLES[code].retry_after_ms !== undefined);
      const answer: Answer = {
        description: codes.map((code) => `\`${code}\`: ${ERROR_MEANING[code]}.`).join("\n\n"),
        headers: headers(
          "x-request-id",
          ...(pauses ? (["Retry-After"] as const) : []),
          ...(name === "unauthorized" ? (["WWW-Authenticate"] as const) : []),
        ),
        content: {
          "application/json": {
            schema,
            examples: Object.fromEntries(
              codes.map((code) => [code, { value: ErrorAnswer.parse({ error: { code, ...EXAMPLES[code] } }) }]),
            ),
          },
        },
      };
      return [name, answer];
    }),
  );
}

const Refusals = z.array(z.enum(ERROR_CODES)).default([]);

/** By status, the shared answers of a route: those that it names itself, and those that its contract implies. */
export function failuresOf(contract: RouteConfig): Record<string, Reference> {
  const { path, request, security } = contract;
  const implied: [ErrorCode, boolean][] = [
    ["invalid", request !== undefined],
    ["unauthorized", security !== undefined],
    ["forbidden", security !== undefined && path.includes("{")],
    ["not_found", path.includes("{")],
    ["too_large", request?.body !== undefined],
    ["unsupported", request?.body !== undefined],
    ["rate_limited", security !== undefined],
    ["unavailable", true],
    ["internal", true],
  ];
  const codes = [...implied.flatMap(([code, holds]) => (holds ? code : [])), ...Refusals.parse(contract["x-refusals"])];
  return Object.fromEntries(
    codes.map((code) => [String(ERROR_STATUS[code]), { $ref: `#/components/responses/${nameOf(code)}` }]),
  );
}
