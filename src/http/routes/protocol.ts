// The native protocol's frames as JSON Schema, generated from the schemas that the server itself parses with.
import * as z from "zod";
import { ClientFrame } from "../../protocol/commands.ts";
import { ServerFrame } from "../../protocol/frames.ts";
import { routes } from "../context.ts";

const schema = (frames: z.ZodType) => z.toJSONSchema(frames, { io: "input", unrepresentable: "any" });
const describe = () => ({ client: schema(ClientFrame), server: schema(ServerFrame) });

/** Made when first asked for: not worth the start of every isolate. */
let schemas: ReturnType<typeof describe> | undefined;

export const protocol = routes().get("/protocol.json", (c) => {
  schemas ??= describe();
  return c.json(schemas, 200);
});
