// Tells conversations what has changed about people elsewhere: who is related to an interview (whoever no longer is, is cut
// off at once), and what somebody is called.
import { again } from "../lib/again.ts";
import { calledOtherwise } from "../store/conversations.ts";
import { sessionsAbout, sessionsOf } from "../store/interviews.ts";
import type { Person } from "../store/people.ts";
import { type ConversationApi, conversationOf } from "./conversation.ts";

const AT_ONCE = 8;
/** Conversations that hear of a new name at once; the others when its bearer comes there. */
const HEAR_NAMES = 500;

/** Of this doctor or patient. Throws when one could not be told: the change is made, and made again it tells them again. */
export const relationsChanged = async (env: Env, entityId: number): Promise<void> =>
  tellAll(env, await sessionsAbout(env.DB, entityId), (session) => session.relate());

/** This user's role is another one, or he is disabled. Throws likewise. */
export const standingChanged = async (env: Env, userId: number): Promise<void> =>
  tellAll(env, await sessionsOf(env.DB, userId), (session) => session.relate());

/** Where the user takes part, the liveliest first. Throws likewise. */
export async function nameChanged(env: Env, { id, name }: Pick<Person, "id" | "name">): Promise<void> {
  const ids = await calledOtherwise(env.DB, id, name, HEAR_NAMES);
  await tellAll(env, ids, (conversation) => conversation.rename(id, name));
}

type Tell = (conversation: ConversationApi) => Promise<void>;

async function tellAll(env: Env, ids: number[], tell: Tell): Promise<void> {
  while (ids.length > 0)
    await Promise.all(ids.splice(0, AT_ONCE).map((id) => again(() => tell(conversationOf(env, id)))));
}
