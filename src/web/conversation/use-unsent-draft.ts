// What could not be sent when a conversation is left goes back into its draft.
import { useEffect, useEffectEvent } from "react";
import type { ConversationState } from "../../client/types.ts";
import { keepDraft, readDraft } from "./drafts.ts";

export function useUnsentDraft(id: number, { pending, status }: ConversationState): void {
  const keep = useEffectEvent(() => {
    // On a live socket an unrefused one is on its way: the draft would only repeat it.
    const unsent = pending.filter(({ error }) => error !== null || status.state !== "live");
    if (unsent.length === 0) return;
    const texts = [...unsent.map(({ content }) => content), readDraft(id)];
    keepDraft(id, texts.filter((text) => text !== "").join("\n\n"));
  });
  useEffect(() => () => keep(), []);
}
