// What a user's inbox says on its socket: which of his conversations his list shows otherwise now. Signals only: what
// changed is read from the list, and a signal that was missed is made up for by reading it again (decision 032).
import * as z from "zod";
import { Id } from "./entities.ts";
import { Bye } from "./frames.ts";

export const InboxChanged = z
  .object({ type: z.literal("inbox.changed"), conversation_id: Id })
  .describe("This conversation's entry in `GET /api/v1/conversations` has changed, come or gone: read the list again");

export const InboxFrame = z.discriminatedUnion("type", [InboxChanged, Bye]);
export type InboxFrame = z.infer<typeof InboxFrame>;
