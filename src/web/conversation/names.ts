// Messages under the names that their authors have now: a message itself keeps the one it was written under.
import type { Member, Message } from "../../protocol/entities.ts";

export function withNames(messages: readonly Message[], members: readonly Member[]): readonly Message[] {
  const names = new Map(members.map(({ user_id, name }) => [user_id, name]));
  const named = messages.map((message) => {
    const name = names.get(message.author?.user_id ?? 0);
    if (!message.author || name === undefined || name === message.author.name) return message;
    return { ...message, author: { ...message.author, name } };
  });
  return named.some((message, index) => message !== messages[index]) ? named : messages;
}
