// What is said of a value that is refused: the field, what is wrong and what it must be, never in the words of the library.
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { CLIENT_FRAME_TYPES, ClientSignal, Command } from "../../../src/protocol/commands.ts";
import { parse } from "../../../src/protocol/json.ts";
import { BAD_VALUES, LIBRARY_WORDS } from "../../support/bad-values.ts";

const message = (schema: z.ZodType, value: unknown): string => {
  const parsed = parse(z.object({ field: schema }), value === undefined ? {} : { field: value });
  return parsed.ok ? "" : parsed.error.message;
};

describe("a refused value is explained in our words", () => {
  it.each<[z.ZodType, unknown, string]>([
    [z.string(), undefined, "field is missing: give a text."],
    [z.string(), 1, "must be a text"],
    [z.int(), 1.5, "must be a whole number"],
    [z.boolean(), "yes", "must be true or false"],
    [z.array(z.string()), {}, "must be a list"],
    [z.object({}), [], "must be an object"],
    [z.string().min(1), "", "may not be empty"],
    [z.string().min(8), "short", "must have 8 characters or more"],
    [z.string().max(1), "ab", "may have at most 1 character"],
    [z.array(z.int()).min(2), [1], "must have 2 items or more"],
    [z.array(z.int()).max(1), [1, 2], "may have at most 1 item"],
    [z.number().min(1), 0, "must be 1 or more"],
    [z.number().max(2), 3, "must be 2 or less"],
    [z.int().positive(), 0, "must be more than 0"],
    [z.number().lt(5), 5, "must be less than 5"],
    [z.number().multipleOf(5), 7, "must be a multiple of 5"],
    [z.iso.datetime(), "yesterday", "must be a time in UTC, like 2026-11-21T12:00:00Z"],
    [z.email(), "ada", "must be an e-mail address"],
    [z.string().regex(/^secret pattern$/), "x", "has the wrong form"],
    [z.enum(["json", "md"]), "pdf", "must be one of json, md"],
    [z.literal(1), 2, "must be 1"],
    [z.enum(Array.from({ length: 20 }, (_, i) => `v${i}`)), "x", "is none of the values that it may have"],
    [z.strictObject({}), { known: 1 }, "has a field that is not known here: leave it out"],
    [z.record(z.enum(["a"]), z.int()), { b: 1 }, ""],
    [z.string().refine(() => false), "x", "is not valid"],
  ])("%#", (schema, value, must) => {
    expect(message(schema, value)).toContain(must);
    expect(message(schema, value)).toMatch(/^field/);
    expect(message(schema, value)).not.toMatch(LIBRARY_WORDS);
  });

  it("also when it is no field of anything", () => {
    expect(parse(z.object({}), 1)).toEqual({
      ok: false,
      error: { code: "invalid", message: "What was sent must be an object." },
    });
  });
});

it.each([...CLIENT_FRAME_TYPES])("no bad frame %s is answered in the words of the library", (type) => {
  const options = [...Command.options, ...ClientSignal.options].filter((o) => o.shape.type.value === type);
  const fields = options.flatMap((option) => Object.keys(option.shape)).filter((field) => field !== "type");
  const schema = z.union([Command, ClientSignal]);
  let refused = 0;
  for (const field of ["ref", ...fields])
    for (const bad of BAD_VALUES)
      for (const more of [{}, Object.fromEntries(fields.map((other) => [other, 1]))]) {
        const read = parse(schema, { type, ...more, [field]: bad });
        if (read.ok) continue;
        refused += 1;
        expect(read.error.message).not.toMatch(LIBRARY_WORDS);
      }
  expect(refused).toBeGreaterThan(0);
});
