// The cookies of the web client: two with its tokens, one that says they are there. Never set for a page that may only use tokens.
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { originStanding } from "../auth/origins.ts";
import { ACCESS_COOKIE } from "../auth/presented.ts";
import { LOGGED_IN_COOKIE, type LoginAnswer } from "../protocol/rest.ts";
import type { AppContext } from "./context.ts";

const REFRESH_COOKIE = "refresh_token";
const REFRESH_TTL_S = 30 * 24 * 60 * 60;
const SAFE = { httpOnly: true, secure: true, sameSite: "Lax" } as const;
/** Scripts may read this one. */
const OPEN = { ...SAFE, httpOnly: false, path: "/" } as const;
const ACCESS_PATH = "/";
/** Sent nowhere but to the routes that need it. */
const REFRESH_PATH = "/api/v1/auth";

export function setLoginCookies(c: AppContext, answer: LoginAnswer): void {
  if (standing(c) === "token") return;
  setCookie(c, ACCESS_COOKIE, answer.access_token, { ...SAFE, path: ACCESS_PATH, maxAge: answer.expires_in });
  setCookie(c, REFRESH_COOKIE, answer.refresh_token, { ...SAFE, path: REFRESH_PATH, maxAge: REFRESH_TTL_S });
  setCookie(c, LOGGED_IN_COOKIE, "1", { ...OPEN, maxAge: REFRESH_TTL_S });
}

export function clearLoginCookies(c: Context): void {
  deleteCookie(c, ACCESS_COOKIE, { ...SAFE, path: ACCESS_PATH });
  deleteCookie(c, REFRESH_COOKIE, { ...SAFE, path: REFRESH_PATH });
  deleteCookie(c, LOGGED_IN_COOKIE, OPEN);
}

/** Counts only for an origin on the list. */
export const refreshCookie = (c: AppContext): string | undefined =>
  standing(c) === "listed" ? getCookie(c, REFRESH_COOKIE) : undefined;

const standing = (c: AppContext) => originStanding(c.req.header("origin"), c.get("config"));
