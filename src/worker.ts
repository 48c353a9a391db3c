// The entry: every request enters here, every object class is exported here.
export { ConversationServer } from "./conversation/server.ts";
export { UserServer } from "./user/server.ts";

export default {
  fetch: () => new Response("not yet", { status: 503 }),
} satisfies ExportedHandler<Env>;
