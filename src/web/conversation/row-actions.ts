// What can be done from a row of the timeline; given to all rows at once and never replaced, so that none renders anew.
import { createContext, useContext } from "react";
import type { Message } from "../../protocol/entities.ts";
import type { Edit } from "./drafts.ts";
import type { Permissions } from "./permissions.ts";

export interface RowActions {
  conversationId: number;
  permissions: Permissions;
  reply(messageId: number): void;
  /** Opens the editor in the message's place. */
  startEdit(message: Message): void;
  changeEdit(edit: Edit): void;
  saveEdit(message: Message, text: string): Promise<void>;
  endEdit(): void;
  /** Asks first. */
  remove(message: Message): void;
  /** Asks the model to answer a question again. */
  retry(questionId: number, model?: string): void;
  /** Shows another answer here. */
  look(questionId: number, index: number): void;
  /** The same, and for everyone where this person may choose. */
  choose(questionId: number, index: number): void;
  /** Loads a page before a message, or before the first. */
  loadOlder(before?: number): Promise<void>;
  loadNewer(after: number): Promise<void>;
  /** Brings a message into view. */
  goTo(messageId: number): void;
  resend(clientId: string): void;
  discard(clientId: string): void;
}

const Context = createContext<RowActions | null>(null);
export const RowActionsProvider = Context.Provider;

export function useRowActions(): RowActions {
  const actions = useContext(Context);
  if (!actions) throw new Error("useRowActions needs a conversation around it");
  return actions;
}
