// The past of an open conversation, loaded as it is looked at: a page at a time, or around one message.
import type { Message } from "../protocol/entities.ts";
import { Replies, type Reply } from "../protocol/frames.ts";
import type { Environment } from "./environment.ts";
import { type History, type Stretch, withStretch } from "./history.ts";
import { CLOSED_HERE, CommandError, type Request } from "./requests.ts";
import type { Store } from "./store.ts";
import type { ConversationHandle, ConversationState } from "./types.ts";

const PAGE = 50;

export interface PastOptions {
  store: Pick<Store<ConversationState>, "value" | "subscribe">;
  environment: Environment;
  command(request: Request): Promise<Reply>;
  show(history: History): void;
}

type Side = ({ before: number } | { after: number }) & { limit?: number };

export function createPast(options: PastOptions): Pick<ConversationHandle, "loadOlder" | "loadNewer" | "loadAround"> {
  const { store, environment } = options;
  const loading = new Map<string, Promise<Stretch[]>>();

  /** One request for a page however often asked; pages asked for together are shown together. */
  function load(...sides: Side[]): Promise<Stretch[]> {
    const key = JSON.stringify(sides);
    const asked = loading.get(key) ?? loadOnce(sides).finally(() => loading.delete(key));
    loading.set(key, asked);
    return asked;
  }

  async function loadOnce(sides: Side[]): Promise<Stretch[]> {
    const stretches = await pages(sides);
    options.show(stretches.reduce<History>(withStretch, store.value));
    await loadAnswers(stretches);
    return stretches;
  }

  /** A question's current answer may have been given long after it, where nothing is loaded. */
  async function loadAnswers(stretches: Stretch[]): Promise<void> {
    for (const { answer_id } of stretches.flatMap(({ messages }) => messages))
      if (answer_id && !store.value.messages.some(({ id }) => id === answer_id))
        await load({ after: answer_id - 1, limit: 1 });
  }

  async function pages(sides: Side[]): Promise<Stretch[]> {
    const seen = store.value.changed_unseen;
    const stretches = await Promise.all(sides.map(page));
    // They may have been read before the change, and nothing would tell of that again.
    return store.value.changed_unseen === seen ? stretches : pages(sides);
  }

  async function page(side: Side): Promise<Stretch> {
    const { messages, older } = Replies.history.parse(await reply({ type: "history", limit: PAGE, ...side }));
    if ("before" in side) return { from: older ? (messages[0]?.id ?? side.before) : 1, to: side.before - 1, messages };
    return { from: side.after + 1, to: messages.at(-1)?.id ?? side.after, messages };
  }

  /** Each request waits and is repeated on its own: what another one has brought is not loaded again. */
  async function reply(request: Request): Promise<Reply> {
    for (;;) {
      await live();
      try {
        return await options.command(request);
      } catch (error) {
        await recover(error);
      }
    }
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
    async loadOlder(before) {
      const { messages, older } = store.value;
      const oldest = messages[0]?.id;
      if (before !== undefined && before !== oldest) return void (await load({ before }));
      if (oldest !== undefined && older) await load({ before: oldest });
    },
    async loadNewer(after) {
      await load({ after });
    },
    async loadAround(messageId) {
      const isHere = (messages: readonly Message[]) => messages.some(({ id }) => id === messageId);
      await live();
      if (isHere(store.value.messages)) return true;
      // Shown apart, the first would stand at a gap that is looked at, and loaded from its other end too.
      const stretches = await load({ before: messageId + 1 }, { after: messageId });
      return stretches.some(({ messages }) => isHere(messages));
    },
  };
}
