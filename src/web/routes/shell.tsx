// The frame of everything behind the log-in: the list beside what is open, or one after the other on a phone.
import { type ReactNode, useEffect, useRef, useState } from "react";
import { AccountMenu } from "../list/account-menu.tsx";
import { ConversationList } from "../list/conversation-list.tsx";
import { useLiveList } from "../list/use-live-list.ts";
import { useCreate } from "../queries.ts";
import { BeginSearchProvider } from "../search/search-context.ts";
import { SearchField } from "../search/search-field.tsx";
import { SearchResults } from "../search/search-results.tsx";
import { useSidebarSearch } from "../search/use-sidebar-search.ts";
import { IconButton } from "../ui/button.tsx";
import { Logo } from "../ui/icon.tsx";
import { Toast } from "../ui/toast.tsx";
import { words } from "../words.ts";
import { ShortcutsDialog } from "./shortcuts-dialog.tsx";
import { useShortcuts } from "./use-shortcuts.ts";

interface ShellProps {
  openId: number | null;
  /** Which of the two a phone shows. */
  screen: "list" | "main";
  children: ReactNode;
}

export function Shell({ openId, screen, children }: ShellProps) {
  const create = useCreate();
  useLiveList(openId);
  const [help, setHelp] = useState(false);
  const { field, text, setText, within, scope, begin } = useSidebarSearch(openId);
  useShortcuts({
    openId,
    onCreate: () => create.mutate(),
    onHelp: () => setHelp(true),
    onSearch: () => begin(null),
  });
  const sidebar = useRef<HTMLElement>(null);
  const firstHit = () => sidebar.current?.querySelector<HTMLElement>(".hits[aria-busy=false] a");
  const left = useRef<number | null>(null);

  // Back from a conversation, focus is where it was opened, unless one came to search.
  useEffect(() => {
    if (openId === null && left.current !== null && document.activeElement !== field.current)
      sidebar.current?.querySelector<HTMLElement>(`a[href="/c/${left.current}"]`)?.focus();
    left.current = openId;
  }, [openId, field]);

  const Heading = screen === "list" ? "h1" : "h2";

  return (
    <div className="shell" data-screen={screen}>
      <a className="skip-link" href="#main">
        {openId === null ? words.skipToMain : words.skipToConversation}
      </a>
      <nav ref={sidebar} className="sidebar" aria-label={words.list.title}>
        <header className="sidebar-head">
          <Logo />
          <Heading>{words.list.title}</Heading>
          <IconButton
            icon="plus"
            label={words.list.create}
            disabled={create.isPending}
            onClick={() => create.mutate()}
          />
        </header>
        <SearchField
          field={field}
          text={text}
          onText={setText}
          scope={scope}
          onEnter={() => firstHit()?.click()}
          onDown={() => firstHit()?.focus()}
        />
        <div className="sidebar-scroll">
          {text.trim() === "" ? (
            <ConversationList openId={openId} />
          ) : (
            <SearchResults text={text} within={within} onUp={() => field.current?.focus()} />
          )}
        </div>
        <footer className="sidebar-foot">
          <AccountMenu onShortcuts={() => setHelp(true)} />
        </footer>
      </nav>
      <main className="main" id="main" tabIndex={-1}>
        <BeginSearchProvider value={begin}>{children}</BeginSearchProvider>
      </main>
      <ShortcutsDialog open={help} onOpenChange={setHelp} />
      <Toast />
    </div>
  );
}
