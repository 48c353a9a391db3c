// The entry: every request enters here, every object class is exported here.
import { type Config, readConfig } from "./env.ts";
import { createApp } from "./http/app.ts";
import { createLog } from "./lib/log.ts";
import { ERROR_STATUS, type Outcome } from "./protocol/errors.ts";

export { ConversationServer } from "./conversation/server.ts";
export { GatewayServer } from "./gateway/server.ts";
export { ProjectServer } from "./project/server.ts";
export { UserServer } from "./user/server.ts";

type Fetch = (request: Request, env: Env, ctx: ExecutionContext) => Response | Promise<Response>;

/** One for each isolate: the variables of an isolate never change. */
let served: Fetch | undefined;

const serve = (config: Outcome<Config>): Fetch => {
  if (config.ok) return createApp(config.value).fetch;
  const { error } = config;
  createLog("error")("error", "misconfigured", { field: error.field });
  return () => Response.json({ error }, { status: ERROR_STATUS[error.code], headers: { "Cache-Control": "no-store" } });
};

export default {
  fetch(request, env, ctx) {
    served ??= serve(readConfig(env));
    return served(request, env, ctx);
  },
} satisfies ExportedHandler<Env>;
