// What the platform gives the gateway: bindings as the interfaces that gateway.ts asks for.
import { createAuthentication } from "../auth/authentication.ts";
import type { Principal } from "../auth/principal.ts";
import { requireConfig } from "../env.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import { createCatalogue } from "../models/catalogue.ts";
import type { Conversation } from "../protocol/entities.ts";
import type { Tool } from "../protocol/tools.ts";
import { findChat, findOwnChat, findRoom, keepRoom } from "../store/assistant-rooms.ts";
import { reserveConversation, reserveNamed } from "../store/conversations.ts";
import { recordReport } from "../store/metrics.ts";
import type { ConversationDoor } from "./errands.ts";
import type { GatewayHost } from "./gateway.ts";

/** A conversation with nothing decided yet, as a client begins one by writing; the same one as often as it asks by one name. */
async function found(
  env: Env,
  clock: Clock,
  principal: Principal,
  kind: Conversation["kind"],
  model: string | null,
  tools: Tool[],
  founding: string | null,
): Promise<number> {
  const now = clock.now();
  const { user_id } = principal;
  const id = await (founding === null
    ? reserveConversation(env.DB, kind, user_id, now)
    : reserveNamed(env.DB, kind, user_id, founding, now));
  const empty = { title: null, model, instructions: null, assistant_mode: "always", temperature: null } as const;
  await env.CONVERSATION.getByName(String(id)).create({ id, kind, ...empty, tools, created_at: now }, principal, []);
  return id;
}

export function hostOf(ctx: DurableObjectState, env: Env, clock: Clock, log: Log): GatewayHost {
  const config = requireConfig(env);
  const catalogue = createCatalogue(config, env, clock);
  const authentication = createAuthentication(config, clock);
  const door = (id: number): ConversationDoor => env.CONVERSATION.getByName(String(id));
  return {
    clock,
    log,
    shard: String(ctx.id.name),
    storage: ctx.storage,
    identify: (token) => authentication.ofToken(token, env),
    keeperOf: (userId) => env.USER.getByName(String(userId)),
    conversations: {
      door,
      found: (...wish) => found(env, clock, ...wish),
      room: (roomId) => findRoom(env.DB, roomId),
      chat: (userId, chatId) => findChat(env.DB, userId, chatId),
      ownChat: (userId, chatId) => findOwnChat(env.DB, userId, chatId),
      keepRoom: (userId, room) => keepRoom(env.DB, userId, room),
      sources: () => [...new Set(catalogue.list().map(({ provider }) => provider))],
      model: (name) => (catalogue.resolve(name).ok ? name : null),
      listedModel: (name) => {
        const known = name.includes(":") || catalogue.lists(name);
        return known && catalogue.resolve(name).ok ? name : null;
      },
      defaultModel: catalogue.defaultName,
    },
    idleMs: config.IDLE_TIMEOUT_S * 1000,
    project: (id) => env.PROJECT.getByName(String(id)),
    openInterview: (principal, sessionId, entityId) => door(sessionId).openInterview(principal, entityId),
    report: (report) => recordReport(env.DB, report),
    shards: {
      claim: (shard, claim) => env.GATEWAY.getByName(shard).release(claim),
    },
  };
}
