// Goes to a message: loads it, shows it among its variants, puts it into the middle and marks it for a moment.
import { type RefObject, useEffect, useEffectEvent, useState } from "react";
import type { ConversationHandle, ConversationState } from "../../client/types.ts";
import { reasonOf } from "../sentence.ts";
import { toast } from "../ui/toast.tsx";
import { words } from "../words.ts";
import { placeOf } from "./go-to.ts";
import type { RowActions } from "./row-actions.ts";
import type { TimelineItem } from "./timeline.ts";

const MARKED_MS = 2_500;

/** A new object each time it is asked for, also for the same message. */
export interface Destination {
  messageId: number;
}

interface Way {
  destination: Destination | null;
  state: ConversationState;
  items: readonly TimelineItem[];
  content: RefObject<HTMLElement | null>;
  conversation: Pick<ConversationHandle, "loadAround" | "state">;
  actions: Pick<RowActions, "look">;
  toRow: (row: HTMLElement) => void;
}

interface Going {
  /** The key of the row to mark. */
  marked: string | null;
  /** Something is being loaded on the way. */
  going: boolean;
  /** Nothing more is to come of the way, if there was one. */
  arrived: boolean;
}

export function useGoTo({ destination, state, items, content, conversation, actions, toRow }: Way): Going {
  /** Where the way has ended. */
  const [reached, setReached] = useState<Destination | null>(null);
  const [loading, setLoading] = useState<Destination | null>(null);
  const [marked, setMarked] = useState<string | null>(null);
  const live = state.status.state === "live";

  const go = useEffectEvent((to: Destination) => {
    const place = placeOf(to.messageId, items, state.messages);
    switch (place.kind) {
      case "deleted":
      case "row": {
        const row = content.current?.querySelector<HTMLElement>(`[data-key="${place.key}"]`);
        if (!row) return;
        setReached(to);
        if (place.kind === "deleted") toast(words.conversation.deleted);
        toRow(row);
        row.focus({ preventScroll: true });
        setMarked(place.key);
        return;
      }
      case "variant":
        return actions.look(place.questionId, place.index);
      case "missing":
        return void load(to, place.messageId);
      default:
        return place satisfies never;
    }
  });

  const giveUp = (to: Destination, reason: string) => {
    setReached(to);
    toast(reason);
  };
  const load = async (to: Destination, messageId: number) => {
    if (loading === to) return;
    setLoading(to);
    try {
      if (!(await conversation.loadAround(messageId))) giveUp(to, words.conversation.notFound);
    } catch (failure) {
      // That a conversation has ended is told elsewhere, and that it was left needs no telling.
      if (conversation.state.status.state !== "ended") giveUp(to, reasonOf(failure));
    } finally {
      setLoading((now) => (now === to ? null : now));
    }
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: tried again when more is there
  useEffect(() => {
    if (destination && live && reached !== destination) go(destination);
  }, [destination, live, items, loading]);

  useEffect(() => {
    if (marked === null) return;
    const timer = setTimeout(() => setMarked(null), MARKED_MS);
    return () => clearTimeout(timer);
  }, [marked]);
  return {
    marked,
    going: loading !== null && loading === destination,
    arrived: destination === null || destination === reached,
  };
}
