// From a route to the conversation's object. An id whose object was never created answers there like a foreign one.
import * as z from "zod";
import type { ConversationServer } from "../conversation/server.ts";
import { numeral } from "../protocol/json.ts";

/** The `{id}` of a path. */
export const PathId = numeral(z.int().positive());
export const ConversationPath = z.object({ id: PathId });

/** What the worker asks of a conversation: the object's own methods, since everything that crosses is plain data. */
export type ConversationApi = Pick<
  ConversationServer,
  | "create"
  | "admit"
  | "command"
  | "send"
  | "history"
  | "retryTurn"
  | "outcome"
  | "describe"
  | "turns"
  | "watch"
  | "erase"
  | "invite"
  | "invitations"
  | "revokeInvitation"
  | "seeInvitation"
  | "join"
  | "openInterview"
  | "finishInterview"
  | "summary"
  | "changeSummary"
  | "signSummary"
  | "relate"
  | "rename"
  | "shelve"
  | "openFile"
  | "linkFile"
> &
  Pick<DurableObjectStub, "fetch">;

export const conversationOf = (env: Env, id: number): ConversationApi => env.CONVERSATION.getByName(String(id));
