// People with real logins, made without the cost of hashing a password.
import { env } from "cloudflare:workers";
import type { Principal } from "../../../src/auth/principal.ts";
import { signAccess } from "../../../src/auth/sign.ts";
import type { Role } from "../../../src/protocol/entities.ts";
import { addPerson } from "../../../src/store/people.ts";
import { configured, freshName } from "../http/client.ts";

export interface Person {
  id: number;
  name: string;
  sid: string;
  token: string;
  principal: Principal;
}

/** A new user, logged in once; the token lasts `ttl` seconds. */
export async function person(role: Role = "member", ttl = 86_400): Promise<Person> {
  const name = freshName();
  const row = { username: name, name, email: null, role, password: "-", created_at: Date.now() };
  const added = await addPerson(env.DB, row);
  if (!added) throw new Error("the name is taken");
  await env.USER.getByName(String(added.id)).enrol(keptAs(added.id, name, role));
  return logIn(added.id, name, role, ttl);
}

/** Another login of the same user. */
export async function logIn(id: number, name: string, role: Role = "member", ttl = 86_400): Promise<Person> {
  const grant = await env.USER.getByName(String(id)).begin(keptAs(id, name, role), "test");
  if (!grant.ok) throw new Error(grant.error.message);
  const { sid, jti, iat } = grant.value;
  const config = configured({ ACCESS_TOKEN_TTL_S: String(ttl) });
  const token = await signAccess({ user_id: id, name, role, sid, jti, iat }, config);
  if (!token.ok) throw new Error(token.error.message);
  return { id, name, sid, token: token.value, principal: { user_id: id, name, role, sid, iat, exp: iat + ttl } };
}

const keptAs = (user_id: number, name: string, role: Role) => ({
  user_id,
  username: name,
  name,
  email: null,
  role,
  disabled: false,
});
