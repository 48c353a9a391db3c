// The past of an open conversation: loaded behind what is shown, one page at a time, never with a hole.
import { Replies, type Reply } from "../protocol/frames.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { Environment } from "./environment.ts";
import { type History, withOlder } from "./history.ts";
import { CLOSED_HERE, CommandError, type Request } from "./requests.ts";
import type { Store } from "./store.ts";
import type { ConversationHandle, ConversationState } from "./types.ts";

const PAGE = 50;
/** A socket may send 40 commands at once and 20 a second: half of that stays free for the user. */
const UNPACED_PAGES = 20;
const PACE_MS = 100;

export interface PastOptions {
  store: Pick<Store<ConversationState>, "value" | "subscribe">;
  environment: Environment;
  command(request: Request): Promise<Reply>;
  show(history: History): void;
}

export function createPast(options: PastOptions): Pick<ConversationHandle, "loadOlder" | "loadUntil"> {
  const { store, environment } = options;
  let loading: Promise<void> | null = null;

  /** One request however often asked. */
  function load(limit: number): Promise<void> {
    loading ??= page(limit).finally(() => {
      loading = null;
    });
    return loading;
  }

  async function page(limit: number): Promise<void> {
    const oldest = store.value.messages[0];
    if (!oldest || !store.value.older) return;
    const answer = Replies.history.parse(await options.command({ type: "history", before: oldest.id, limit }));
    const history = withOlder(store.value, oldest.id, answer);
    if (history) options.show(history);
  }

  /** Resolves when the conversation is whole; rejects when it has ended. */
  function live(): Promise<void> {
    return new Promise((resolve, reject) => {
      const unsubscribe = store.subscribe(check);
      check();
      function check() {
        const { status } = store.value;
        if (status.state !== "live" && status.state !== "ended") return;
        unsubscribe();
        if (status.state === "live") resolve();
        else reject(new CommandError(status.reason ?? CLOSED_HERE));
      }
    });
  }

  const pause = (ms: number) => new Promise<void>((resolve) => void environment.after(ms, resolve));

  /** What the server asks to wait for is waited for; what a lost connection took is asked for again on the next. */
  async function recover(error: unknown): Promise<void> {
    if (!(error instanceof CommandError)) throw error;
    const { code, retry_after_ms } = error.error;
    if (code === "rate_limited" && retry_after_ms !== undefined) return pause(retry_after_ms);
    if (store.value.status.state === "live") throw error;
  }

  return {
    loadOlder: () => load(PAGE),
    async loadUntil(messageId) {
      for (let pages = 1; ; pages++) {
        await live();
        const { messages, older } = store.value;
        const oldest = messages[0];
        if (!oldest || !older || oldest.id <= messageId) return messages.some(({ id }) => id === messageId);
        await load(LIMITS.history).catch(recover);
        if (pages >= UNPACED_PAGES) await pause(PACE_MS);
      }
    },
  };
}
