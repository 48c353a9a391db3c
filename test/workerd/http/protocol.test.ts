// What a client author reads of the socket as data: every frame with its words, every code and every limit.
import { expect, it } from "vitest";
import * as z from "zod";
import { CLIENT_FRAME_TYPES, Command } from "../../../src/protocol/commands.ts";
import { CLOSE, ERROR_CODES, ERROR_STATUS, FINAL_CLOSES } from "../../../src/protocol/errors.ts";
import { Event, type Replies, Signal } from "../../../src/protocol/frames.ts";
import { LIMITS } from "../../../src/protocol/limits.ts";
import { call } from "./client.ts";

const Published = z.object({
  version: z.literal(1),
  client: z.unknown(),
  server: z.unknown(),
  replies: z.record(z.string(), z.looseObject({ type: z.literal("object") })),
  errors: z.record(z.string(), z.object({ status: z.int(), meaning: z.string().min(1) })),
  closes: z.record(z.string(), z.object({ name: z.string(), meaning: z.string().min(1), final: z.boolean() })),
  limits: z.unknown(),
});
const Union = z.union([
  z.object({ anyOf: z.array(z.unknown()) }).transform(({ anyOf }) => anyOf),
  z.object({ oneOf: z.array(z.unknown()) }).transform(({ oneOf }) => oneOf),
]);
const Frame = z.object({
  description: z.string().min(10),
  properties: z.object({ type: z.object({ const: z.string().optional() }) }),
});

/** The types of all frames of a published union; each must be described. The text frame's is "text". */
function typesOf(schema: unknown): string[] {
  const union = Union.safeParse(schema);
  if (union.success) return union.data.flatMap(typesOf);
  const { properties, description } = Frame.parse(schema);
  expect(description).not.toBe("");
  return [properties.type.const ?? "text"];
}

const published = Published.parse(await (await call("/protocol.json")).json());
const sorted = (types: Iterable<string>) => [...new Set(types)].sort();

it("has every frame in both directions, each described", () => {
  const server = [...Event.options, ...Signal.options].map((option) => option.shape.type.value);
  expect(sorted(typesOf(published.client))).toEqual(sorted(CLIENT_FRAME_TYPES));
  expect(sorted(typesOf(published.server))).toEqual(sorted([...server, "welcome", "snapshot", "reply", "text"]));
});

it("has what the reply to every command carries", () => {
  expect(sorted(Object.keys(published.replies))).toEqual(sorted(Command.options.map(({ shape }) => shape.type.value)));
  const send = z.fromJSONSchema(published.replies["message.send"] ?? {});
  const reply: z.input<(typeof Replies)["message.send"]> = { message_id: 1, seq: 3, repeated: false };
  expect(send.safeParse(reply).success).toBe(true);
  expect(send.safeParse({ ...reply, seq: -1 }).success).toBe(false);
});

it("has every error code with its status, every close code with what to do, and the limits", () => {
  expect(sorted(Object.keys(published.errors))).toEqual(sorted(ERROR_CODES));
  for (const code of ERROR_CODES) expect(published.errors[code]?.status).toBe(ERROR_STATUS[code]);
  expect(Object.keys(published.closes).sort()).toEqual(Object.values(CLOSE).map(String).sort());
  for (const [code, { final }] of Object.entries(published.closes)) expect(final).toBe(FINAL_CLOSES.has(Number(code)));
  expect(published.limits).toEqual(LIMITS);
});

it("tells a text frame from every other: it alone has no type", () => {
  const server = z.fromJSONSchema(z.record(z.string(), z.unknown()).parse(published.server));
  expect(server.safeParse({ from: 0, text: "Hi" }).success).toBe(true);
  expect(server.safeParse({ type: "nonsense", from: 0, text: "Hi" }).success).toBe(false);
});
