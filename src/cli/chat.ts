// Talks in one conversation: sends lines, shows the answers as they are written, and follows what others do. The resume
// client under it makes it whole after every break.
import { openConversation } from "../client/conversation.ts";
import type { createRest } from "../client/rest.ts";
import type { ConversationHandle } from "../client/types.ts";
import type { Message } from "../protocol/entities.ts";
import { json, lines, plain, say } from "./terminal.ts";

type Rest = ReturnType<typeof createRest>;

export interface Place {
  rest: Rest;
  server: string;
  conversation: number;
  json: boolean;
}

const open = ({ rest, server, conversation }: Place): ConversationHandle =>
  openConversation({ host: server, conversationId: conversation, ticket: () => rest.ticket(conversation) });

/** Resolves when `condition` holds; rejects when the connection has ended for good. */
function when<T>(handle: ConversationHandle, condition: () => T | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const found = condition();
      const { status } = handle.state;
      if (found === undefined && status.state !== "ended") return;
      stop();
      if (found !== undefined) resolve(found);
      else reject(new Error(status.state === "ended" ? (status.reason?.message ?? "The connection ended.") : ""));
    };
    const stop = handle.subscribe(look);
    look();
  });
}

/** One message; its answer, when it was given one. */
async function exchange(handle: ConversationHandle, text: string, model: string | undefined, asJson: boolean) {
  const sent = await handle.send(text, model === undefined ? {} : { model });
  const { turn_id } = sent;
  if (turn_id === undefined) {
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
    await when(handle, () => (handle.state.status.state === "live" ? true : undefined));
    if (message !== undefined) return void (await exchange(handle, message, model, place.json));
    for await (const line of lines("> ")) {
      const answer = line.trim() === "" ? undefined : await exchange(handle, line, model, place.json);
      if (answer && last(answer)) return;
    }
  } finally {
    handle.close();
  }
}

/** Shows what is said, until it is stopped. */
export async function tail(place: Place): Promise<void> {
  const handle = open(place);
  let last: number | null = null;
  const show = () => {
    const { messages, status } = handle.state;
    if (status.state !== "live") return;
    if (last === null) last = Math.max(0, (messages.at(-1)?.id ?? 0) - 10);
    for (const message of messages) {
      if (message.id <= last) continue;
      last = message.id;
      if (place.json) json(message);
      else say(line(message));
    }
  };
  const unsubscribe = handle.subscribe(show);
  process.once("SIGINT", () => handle.close());
  show();
  await when(handle, () => undefined).catch((error: unknown) => {
    const { status } = handle.state;
    if (status.state !== "ended" || status.code !== 1000) throw error;
  });
  unsubscribe();
}

const line = ({ id, author, role, content, deleted_at }: Message): string =>
  `#${id} ${plain(author?.name ?? role)}: ${deleted_at ? "(deleted)" : plain(content)}`;
