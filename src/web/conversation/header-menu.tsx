// What is seldom done with a conversation: search in it, take it along as a file.
import { useBeginSearch } from "../search/search-context.ts";
import { HOST } from "../server.ts";
import { IconButton } from "../ui/button.tsx";
import { Menu, MenuItem, MenuLine, MenuLink } from "../ui/menu.tsx";
import { words } from "../words.ts";

export function HeaderMenu({ id }: { id: number }) {
  const beginSearch = useBeginSearch();
  const file = (format: "md" | "json") => `${HOST}/api/v1/conversations/${id}/export?format=${format}`;
  return (
    <Menu trigger={<IconButton icon="more" label={words.conversation.more} />}>
      <MenuItem icon="search" onSelect={() => beginSearch(id)}>
        {words.search.here}
      </MenuItem>
      <MenuLine />
      <MenuLink icon="download" href={file("md")}>
        {words.conversation.exportMarkdown}
      </MenuLink>
      <MenuLink icon="download" href={file("json")}>
        {words.conversation.exportJson}
      </MenuLink>
    </Menu>
  );
}
