// Finding a message's row in the timeline; pure.
import type { Message } from "../../protocol/entities.ts";
import type { TimelineItem } from "./timeline.ts";

export type Place =
  | { kind: "row"; key: string }
  /** It was an answer and is deleted: another one stands in this row. */
  | { kind: "deleted"; key: string }
  /** It is an answer beside the one that is shown. */
  | { kind: "variant"; questionId: number; index: number }
  /** This message has to be loaded for it to be shown. */
  | { kind: "missing"; messageId: number };

export function placeOf(messageId: number, items: readonly TimelineItem[], messages: readonly Message[]): Place {
  for (const item of items) {
    if (item.kind === "message" && item.message.id === messageId) return { kind: "row", key: item.key };
    if (item.kind !== "answer") continue;
    const { questionId, variants } = item;
    const index = variants.all.findIndex(({ message }) => message?.id === messageId);
    if (index < 0) continue;
    if (variants.all[index] === variants.shown) return { kind: "row", key: item.key };
    return { kind: "variant", questionId, index };
  }
  const sought = messages.find(({ id }) => id === messageId);
  const instead = items.find((item) => item.kind === "answer" && item.questionId === sought?.reply_to);
  if (sought?.deleted_at && instead) return { kind: "deleted", key: instead.key };
  // An answer is shown under its question only.
  const question = sought?.reply_to;
  return { kind: "missing", messageId: question ?? messageId };
}
