// Finding users, and making them.
import { useState } from "react";
import { reasonOf } from "../sentence.ts";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { useSettled } from "../ui/use-settled.ts";
import { words } from "../words.ts";
import { CreateUserDialog } from "./create-user-dialog.tsx";
import { useUsers } from "./use-users.ts";
import { UserRow } from "./user-row.tsx";
import { text } from "./words.ts";

const { people } = text;

export function Users() {
  const [typed, setTyped] = useState("");
  const [creating, setCreating] = useState(false);
  const q = useSettled(typed.trim());
  const query = useUsers(q);
  const users = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <div className="admin-tools">
        <search className="search-box">
          <Icon name="search" />
          <input
            type="text"
            inputMode="search"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={200}
            value={typed}
            aria-label={people.search}
            placeholder={people.searchHint}
            onChange={(event) => setTyped(event.target.value)}
          />
        </search>
        <Button look="primary" icon="plus" onClick={() => setCreating(true)}>
          {people.create}
        </Button>
      </div>
      {query.isPending ? (
        <p className="list-note">{words.loading}</p>
      ) : query.isError ? (
        <div className="list-note" role="alert">
          <p>
            {people.failed} {reasonOf(query.error)}
          </p>
          <Button icon="retry" onClick={() => void query.refetch()}>
            {words.tryAgain}
          </Button>
        </div>
      ) : users.length === 0 ? (
        <p className="list-note" role="status">
          {people.nobody(q)}
        </p>
      ) : (
        <table className="users" aria-label={text.users} aria-busy={query.isPlaceholderData}>
          <thead>
            <tr>
              <th scope="col">{people.columns.user}</th>
              <th scope="col">{people.columns.role}</th>
              <th scope="col" className="users-since">
                {people.columns.since}
              </th>
              <th scope="col">
                <span className="visually-hidden">{people.columns.actions}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {users.map((user) => (
              <UserRow key={user.id} user={user} />
            ))}
          </tbody>
        </table>
      )}
      {query.hasNextPage && (
        <Button
          look="quiet"
          className="list-more"
          disabled={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {query.isFetchingNextPage ? words.loading : people.more}
        </Button>
      )}
      {creating && <CreateUserDialog onClose={() => setCreating(false)} />}
    </>
  );
}
