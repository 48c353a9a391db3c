// The OpenAPI 3.1 specification as far as our document uses it: every object with its required and allowed fields (what is
// not listed here is not allowed), and the rules that the shape of one object cannot say.
import * as z from "zod";

const text = z.string().min(1);
const Reference = z.strictObject({ $ref: text });
const Type = z.enum(["null", "boolean", "object", "array", "number", "string", "integer"]);

/** JSON Schema 2020-12. */
const Schema = z.strictObject({
  $ref: text.optional(),
  type: z.union([Type, z.array(Type).min(2)]).optional(),
  description: text.optional(),
  default: z.unknown().optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).min(1).optional(),
  format: z.enum(["date-time", "email", "uri"]).optional(),
  pattern: text.refine((pattern) => new RegExp(pattern, "u")).optional(),
  minLength: z.int().nonnegative().optional(),
  maxLength: z.int().nonnegative().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  multipleOf: z.number().positive().optional(),
  minItems: z.int().nonnegative().optional(),
  maxItems: z.int().nonnegative().optional(),
  required: z.array(text).optional(),
  get items() {
    return Schema.optional();
  },
  get properties() {
    return z.record(z.string(), Schema).optional();
  },
  get additionalProperties() {
    return z.union([z.boolean(), Schema]).optional();
  },
  get anyOf() {
    return z.array(Schema).min(1).optional();
  },
  get oneOf() {
    return z.array(Schema).min(1).optional();
  },
  get not() {
    return Schema.optional();
  },
});

/** §4.8.14: one example, or several with names. */
const Media = z.strictObject({
  schema: Schema,
  example: z.unknown().optional(),
  examples: z.record(z.string(), z.strictObject({ value: z.unknown() })).optional(),
});
const Content = z.record(z.string().regex(/^[a-z]+\/[a-z.+-]+$/), Media);
const Headers = z.record(z.string(), Reference);

/** §4.8.12: what is in a path is required. */
const Parameter = z
  .strictObject({
    name: text,
    in: z.enum(["path", "query", "header", "cookie"]),
    required: z.boolean(),
    description: text.optional(),
    schema: Schema,
  })
  .refine((parameter) => parameter.in !== "path" || parameter.required);

const Answer = z.strictObject({ description: text, headers: Headers.optional(), content: Content.optional() });

/** §4.8.10 and §4.8.16: every operation says who may call it and how it may end. */
const Operation = z.strictObject({
  operationId: z.string().regex(/^[a-z][A-Za-z]+$/),
  summary: text,
  description: text.optional(),
  tags: z.array(text).length(1),
  security: z.array(z.record(z.string(), z.array(z.string()).length(0))),
  parameters: z.array(Parameter).optional(),
  requestBody: z.strictObject({ required: z.boolean(), content: Content }).optional(),
  responses: z
    .record(z.string().regex(/^[1-5]\d\d$/), z.union([Answer, Reference]))
    .refine((responses) => Object.keys(responses).some((status) => /^[12]/.test(status))),
});
export type Operation = z.infer<typeof Operation>;

/** §4.8.27: what each kind of scheme must say. */
const SecurityScheme = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("http"),
    scheme: z.literal("bearer"),
    bearerFormat: text.optional(),
    description: text,
  }),
  z.strictObject({
    type: z.literal("apiKey"),
    name: text,
    in: z.enum(["query", "header", "cookie"]),
    description: text,
  }),
]);

const name = z.string().regex(/^[a-zA-Z0-9._-]+$/);

export const Document = z.strictObject({
  openapi: z.literal("3.1.0"),
  info: z.strictObject({ title: text, version: text, summary: text, description: text }),
  servers: z.array(z.strictObject({ url: z.url() })).min(1),
  tags: z.array(z.strictObject({ name: text, description: text })),
  paths: z.record(
    z.string().regex(/^\//),
    z.partialRecord(z.enum(["get", "put", "post", "delete", "options", "head", "patch", "trace"]), Operation),
  ),
  components: z.strictObject({
    schemas: z.record(name, Schema),
    responses: z.record(name, Answer),
    headers: z.record(name, z.strictObject({ description: text, schema: Schema })),
    securitySchemes: z.record(name, SecurityScheme),
  }),
});
export type Document = z.infer<typeof Document>;

export interface Described {
  path: string;
  method: string;
  operation: Operation;
}

export const operationsOf = (document: Document): Described[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

/** What breaks a rule that no single object shows; one sentence a fault. */
export function faults(document: Document): string[] {
  const operations = operationsOf(document);
  const tags = new Set(document.tags.map((tag) => tag.name));
  const schemes = new Set(Object.keys(document.components.securitySchemes));
  const used = new Set(operations.flatMap(({ operation }) => operation.tags));
  const ids = operations.map(({ operation }) => operation.operationId);
  return [
    ...dangling(document, document).map((ref) => `${ref} leads nowhere`),
    ...ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => `${id} is the id of two operations`),
    ...[...tags].filter((tag) => !used.has(tag)).map((tag) => `nothing has the tag ${tag}`),
    ...operations.flatMap(({ path, operation: { operationId, parameters = [], ...operation } }) => {
      const inPath = parameters.filter((parameter) => parameter.in === "path").map((parameter) => parameter.name);
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
      const keys = parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
      return [
        ...(inPath.join() === named.join() ? [] : [`${operationId} has other parameters than its path`]),
        ...(new Set(keys).size === keys.length ? [] : [`${operationId} has a parameter twice`]),
        ...operation.tags.filter((tag) => !tags.has(tag)).map((tag) => `${operationId} has the unknown tag ${tag}`),
        ...operation.security
          .flatMap((scheme) => Object.keys(scheme))
          .filter((scheme) => !schemes.has(scheme))
          .map((scheme) => `${operationId} has the unknown security ${scheme}`),
      ];
    }),
  ];
}

function dangling(node: unknown, document: Document): string[] {
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === "$ref" && typeof value === "string" && resolve(document, value) === undefined
      ? [value]
      : dangling(value, document),
  );
}

/** What a reference within the document leads to. */
export function resolve(document: Document, ref: string): unknown {
  let node: unknown = ref.startsWith("#/") ? document : undefined;
  for (const step of ref.slice(2).split("/"))
    node = typeof node === "object" && node !== null ? Reflect.get(node, step) : undefined;
  return node;
}

/** The names of an object's fields, of every form that it may have. */
export function propertiesOf(document: Document, schema: z.infer<typeof Schema>): string[] {
  if (schema.$ref !== undefined) return propertiesOf(document, Schema.parse(resolve(document, schema.$ref)));
  const forms = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((form) => propertiesOf(document, form));
  return [...new Set([...Object.keys(schema.properties ?? {}), ...forms])];
}
