// Tells interviews that somebody is related to them now, or no longer: whoever is not is cut off at once.
import { isRetryable } from "../lib/unavailable.ts";
import { sessionsAbout } from "../store/interviews.ts";
import { conversationOf } from "./conversation.ts";

const AT_ONCE = 8;

/** Throws when one could not be told: the change is made, and asking for it again tells them again. */
export async function relationsChanged(env: Env, entityId: number): Promise<void> {
  const sessions = await sessionsAbout(env.DB, entityId);
  while (sessions.length > 0) await Promise.all(sessions.splice(0, AT_ONCE).map((id) => tell(env, id)));
}

const tell = (env: Env, id: number): Promise<void> =>
  conversationOf(env, id)
    .relate()
    .catch((error: unknown) => {
      if (isRetryable(error)) return conversationOf(env, id).relate();
      throw error;
    });
