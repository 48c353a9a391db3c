// Tells interviews that somebody is related to them now, or no longer: whoever is not is cut off at once. Each throws when
// an interview could not be told: the change is made, and asking for it again tells them again.
import { isRetryable } from "../lib/unavailable.ts";
import { sessionsAbout, sessionsOf } from "../store/interviews.ts";
import { conversationOf } from "./conversation.ts";

const AT_ONCE = 8;

/** Of this doctor or patient. */
export const relationsChanged = async (env: Env, entityId: number): Promise<void> =>
  tellAll(env, await sessionsAbout(env.DB, entityId));

/** This user's role is another one, or he is disabled. */
export const standingChanged = async (env: Env, userId: number): Promise<void> =>
  tellAll(env, await sessionsOf(env.DB, userId));

async function tellAll(env: Env, sessions: number[]): Promise<void> {
  while (sessions.length > 0) await Promise.all(sessions.splice(0, AT_ONCE).map((id) => tell(env, id)));
}

const tell = (env: Env, id: number): Promise<void> =>
  conversationOf(env, id)
    .relate()
    .catch((error: unknown) => {
      if (isRetryable(error)) return conversationOf(env, id).relate();
      throw error;
    });
