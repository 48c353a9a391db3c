// What a conversation asks of the world around it (storage, time, models, D1 and the other objects), and how the platform
// gives it. Tests give their own.
import type { Allowance, Allowed } from "../auth/allowance.ts";
import { createAuthentication } from "../auth/authentication.ts";
import type { LoginKeeper, Place } from "../auth/logins.ts";
import type { Principal } from "../auth/principal.ts";
import { requireConfig } from "../env.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import { createLog, type Log } from "../lib/log.ts";
import { createCatalogue } from "../models/catalogue.ts";
import type { Model } from "../models/model.ts";
import type { Role } from "../protocol/entities.ts";
import type { Outcome } from "../protocol/errors.ts";
import type { Told } from "../protocol/happenings.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { ProjectUpdate } from "../protocol/projects.ts";
import {
  archivedAnswers,
  archivedMessage,
  forgetConversation,
  messagesBefore,
  messagesBetween,
} from "../store/conversations.ts";
import { forgetFiles, reserveFiles } from "../store/files.ts";
import { partiesOf } from "../store/interviews.ts";
import type { Measures } from "../store/metrics.ts";
import { type Change, mirror, type Reached } from "../store/mirror.ts";
import { findById } from "../store/people.ts";
import { chatPeople } from "../store/projects.ts";
import type { Shelves } from "./filing.ts";
import type { Head } from "./journal/tables.ts";
import { partiesIn, type Related } from "./people/relating.ts";
import type { Archive } from "./reading.ts";
import type { Patience } from "./turns/watchdog.ts";

export interface Host {
  clock: Clock;
  log: Log;
  storage: DurableObjectStorage;
  place: Place;
  patience: Patience;
  /** Of one user here; 0 = no limit. */
  messagesPerMinute: number;
  /** How many an interviewer asks at most. */
  interviewQuestions: number;
  resolveModel(name: string | null): Outcome<Model>;
  /** Who a token belongs to. */
  identify(token: string): Promise<Outcome<Principal>>;
  keeperOf(userId: number): Pick<LoginKeeper, "check" | "enter" | "leave"> & Allowance;
  /** Of one user everywhere; null = no limits. */
  allowed: Allowed | null;
  /** D1: each throws when it is away. */
  mirror(id: number, changes: Change[], reached: Reached, measures: Measures): Promise<void>;
  archive: Archive;
  /** Who takes part where that is decided elsewhere; null: what this belongs to is gone. */
  related(conversation: Head): Promise<Related[] | null>;
  forget(id: number): Promise<void>;
  shelves: Shelves;
  /** What has changed in the project to which this conversation belongs. Throws when it is away. */
  tellProject(project: number, updates: ProjectUpdate[]): Promise<void>;
  /** A shard of the gateway: how many there follow this conversation. Throws when it is away. */
  deliver(shard: string, conversation: number, batch: Told[]): Promise<number>;
  userName(userId: number): Promise<string | null>;
  /** A user's role as it is now; null when there is no such user, or not any more. */
  roleOf(userId: number): Promise<Role | null>;
  /** Tells a user's inbox that his list shows this conversation otherwise now. */
  tellInbox(userId: number): Promise<void>;
}

export function hostOf(ctx: DurableObjectState, env: Env): Host {
  const config = requireConfig(env);
  const clock = systemClock;
  const name = String(ctx.id.name);
  const catalogue = createCatalogue(config, env, clock);
  const authentication = createAuthentication(config, clock);
  return {
    clock,
    log: createLog(config.LOG_LEVEL, { object: "conversation", conversation: name }),
    storage: ctx.storage,
    place: { kind: "conversation", name },
    patience: {
      firstTokenMs: config.TURN_FIRST_TOKEN_S * 1000,
      stallMs: config.TURN_STALL_S * 1000,
      totalMs: config.TURN_MAX_S * 1000,
    },
    messagesPerMinute: config.MESSAGES_PER_MINUTE,
    interviewQuestions: config.INTERVIEW_MAX_QUESTIONS,
    // Whoever lifts the rate of messages (a load test, a trusted service) lifts that of turns.
    allowed:
      config.MESSAGES_PER_MINUTE > 0 || config.DAILY_TOKENS_PER_USER > 0
        ? { turns: config.MESSAGES_PER_MINUTE > 0 ? LIMITS.turnsPerUser : 0, dailyTokens: config.DAILY_TOKENS_PER_USER }
        : null,
    resolveModel: (model) => catalogue.resolve(model),
    identify: (token) => authentication.ofToken(token, env),
    keeperOf: (userId) => env.USER.getByName(String(userId)),
    mirror: (id, changes, reached, measures) => mirror(env.DB, id, changes, reached, measures),
    archive: {
      before: (conversation, id, limit) => messagesBefore(env.DB, conversation, id, limit),
      after: (conversation, id, before, limit) => messagesBetween(env.DB, conversation, id, before, limit),
      find: (conversation, id) => archivedMessage(env.DB, conversation, id),
      answers: (conversation, questionId) => archivedAnswers(env.DB, conversation, questionId),
    },
    related: async ({ id, project_id }) =>
      project_id === null ? partiesIn(await partiesOf(env.DB, id)) : chatPeople(env.DB, project_id, id),
    tellProject: (project, updates) => env.PROJECT.getByName(String(project)).tell(updates),
    shelves: {
      reserve: (userId, conversation, sizes) => reserveFiles(env.DB, userId, conversation, sizes, clock.now()),
      discard: async (files) => {
        await env.FILES.delete(files.map(({ key }) => key));
        await forgetFiles(
          env.DB,
          files.map(({ id }) => id),
        );
      },
    },
    deliver: (shard, conversation, batch) => env.GATEWAY.getByName(shard).deliver(conversation, batch),
    forget: (id) => forgetConversation(env.DB, id, clock.now()),
    userName: async (userId) => (await findById(env.DB, userId))?.name ?? null,
    tellInbox: (userId) => env.USER.getByName(String(userId)).inboxChanged(Number(name)),
    roleOf: async (userId) => {
      const person = await env.USER.getByName(String(userId)).profile();
      return person && !person.disabled ? person.role : null;
    },
  };
}
