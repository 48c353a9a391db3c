// What tests of administrators need: one who is there from the start, and people of any role.
import * as z from "zod";
import { KeyCreated, ManagedUser, type Scope, UserCreated } from "../../../src/protocol/admin.ts";
import type { Role } from "../../../src/protocol/entities.ts";
import { person } from "../conversation/people.ts";
import { call, freshName } from "./client.ts";

export const ROLES: Role[] = ["admin", "doctor", "patient", "hospital", "member"];

/** The token of an administrator. */
export const administrator = async (): Promise<string> => (await person("admin")).token;

export const users = "/api/v1/admin/users";

export async function makeUser(token: string, body: object): Promise<UserCreated> {
  const response = await call(users, { token, body: { username: freshName(), ...body } });
  if (response.status !== 201) throw new Error(`making a user answered ${response.status}: ${await response.text()}`);
  return UserCreated.parse(await response.json());
}

export const patchUser = (token: string, id: number, body: object): Promise<Response> =>
  call(`${users}/${id}`, { method: "PATCH", token, body });

export async function listUsers(token: string, query = ""): Promise<z.infer<typeof UserPage>> {
  return UserPage.parse(await (await call(`${users}?${query}`, { token })).json());
}
const UserPage = z.object({ items: z.array(ManagedUser), next_cursor: z.string().nullable() });

export async function makeKey(token: string, ...scopes: Scope[]): Promise<KeyCreated> {
  const response = await call("/api/v1/keys", { token, body: { name: "A service", scopes } });
  return KeyCreated.parse(await response.json());
}

export const me = (token: string, fetch?: (request: Request) => Promise<Response>): Promise<Response> =>
  call("/api/v1/me", { token }, fetch);
