// Talks in one conversation: sends lines and shows the answers as they are written. The resume client under it makes it
// whole after every break.
import { withoutOthers } from "../client/history.ts";
import type { ConversationHandle } from "../client/types.ts";
import type { Message } from "../protocol/entities.ts";
import { open, opened, type Place, when } from "./place.ts";
import { json, lines, plain, say } from "./terminal.ts";

/** No message of others waits: a mark covers all that arrived before it, and what is not shown here is not read. */
function isRead({ state: { you, members, messages } }: ConversationHandle): boolean {
  const { read_id = 0 } = members.find(({ user_id }) => user_id === you?.user_id) ?? {};
  const read = messages.find(({ id }) => id === read_id);
  return withoutOthers(messages).every(
    ({ author, created_at }) => author?.user_id === you?.user_id || (read && created_at <= read.created_at),
  );
}

/** One message; its answer, when it was given one. */
async function exchange(
  handle: ConversationHandle,
  text: string,
  model: string | undefined,
  asJson: boolean,
  wasRead: boolean,
) {
  const sent = await handle.send(text, model === undefined ? {} : { model });
  const { turn_id } = sent;
  if (turn_id === undefined) {
    if (wasRead) handle.read(sent.message_id);
    if (asJson) json({ message_id: sent.message_id, answer: null });
    return undefined;
  }
  const stop = () => void handle.cancel(turn_id).catch(() => {});
  process.once("SIGINT", stop);
  let shown = 0;
  const show = () => {
    const so_far = handle.state.turns.get(turn_id)?.text ?? "";
    if (so_far.length < shown) shown = 0; // it began anew
    if (!asJson) process.stdout.write(plain(so_far.slice(shown)));
    shown = so_far.length;
  };
  const unsubscribe = handle.subscribe(show);
  const turn = await when(handle, () => {
    const known = handle.state.turns.get(turn_id);
    return known && known.ended_at !== null ? known : undefined;
  }).finally(() => {
    unsubscribe();
    process.off("SIGINT", stop);
  });
  show();
  if (wasRead) handle.read(turn.answer_id ?? sent.message_id);
  if (asJson) json({ message_id: sent.message_id, turn, answer: turn.text });
  else say("");
  if (turn.state === "failed" || turn.state === "interrupted")
    throw new Error(turn.error?.message ?? "The answer failed.");
  return handle.state.messages.find(({ id }) => id === turn.answer_id);
}

/** With a message: that one. Without: lines until the end of the input, or until an answer is the `last`. */
export async function chat(
  place: Place,
  message: string | undefined,
  model: string | undefined,
  last: (answer: Message) => boolean = () => false,
): Promise<void> {
  const handle = open(place);
  try {
    await opened(handle);
    const wasRead = isRead(handle);
    if (message !== undefined) return void (await exchange(handle, message, model, place.json, wasRead));
    for await (const line of lines("> ")) {
      const answer = line.trim() === "" ? undefined : await exchange(handle, line, model, place.json, wasRead);
      if (answer && last(answer)) return;
    }
  } finally {
    handle.close();
  }
}
