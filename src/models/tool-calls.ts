// The calls of tools in an answer of chat completions, put together from the pieces in which they come.
import * as z from "zod";
import type { ToolCall } from "../protocol/tools.ts";

export const CallPieces = z
  .array(
    z.object({
      index: z.int().nonnegative().optional(),
      id: z.string().nullish(),
      function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
    }),
  )
  .nullish()
  .catch(null);

/** Of one answer; more are nonsense. */
const MOST = 32;
const LENGTH = 64 * 1024;

export class CallCollector {
  #calls = new Map<number, ToolCall>();

  take(pieces: z.infer<typeof CallPieces>): void {
    for (const [place, piece] of (pieces ?? []).entries()) {
      const index = piece.index ?? place;
      const call = this.#calls.get(index) ?? { call_id: "", name: "", arguments: "" };
      if (this.#calls.size >= MOST && !this.#calls.has(index)) continue;
      call.call_id ||= piece.id ?? "";
      call.name += piece.function?.name ?? "";
      call.arguments = (call.arguments + (piece.function?.arguments ?? "")).slice(0, LENGTH);
      this.#calls.set(index, call);
    }
  }

  /** Those that have a name; one without an id, or with that of another, is given its own. */
  calls(): ToolCall[] {
    const calls = new Map<string, ToolCall>();
    for (const call of this.#calls.values()) {
      const id = call.call_id.slice(0, 200);
      const call_id = id === "" || calls.has(id) ? `call_${crypto.randomUUID()}` : id;
      if (call.name !== "") calls.set(call_id, { ...call, call_id });
    }
    return [...calls.values()];
  }
}
