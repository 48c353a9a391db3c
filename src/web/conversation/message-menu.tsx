// What can be done with one message: everything behind one button, so that a long conversation has few stops for Tab.
import type { Message } from "../../protocol/entities.ts";
import { IconButton } from "../ui/button.tsx";
import { copyText } from "../ui/copy-button.tsx";
import { Menu, MenuItem } from "../ui/menu.tsx";
import { words } from "../words.ts";
import { useRowActions } from "./row-actions.ts";

interface MessageMenuProps {
  message: Message;
  /** What the message answers, if it is an answer: its copy button stands beside this menu. */
  question: Message | null;
}

export function MessageMenu({ message, question }: MessageMenuProps) {
  const actions = useRowActions();
  const { permissions } = actions;
  const isAnswer = message.role === "assistant";
  const mayRemove = permissions.remove(message, question);
  if (isAnswer && !permissions.send && !mayRemove) return null;
  return (
    <Menu trigger={<IconButton className="message-menu" icon="more" label={words.conversation.actions} />}>
      {permissions.send && (
        <MenuItem icon="reply" onSelect={() => actions.reply(message.id)}>
          {words.conversation.reply}
        </MenuItem>
      )}
      {!isAnswer && (
        <MenuItem icon="copy" onSelect={() => void copyText(message.content)}>
          {words.conversation.copy}
        </MenuItem>
      )}
      {permissions.edit(message) && (
        <MenuItem icon="pencil" onSelect={() => actions.startEdit(message)}>
          {words.edit.start}
        </MenuItem>
      )}
      {mayRemove && (
        <MenuItem icon="trash" danger onSelect={() => actions.remove(message)}>
          {words.removeMessage.start}
        </MenuItem>
      )}
    </Menu>
  );
}
