// Production serves nothing while a demo user, whose password everybody knows, exists (security.md §10).
import { createMiddleware } from "hono/factory";
import { demoUserExists } from "../../auth/demo.ts";
import { within } from "../../lib/deadline.ts";
import type { ErrorBody } from "../../protocol/errors.ts";
import type { AppEnv } from "../context.ts";
import { refused } from "../respond.ts";

/** As long as a visitor should wait for it. */
const ANSWER_MS = 1_000;
const ASK_AGAIN_MS = 10_000;

/** Asked until D1 has once said no: in production nobody can make such a user afterwards. */
export function noDemoUser() {
  let exists: boolean | null = null;
  let askAt = 0;
  return createMiddleware<AppEnv>(async (c, next) => {
    const clock = c.get("clock");
    if (c.get("config").ENVIRONMENT === "production" && exists !== false && clock.now() >= askAt) {
      exists = await within(clock, ANSWER_MS, demoUserExists(c.env.DB)).catch(() => null);
      // With D1 away there is no answer, and no log-in either: chat goes on (reliability.md R14).
      askAt = exists === null ? clock.now() + ASK_AGAIN_MS : 0;
    }
    if (exists) return refused(c, misconfigured);
    return next();
  });
}

const misconfigured: ErrorBody = {
  code: "misconfigured",
  message: "A demo user exists: delete it, or set the variable ENVIRONMENT to development.",
  field: "ENVIRONMENT",
};
