// What this person may do in the conversation: the server's word (`you.can`), with whose message it is; pure.
import type { ConversationState } from "../../client/types.ts";
import type { Message } from "../../protocol/entities.ts";

export interface Permissions {
  userId: number | null;
  send: boolean;
  configure: boolean;
  manageMembers: boolean;
  cancel: boolean;
  edit(message: Message): boolean;
  /** `question`: what the message answers, if it is an answer. */
  remove(message: Message, question: Message | null): boolean;
  retry(question: Message | null): boolean;
  /** Choose among the answers to it, for everyone. */
  select(question: Message | null): boolean;
}

/** These may do to others' messages what everybody may do to their own. */
const MANAGERS: ReadonlySet<string> = new Set(["owner", "moderator", "admin"]);

export function permissionsOf(you: ConversationState["you"]): Permissions {
  const can = (action: string) => you?.can.includes(action) ?? false;
  const own = (message: Message | null) => you !== null && message?.author?.user_id === you.user_id;
  const manages = you !== null && MANAGERS.has(you.role);
  const recent = (message: Message | null) => you !== null && message !== null && message.id >= you.changes_from;
  const standing = (message: Message | null) => message !== null && message.deleted_at === undefined;
  return {
    userId: you?.user_id ?? null,
    send: can("conversation.send"),
    configure: can("conversation.configure"),
    manageMembers: can("member.manage"),
    cancel: can("turn.cancel"),
    edit: (message) => can("message.edit") && own(message) && standing(message) && recent(message),
    remove: (message, question) =>
      can("message.delete") && (manages || own(message) || own(question)) && standing(message),
    retry: (question) => can("turn.retry") && own(question) && standing(question) && recent(question),
    select: (question) => can("answer.select") && (manages || own(question)) && recent(question),
  };
}
