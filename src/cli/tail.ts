// Follows a conversation: what is said in it, edited and deleted, a line or a JSON value each.
import { latestOf } from "../client/history.ts";
import type { Message } from "../protocol/entities.ts";
import { open, opened, type Place, when } from "./place.ts";
import { json, plain, say } from "./terminal.ts";

/** Of what was there already. */
const SHOWN_AT_FIRST = 10;

/** Shows what is said, until it is stopped. */
export async function tail(place: Place): Promise<void> {
  const handle = open(place);
  process.once("SIGINT", () => handle.close());
  const news = newsOf();
  const show = () => {
    const { messages, status } = handle.state;
    if (status.state !== "live") return;
    for (const message of news(messages)) {
      if (place.json) json(message);
      else say(readable(message));
    }
    const latest = latestOf(messages);
    if (latest) handle.read(latest.id);
  };
  let unsubscribe = () => {};
  try {
    await opened(handle);
    unsubscribe = handle.subscribe(show);
    show();
    await when(handle, () => undefined);
  } catch (error) {
    const { status } = handle.state;
    if (status.state !== "ended" || status.code !== 1000) throw error;
  } finally {
    unsubscribe();
    handle.close();
  }
}

/** Of the messages as they stand, each time: those that are new or changed. An answer may come after younger ones. */
export function newsOf(): (messages: readonly Message[]) => Message[] {
  const known = new Map<number, string>();
  let first = true;
  return (messages) => {
    const news = messages.filter(({ id, edited_at, deleted_at }) => {
      const version = `${edited_at} ${deleted_at}`;
      if (known.get(id) === version) return false;
      known.set(id, version);
      return true;
    });
    const shown = first ? news.slice(-SHOWN_AT_FIRST) : news;
    first = false;
    return shown;
  };
}

/** One message; its further lines are set in, so that none looks like another's. */
export const readable = ({ id, author, role, content, edited_at, deleted_at }: Message): string => {
  const text = deleted_at ? "(deleted)" : `${plain(content)}${edited_at ? " (edited)" : ""}`;
  return `#${id} ${plain(author?.name ?? role).replaceAll("\n", " ")}: ${text.replaceAll(/[\n\u2028\u2029]/g, "\n    ")}`;
};
