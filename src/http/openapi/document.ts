// The OpenAPI document, made from the routes' own contracts; what every contract implies is added. Its schemas are zod's:
// the router's own generator makes a whole component nullable where one use of it is.
import type { RouteConfig } from "@hono/zod-openapi";
import * as z from "zod";
import { ErrorAnswer } from "../../protocol/rest.ts";
import { INFO, SECURITY_SCHEMES, TAGS } from "./about.ts";
import { Components } from "./components.ts";
import { failuresOf, HEADERS, headers, sharedAnswers } from "./failures.ts";
import type { Answer, Media, OpenApi, Operation, Parameter } from "./types.ts";

/** Everything but the server's address, which depends on who asks. */
export function describeApi(contracts: readonly RouteConfig[]): OpenApi {
  const components = new Components();
  const paths: OpenApi["paths"] = {};
  for (const contract of contracts)
    paths[contract.path] = { ...paths[contract.path], [contract.method]: operation(contract, components) };
  const responses = sharedAnswers(components.of(ErrorAnswer));
  const { schemas } = components;
  return {
    openapi: "3.1.0",
    info: INFO,
    tags: TAGS,
    paths,
    components: { schemas, responses, headers: HEADERS, securitySchemes: SECURITY_SCHEMES },
  };
}

function operation(contract: RouteConfig, components: Components): Operation {
  const { operationId = "", summary = "", description, tags = [], security = [], request, responses } = contract;
  const { body, params, query } = request ?? {};
  const headers = request?.headers instanceof z.ZodType ? request.headers : undefined;
  const parameters = [
    ...parametersOf("path", params, components),
    ...parametersOf("query", query, components),
    ...parametersOf("header", headers, components),
  ];
  return {
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    tags,
    security,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body
      ? { requestBody: { required: body.required ?? false, content: contentOf(body.content, components) } }
      : {}),
    responses: { ...successesOf(responses, components), ...failuresOf(contract) },
  };
}

function parametersOf(place: Parameter["in"], schema: z.ZodType | undefined, components: Components): Parameter[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = components.of(schema);
  return Object.entries(properties).flatMap(([name, property]) => {
    if (typeof property === "boolean") return [];
    const { description, ...own } = property;
    const about = description === undefined ? {} : { description };
    return { name, in: place, required: required.includes(name), ...about, schema: own };
  });
}

/** The contract's own answers; `default` stands for all refusals, which are named by status instead. */
function successesOf(responses: RouteConfig["responses"], components: Components): Record<string, Answer> {
  const answers: Record<string, Answer> = {};
  for (const [status, response] of Object.entries(responses)) {
    if (status === "default" || "$ref" in response) continue;
    const { description = "", content } = response;
    answers[status] = {
      description,
      headers: headers("x-request-id"),
      ...(content ? { content: contentOf(content, components) } : {}),
    };
  }
  return answers;
}

type Content = NonNullable<Exclude<RouteConfig["responses"][string], { $ref: string }>["content"]>;

function contentOf(content: Content, components: Components): Record<string, Media> {
  const medias: Record<string, Media> = {};
  for (const [type, media] of Object.entries(content)) {
    if (!media || "$ref" in media || !(media.schema instanceof z.ZodType)) continue;
    medias[type] = {
      schema: components.of(media.schema),
      ...(media.example === undefined ? {} : { example: media.example }),
    };
  }
  return medias;
}
