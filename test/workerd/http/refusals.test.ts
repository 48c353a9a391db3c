// Whatever is wrong with a request, people are told so in our words: every route, every field of its body and its query.
import { expect, it } from "vitest";
import { BAD_VALUES, LIBRARY_WORDS } from "../../support/bad-values.ts";
import { Document, operationsOf, propertiesOf } from "../../support/openapi-rules.ts";
import { administrator } from "./admin.ts";
import { app, call, errorOf } from "./client.ts";

const quiet = app({ variables: { LOG_LEVEL: "error", MESSAGES_PER_MINUTE: "0" } });
const document = Document.parse(await (await call("/api/v1/openapi.json")).json());
const token = await administrator();

const address = (path: string) => path.replaceAll(/\{\w+\}/g, "999999");

/** Every refusal of these requests, of which there must be some. */
async function refusals(requests: readonly { path: string; method: string; body?: unknown }[]): Promise<string[]> {
  const messages: string[] = [];
  for (const { path, ...request } of requests) {
    const response = await call(path, { token, ...request }, quiet);
    if (response.status === 400 || response.status === 413) messages.push((await errorOf(response)).message);
    else await response.body?.cancel();
  }
  return messages;
}

const described = operationsOf(document).map(({ path, method, operation }) => {
  const json = operation.requestBody?.content["application/json"];
  const fields = json ? propertiesOf(document, json.schema) : [];
  const query = (operation.parameters ?? []).flatMap((p) => (p.in === "query" ? [p.name] : []));
  return { path: address(path), method: method.toUpperCase(), fields, query, name: operation.operationId };
});

it.each(described.filter(({ fields }) => fields.length > 0))(
  "$name says in our words what is wrong with a body",
  async ({ path, method, fields }) => {
    const bodies = fields.flatMap((field) => BAD_VALUES.map((bad) => ({ [field]: bad })));
    const answered = await refusals([[], 1, "text", ...bodies].map((body) => ({ path, method, body })));
    expect(answered.length).toBeGreaterThan(0);
    for (const message of answered) expect(message).not.toMatch(LIBRARY_WORDS);
  },
);

it.each(described.filter(({ query }) => query.length > 0))(
  "$name says in our words what is wrong with its query",
  async ({ path, method, query }) => {
    const values = ["", "x", "-1", "1.5", "99999999999999999999", "y".repeat(300), "\0"];
    const requests = query.flatMap((name) =>
      values.map((value) => ({ path: `${path}?${new URLSearchParams({ [name]: value })}`, method })),
    );
    for (const message of await refusals(requests)) expect(message).not.toMatch(LIBRARY_WORDS);
  },
);
