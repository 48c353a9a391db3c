// Socket tickets: a signed word for one user, one conversation or the user's inbox, one Origin, 30 seconds and one use.
import { jwtVerify, SignJWT } from "jose";
import * as z from "zod";
import type { Config } from "../env.ts";
import type { Clock } from "../lib/clock.ts";
import { Id, Role } from "../protocol/entities.ts";
import { type Outcome, ok, refuse } from "../protocol/errors.ts";
import type { Principal } from "./principal.ts";
import { signingKey } from "./sign.ts";
import { DecimalId, SKEW_S, TOKEN_BYTES } from "./verify.ts";

export const TICKET_TTL_S = 30;

export interface Ticket {
  principal: Principal;
  /** null: the inbox. */
  conversation_id: number | null;
  /** The object refuses a second use of it. */
  jti: string;
  /** Epoch seconds: when the ticket, not the login, ends. */
  exp: number;
}

const Claims = z.object({
  type: z.literal("ticket"),
  sub: DecimalId,
  name: z.string(),
  role: Role,
  sid: z.string().nullable(),
  login_iat: z.int().nonnegative(),
  login_exp: z.int().nonnegative(),
  conversation_id: Id.nullable(),
  origin: z.string().nullable(),
  jti: z.string().min(1),
  exp: z.int(),
});

/** `origin` is the header of the request that asks: only a socket with the same one may use the ticket. */
export async function signTicket(
  principal: Principal,
  conversationId: number | null,
  origin: string | null,
  config: Config,
  clock: Clock,
): Promise<Outcome<string>> {
  const key = signingKey(config);
  if (!key.ok) return key;
  const { user_id, name, role, sid, iat, exp } = principal;
  const claims = { name, role, sid, login_iat: iat, login_exp: exp, conversation_id: conversationId, origin };
  const now = Math.floor(clock.now() / 1000);
  const ticket = new SignJWT({ type: "ticket", ...claims })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setSubject(String(user_id))
    .setJti(crypto.randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(now + TICKET_TTL_S);
  return ok(await ticket.sign(key.value));
}

export async function verifyTicket(
  ticket: string,
  origin: string | null,
  config: Config,
  clock: Clock,
): Promise<Outcome<Ticket>> {
  const refused = refuse("unauthorized", "The ticket is not valid.");
  const key = signingKey(config);
  if (!key.ok || ticket.length > TOKEN_BYTES) return refused;
  const genuine = await jwtVerify(ticket, key.value, {
    algorithms: ["HS256"],
    clockTolerance: SKEW_S,
    currentDate: new Date(clock.now()),
  }).catch(() => null);
  const claims = Claims.safeParse(genuine?.payload);
  if (!claims.success || claims.data.origin !== origin) return refused;
  const { sub, name, role, sid, login_iat, login_exp, conversation_id, jti, exp } = claims.data;
  if (login_exp + SKEW_S <= clock.now() / 1000) return refuse("unauthorized", "The token has expired.");
  return ok({
    principal: { user_id: sub, name, role, sid, iat: login_iat, exp: login_exp },
    conversation_id,
    jti,
    exp,
  });
}
