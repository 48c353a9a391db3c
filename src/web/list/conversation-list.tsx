// The list of conversations: newest activity first, what was said last, what is unread.
import { useState } from "react";
import type { ConversationListItem } from "../../protocol/rest.ts";
import { useConversations, useListItems } from "../queries.ts";
import { reasonOf } from "../sentence.ts";
import { Button } from "../ui/button.tsx";
import { words } from "../words.ts";
import { DeleteDialog } from "./delete-dialog.tsx";
import { ListRow } from "./list-row.tsx";
import { RenameDialog } from "./rename-dialog.tsx";

type Asked = { what: "rename" | "delete"; item: ConversationListItem } | null;

export function ConversationList({ openId }: { openId: number | null }) {
  const list = useConversations();
  const [asked, setAsked] = useState<Asked>(null);
  const items = useListItems();
  const close = () => setAsked(null);

  if (list.isPending) return <p className="list-note">{words.loading}</p>;
  if (list.isError)
    return (
      <div className="list-note" role="alert">
        <p>
          {words.list.failed} {reasonOf(list.error)}
        </p>
        <Button icon="retry" onClick={() => void list.refetch()}>
          {words.tryAgain}
        </Button>
      </div>
    );
  if (items.length === 0)
    return (
      <div className="list-note">
        <p>{words.list.empty}</p>
        <p>{words.list.emptyHint}</p>
      </div>
    );

  return (
    <>
      <ul className="list">
        {items.map((item) => (
          <ListRow
            key={item.id}
            item={item}
            open={item.id === openId}
            onRename={() => setAsked({ what: "rename", item })}
            onDelete={() => setAsked({ what: "delete", item })}
          />
        ))}
      </ul>
      {list.hasNextPage && (
        <Button
          look="quiet"
          className="list-more"
          disabled={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {list.isFetchingNextPage ? words.loading : words.list.more}
        </Button>
      )}
      {asked?.what === "rename" && <RenameDialog item={asked.item} onClose={close} />}
      {asked?.what === "delete" && <DeleteDialog item={asked.item} isOpen={asked.item.id === openId} onClose={close} />}
    </>
  );
}
