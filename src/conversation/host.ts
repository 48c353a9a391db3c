// What a conversation asks of the world around it: storage, time, models, D1 and the other objects. `server.ts` gives it
// the platform's, tests give their own.
import type { Allowance, Allowed } from "../auth/allowance.ts";
import type { LoginKeeper, Place } from "../auth/logins.ts";
import type { Principal } from "../auth/principal.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { Model } from "../models/model.ts";
import type { Role } from "../protocol/entities.ts";
import type { Outcome } from "../protocol/errors.ts";
import type { Told } from "../protocol/happenings.ts";
import type { ProjectUpdate } from "../protocol/projects.ts";
import type { Measures } from "../store/metrics.ts";
import type { Change, Reached } from "../store/mirror.ts";
import type { Shelves } from "./filing.ts";
import type { Archive } from "./reading.ts";
import type { Related } from "./relating.ts";
import type { Head } from "./tables.ts";
import type { Patience } from "./watchdog.ts";

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
