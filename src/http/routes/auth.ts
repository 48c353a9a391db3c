// Signing up, logging in and out, refreshing, changing one's password, setting a new one by a link.
import { createRoute } from "@hono/zod-openapi";
import type { Context, HonoRequest } from "hono";
import type { Caller } from "../../auth/accounts.ts";
import { PasswordReset } from "../../protocol/admin.ts";
import { refuse } from "../../protocol/errors.ts";
import { LoginAnswer, LoginBody, PasswordChange, RefreshBody, SignupBody } from "../../protocol/rest.ts";
import { addressOf } from "../address.ts";
import { routes } from "../context.ts";
import { clearLoginCookies, refreshCookie, setLoginCookies } from "../cookies.ts";
import { allowedOrigin } from "../middleware/allowed-origin.ts";
import { authenticated } from "../middleware/authenticated.ts";
import { ADA, LOGGED_IN, RESET_LINK } from "../openapi/samples.ts";
import { failure, json, refused, refuses, signedIn, takes } from "../respond.ts";

const tags = ["auth"];

const signup = createRoute({
  method: "post",
  path: "/api/v1/auth/signup",
  operationId: "signUp",
  summary: "Sign up, and log in",
  tags,
  middleware: allowedOrigin,
  request: takes(SignupBody, { username: "ada", password: "correct horse battery", name: ADA.name }),
  responses: { 201: json(LoginAnswer, "The new user, logged in", LOGGED_IN), default: failure },
  ...refuses("forbidden", "conflict", "rate_limited"),
});

const login = createRoute({
  method: "post",
  path: "/api/v1/auth/login",
  operationId: "logIn",
  summary: "Log in",
  description: "Ten failures of an account, or of an address, within fifteen minutes and both wait.",
  tags,
  middleware: allowedOrigin,
  request: takes(LoginBody, { username: "ada", password: "correct horse battery" }),
  responses: { 200: json(LoginAnswer, "Logged in", LOGGED_IN), default: failure },
  ...refuses("unauthorized", "forbidden", "rate_limited"),
});

const refresh = createRoute({
  method: "post",
  path: "/api/v1/auth/refresh",
  operationId: "refresh",
  summary: "Exchange a refresh token for new tokens",
  tags,
  middleware: allowedOrigin,
  request: { body: { ...takes(RefreshBody, { refresh_token: LOGGED_IN.refresh_token }).body, required: false } },
  responses: {
    200: json(LoginAnswer, "A new pair of tokens; the old refresh token is spent", LOGGED_IN),
    default: failure,
  },
  ...refuses("unauthorized", "forbidden"),
});

const logout = createRoute({
  method: "post",
  path: "/api/v1/auth/logout",
  operationId: "logOut",
  summary: "Log out: end this session, its tokens and its sockets",
  tags,
  security: signedIn,
  middleware: [allowedOrigin, authenticated] as const,
  responses: { 204: { description: "The session and its tokens have ended" }, default: failure },
  ...refuses("forbidden"),
});

const password = createRoute({
  method: "post",
  path: "/api/v1/auth/password",
  operationId: "changePassword",
  summary: "Change one's password, and end all other sessions",
  tags,
  security: signedIn,
  middleware: [allowedOrigin, authenticated] as const,
  request: takes(PasswordChange, { current_password: "correct horse battery", new_password: "wrong donkey charger" }),
  responses: { 204: { description: "Changed; the other sessions have ended" }, default: failure },
  ...refuses("forbidden", "conflict", "unprocessable"),
});

const reset = createRoute({
  method: "post",
  path: "/api/v1/auth/password/reset",
  operationId: "resetPassword",
  summary: "Set a new password by an administrator's link",
  tags,
  middleware: allowedOrigin,
  request: takes(PasswordReset, { token: RESET_LINK.token, new_password: "violet umbrella seventeen" }),
  responses: { 204: { description: "Set; every session of the user has ended" }, default: failure },
  ...refuses("gone", "rate_limited"),
});

export const auth = routes()
  .openapi(signup, async (c) => {
    const answer = await finished(c, c.get("accounts").signUp(c.req.valid("json"), caller(c.req), c.env));
    c.set("audited", { who: c.req.valid("json").username });
    if (!answer.ok) return refused(c, answer.error);
    c.set("audited", { actor: actorOf(answer.value) });
    setLoginCookies(c, answer.value);
    return c.json(answer.value, 201);
  })
  .openapi(login, async (c) => {
    const answer = await finished(c, c.get("accounts").logIn(c.req.valid("json"), caller(c.req), c.env));
    c.set("audited", { who: c.req.valid("json").username });
    if (!answer.ok) return refused(c, answer.error);
    c.set("audited", { actor: actorOf(answer.value) });
    setLoginCookies(c, answer.value);
    return c.json(answer.value, 200);
  })
  .openapi(refresh, async (c) => {
    const { refresh_token, request_id } = c.req.valid("json");
    const token = refresh_token ?? refreshCookie(c);
    const answer = token
      ? await c.get("accounts").refresh(token, request_id ?? null, c.env)
      : refuse("unauthorized", "There is no refresh token.");
    if (!answer.ok) return refused(c, answer.error);
    setLoginCookies(c, answer.value);
    return c.json(answer.value, 200);
  })
  .openapi(logout, async (c) => {
    const { user_id, sid } = c.get("principal");
    // A login of an outside issuer has no session here to end.
    if (sid !== null) await c.env.USER.getByName(String(user_id)).end(sid);
    c.get("auth").forget(user_id);
    clearLoginCookies(c);
    return c.body(null, 204);
  })
  .openapi(password, async (c) => {
    const principal = c.get("principal");
    const body = c.req.valid("json");
    const changed = await finished(c, c.get("accounts").changePassword(principal, body, caller(c.req), c.env));
    if (!changed.ok) return refused(c, changed.error);
    c.get("auth").forget(principal.user_id);
    return c.body(null, 204);
  })
  .openapi(reset, async (c) => {
    const set = await finished(c, c.get("accounts").resetPassword(c.req.valid("json"), caller(c.req), c.env));
    if (!set.ok) return refused(c, set.error);
    c.get("auth").forget(set.value);
    return c.body(null, 204);
  });

const actorOf = ({ user: { id, role } }: LoginAnswer) => ({ user_id: id, role });

/** A try is counted to its end, also when the client has gone: others may wait behind it, and it may have failed. */
function finished<T>(c: Pick<Context, "executionCtx">, work: Promise<T>): Promise<T> {
  c.executionCtx.waitUntil(work.catch(() => {}));
  return work;
}

/** The address is the platform's word, never a forwarded header (security.md §6). */
const caller = (request: HonoRequest): Caller => ({
  address: addressOf(request.raw),
  device: request.header("user-agent")?.slice(0, 200) ?? null,
});
