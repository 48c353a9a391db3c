// The server this page came from: its REST client with the session in HttpOnly cookies, and what it says of itself.
import * as z from "zod";
import { createRest } from "../client/rest.ts";

export const HOST = location.origin;
export const rest = createRest({ host: HOST, session: "cookies" });

const Health = z.object({ environment: z.string().optional() });

/** `environment` is absent where the server does not tell. */
export async function serverInfo(): Promise<z.infer<typeof Health>> {
  const response = await fetch("/healthz");
  return Health.parse(await response.json());
}
