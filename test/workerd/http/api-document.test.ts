// The API's document is what client authors have: whole, valid, and true.
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { version } from "../../../package.json";
import { createApp } from "../../../src/http/app.ts";
import { ERROR_CODES, ERROR_STATUS } from "../../../src/protocol/errors.ts";
import { ErrorAnswer } from "../../../src/protocol/rest.ts";
import { Document, faults, operationsOf, resolve } from "../../support/openapi-rules.ts";
import { call, configured, errorOf, HOST } from "./client.ts";

const published: unknown = await (await call("/api/v1/openapi.json")).json();
const document = Document.parse(published);
const operations = operationsOf(document);
const app = createApp(configured({ LOG_LEVEL: "error" }));
const contracts = app.openAPIRegistry.definitions.flatMap((known) => (known.type === "route" ? [known.route] : []));

/** Addresses of pages, which no client calls. */
const PAGES = ["GET /api/v1/docs", "GET /static/socketio_test.html"];

const operation = (id: string) => {
  const found = operations.find(({ operation }) => operation.operationId === id);
  if (!found) throw new Error(`there is no operation ${id}`);
  return found.operation;
};
const parameterNames = (id: string) =>
  operation(id).parameters?.map((parameter) => `${parameter.in} ${parameter.name}`);

describe("the document", () => {
  it("follows the rules of OpenAPI 3.1", () => {
    expect(Document.parse(published)).toEqual(published);
    expect(faults(document)).toEqual([]);
  });

  it("would be caught with a fault", () => {
    const [first] = operations;
    if (!first) throw new Error("there are no operations");
    const broken = structuredClone(document);
    broken.paths["/other/{id}"] = { get: { ...first.operation, tags: ["nowhere"], security: [{ unknown: [] }] } };
    broken.components.headers["x-more"] = { description: "more", schema: { $ref: "#/components/schemas/None" } };
    expect(faults(broken)).toHaveLength(5);
    expect(
      Document.safeParse({ ...document, paths: { "/x": { get: { ...first.operation, summary: "" } } } }).success,
    ).toBe(false);
  });

  it("has every route of the application but the pages", () => {
    const served = app.routes
      .filter(({ method }) => method !== "ALL")
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
    const described = operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`);
    expect([...new Set(served)].filter((route) => !PAGES.includes(route)).sort()).toEqual(described.sort());
  });

  it("names the server that was asked, and the version of the package", () => {
    expect(document.servers).toEqual([{ url: HOST }]);
    expect(document.info.version).toBe(version);
  });

  it("makes no component nullable because one use of it is", () => {
    expect(document.components.schemas.Message?.type).toBe("object");
    expect(document.components.schemas.MessagePosted?.properties?.answer?.anyOf).toEqual([
      { $ref: "#/components/schemas/Message" },
      { type: "null" },
    ]);
  });
});

describe("its examples", () => {
  const bodies = contracts.flatMap(({ operationId, request, responses }) => [
    ...Object.entries(request?.body?.content ?? {}).map(([type, media]) => ({
      what: `${operationId} takes ${type}`,
      media,
    })),
    ...Object.entries(responses)
      .filter(([status]) => status !== "default")
      .flatMap(([status, response]) =>
        Object.entries("content" in response ? (response.content ?? {}) : {}).map(([type, media]) => ({
          what: `${operationId} answers ${status} with ${type}`,
          media,
        })),
      ),
  ]);

  it("are there for every body, and fit its schema", () => {
    for (const { what, media } of bodies) {
      if (!media || !("schema" in media) || !(media.schema instanceof z.ZodType)) throw new Error(`${what}: no schema`);
      expect(media.example, what).toBeDefined();
      // Nothing in it is unknown to the schema; defaults may come in addition.
      expect({ body: media.schema.parse(media.example) }, what).toMatchObject({ body: media.example });
    }
  });

  it("fit as they are published, read by the published schemas alone", () => {
    const $defs = document.components.schemas;
    for (const { operation } of operations)
      for (const response of Object.values(operation.responses)) {
        const media = "content" in response ? response.content?.["application/json"] : undefined;
        if (!media) continue;
        const alone = JSON.stringify({ ...media.schema, $defs }).replaceAll("#/components/schemas/", "#/$defs/");
        expect(z.fromJSONSchema(JSON.parse(alone)).safeParse(media.example).error, operation.operationId).toBe(
          undefined,
        );
      }
  });
});

describe("its failures", () => {
  it("are one envelope with every code, at its status", () => {
    const shared = Object.values(document.components.responses);
    const codes = shared.flatMap(({ content }) => Object.keys(content?.["application/json"]?.examples ?? {}));
    expect(codes.sort()).toEqual([...ERROR_CODES].sort());
    for (const { operation } of operations)
      for (const [status, response] of Object.entries(operation.responses)) {
        if (!("$ref" in response)) continue;
        const answer = Document.shape.components.shape.responses.valueType.parse(resolve(document, response.$ref));
        for (const { value } of Object.values(answer.content?.["application/json"]?.examples ?? {}))
          expect(ERROR_STATUS[ErrorAnswer.parse(value).error.code]).toBe(Number(status));
      }
  });

  it("are named where an answer is chosen: too old, or to an earlier text", () => {
    expect(Object.keys(operation("selectAnswer").responses)).toEqual(expect.arrayContaining(["409", "410"]));
  });

  it("say when to try again", () => {
    for (const name of ["rate_limited", "busy"])
      expect(document.components.responses[name]?.headers).toHaveProperty("Retry-After");
  });

  it("are what a caller meets who is not logged in", async () => {
    for (const { path, method, operation } of operations) {
      const { operationId, security, responses } = operation;
      const response = await call(path.replaceAll(/\{\w+\}/g, "1"), { method: method.toUpperCase() });
      const closed = security.length > 0 && !["openSocket", "openInbox", "openInterviewSocket"].includes(operationId); // 426 comes first
      if (closed) expect((await errorOf(response)).code, operationId).toBe("unauthorized");
      expect(responses, operationId).toHaveProperty(String(response.status));
    }
  });
});

describe("what is not JSON", () => {
  it("is described: streams and their places, keys against repetition", () => {
    for (const id of ["watchConversation", "sendMessage"]) {
      const answer = operation(id).responses["200"];
      expect(answer && "content" in answer && answer.content).toHaveProperty(["text/event-stream", "example"]);
    }
    expect(parameterNames("watchConversation")).toEqual(["path id", "query since", "header last-event-id"]);
    expect(parameterNames("sendMessage")).toContain("header idempotency-key");
    expect(operation("watchConversation").security).toContainEqual({ ticket: [] });
    expect(operation("openSocket").responses).toHaveProperty("101");
  });
});

describe("the page that shows it", () => {
  it("is asked of the assets, whoever asks", async () => {
    const asked: string[] = [];
    const assets = {
      fetch: async (url: URL) => {
        asked.push(url.pathname);
        return new Response("<!doctype html>", { headers: { "content-type": "text/html" } });
      },
    };
    const served = { ...env, ASSETS: assets };
    const response = await app.fetch(new Request(`${HOST}/api/v1/docs`), served, createExecutionContext());
    expect([response.status, asked]).toEqual([200, ["/docs/"]]);
  });
});
