// The named schemas of a document, gathered while its routes are described.
import type * as z from "zod";
import { type JsonSchema, jsonSchema } from "../json-schema.ts";

export class Components {
  readonly schemas: Record<string, JsonSchema> = {};

  /** The schema, with references to those that have an id; these are kept here. */
  of(schema: z.ZodType): JsonSchema {
    const { $schema: _, $defs = {}, ...own } = relocated(jsonSchema(schema));
    for (const [id, named] of Object.entries($defs)) this.#keep(id, named);
    return own;
  }

  #keep(id: string, named: JsonSchema): void {
    const known = this.schemas[id];
    if (known && JSON.stringify(known) !== JSON.stringify(named)) throw new Error(`two schemas are named ${id}`);
    this.schemas[id] = named;
  }
}

const AT = "#/components/schemas/";

/** zod keeps named schemas beside the one that uses them; a document keeps them in one place. */
const relocated = (schema: JsonSchema): JsonSchema =>
  JSON.parse(JSON.stringify(schema), (key, value) =>
    key === "$ref" && typeof value === "string" ? value.replace("#/$defs/", AT) : value,
  );
