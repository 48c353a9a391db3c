// What this person may do in the conversation, as functions whose failures are told at the foot of the page.
import { useCallback } from "react";
import type { ConversationHandle, ConversationState } from "../../client/types.ts";
import { reasonOf } from "../sentence.ts";
import { toast } from "../ui/toast.tsx";
import { openTurn } from "./turn-notes.ts";

interface Commands {
  send: (content: string) => void;
  /** Asks the model to answer a question again. */
  retry: (questionId: number) => void;
  /** Stops the running answer; null when none runs or this person may not. */
  stop: (() => void) | null;
  maySend: boolean;
}

export function useCommands(state: ConversationState, conversation: ConversationHandle): Commands {
  const can = (action: string) => state.you?.can.includes(action) ?? false;
  const retry = useCallback((questionId: number) => attempt(conversation.retry(questionId)), [conversation]);

  // A refusal is shown at the message itself.
  const send = (content: string) => void conversation.send(content).catch(() => {});

  const turn = openTurn(state.turns);
  const stoppable = turn !== null && state.status.state === "live" && can("turn.cancel");
  const stop = stoppable ? () => attempt(conversation.cancel(turn.id)) : null;
  return { send, retry, stop, maySend: can("conversation.send") };
}

function attempt(command: Promise<unknown>): void {
  command.catch((failure: unknown) => toast(reasonOf(failure)));
}
