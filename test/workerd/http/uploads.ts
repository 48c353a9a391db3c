// Uploads through the route, and what is stored of them.
import { env } from "cloudflare:workers";
import * as z from "zod";
import { UploadAnswer } from "../../../src/protocol/rest.ts";
import type { Person } from "../conversation/people.ts";
import { type Fetch, HOST, worker } from "./client.ts";

export const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3, 4]);

interface Upload {
  conversation_id: number | string;
  files?: { name: string; bytes: Uint8Array }[];
  message?: string;
  fields?: Record<string, string>;
  headers?: Record<string, string>;
  /** Not as long as it says, or broken in another way. */
  spoil?: (body: Uint8Array) => Uint8Array;
}

/** As a browser sends a form, the files first. */
export async function upload(
  who: Pick<Person, "token"> | null,
  wish: Upload,
  fetch: Fetch = worker,
): Promise<Response> {
  const form = new FormData();
  for (const { name, bytes } of wish.files ?? [{ name: "garden.png", bytes: PNG }])
    form.append("files", new File([Uint8Array.from(bytes)], name));
  form.append("conversation_id", String(wish.conversation_id));
  if (wish.message !== undefined) form.append("message", wish.message);
  for (const [name, value] of Object.entries(wish.fields ?? {})) form.append(name, value);
  const plain = new Response(form);
  const whole = new Uint8Array(await plain.arrayBuffer());
  const body = wish.spoil?.(whole) ?? whole;
  const headers = new Headers(wish.headers);
  headers.set("content-type", plain.headers.get("content-type") ?? "");
  headers.set("content-length", String(body.byteLength));
  if (who) headers.set("authorization", `Bearer ${who.token}`);
  return fetch(new Request(`${HOST}/api/upload_file`, { method: "POST", headers, body }));
}

export async function uploaded(who: Person, wish: Upload): Promise<z.infer<typeof UploadAnswer>> {
  const response = await upload(who, wish);
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  return UploadAnswer.parse(await response.json());
}

/** What stands behind a link. */
export const opened = (url: string | undefined, headers: Record<string, string> = {}): Promise<Response> =>
  worker(new Request(String(url), { headers }));

/** Keys in R2 of this conversation. */
export async function keysOf(conversation: number): Promise<string[]> {
  const { objects } = await env.FILES.list({ prefix: `conversation/${conversation}/` });
  return objects.map(({ key }) => key);
}

export async function rowsInDirectory(conversation: number): Promise<number> {
  const row = await env.DB.prepare("SELECT count(*) AS n FROM files WHERE conversation_id = ?")
    .bind(conversation)
    .first();
  return z.object({ n: z.int() }).parse(row).n;
}
