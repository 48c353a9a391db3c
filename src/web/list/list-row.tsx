// One conversation in the list.
import { Link } from "wouter";
import type { ConversationListItem } from "../../protocol/rest.ts";
import { listTime } from "../conversation/time.ts";
import { IconButton } from "../ui/button.tsx";
import { Menu, MenuItem } from "../ui/menu.tsx";
import { words } from "../words.ts";
import { lastLine } from "./last-line.ts";

interface ListRowProps {
  item: ConversationListItem;
  open: boolean;
  onRename: () => void;
  onDelete: () => void;
}

export function ListRow({ item, open, onRename, onDelete }: ListRowProps) {
  const title = item.title ?? words.list.untitled;
  const manages = item.role === "owner" || item.role === "moderator";
  // What is open is being read: its badge would only flicker.
  const unread = open ? 0 : item.unread;
  return (
    <li className="list-row" data-open={open} data-unread={unread > 0}>
      <Link href={`/c/${item.id}`} aria-current={open ? "page" : undefined} className="list-link">
        <span className="list-title">{title}</span>
        <time className="list-time" dateTime={item.last_message?.created_at ?? item.created_at}>
          {listTime(item.last_message?.created_at ?? item.created_at, new Date())}
        </time>
        <span className="list-last">{lastLine(item.last_message)}</span>
        {unread > 0 && (
          <span className="list-unread">
            <span aria-hidden="true">{unread > 99 ? "99+" : unread}</span>
            <span className="visually-hidden">{words.list.unread(unread)}</span>
          </span>
        )}
      </Link>
      {manages && (
        <Menu trigger={<IconButton className="list-menu" icon="more" label={words.list.actions(title)} />}>
          <MenuItem icon="pencil" onSelect={onRename}>
            {words.list.rename}
          </MenuItem>
          {item.role === "owner" && (
            <MenuItem icon="trash" danger onSelect={onDelete}>
              {words.list.remove}
            </MenuItem>
          )}
        </Menu>
      )}
    </li>
  );
}
