// Zod schemas as JSON Schema 2020-12, for documents that other people's clients are written from.
import * as z from "zod";

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** What a client may send, or must be able to read; schemas with an id are in its `$defs`. */
export const jsonSchema = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, {
    io: "input",
    override: ({ jsonSchema }) => tidy(jsonSchema),
    unrepresentable: ({ zodSchema }) => (zodSchema._zod.def.type === "undefined" ? { not: {} } : "throw"),
  });

/** Takes out what is said already: the pattern of a format, the bounds of every whole number, that keys are text. */
function tidy(schema: JsonSchema): void {
  if (schema.format) delete schema.pattern;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  delete schema.propertyNames;
}
