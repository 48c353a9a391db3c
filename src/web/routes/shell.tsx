// The frame of everything behind the log-in: the list beside what is open, or one after the other on a phone.
import { type ReactNode, useEffect, useRef, useState } from "react";
import { AccountMenu } from "../list/account-menu.tsx";
import { ConversationList } from "../list/conversation-list.tsx";
import { useCreate } from "../queries.ts";
import { IconButton } from "../ui/button.tsx";
import { Logo } from "../ui/icon.tsx";
import { Toast } from "../ui/toast.tsx";
import { words } from "../words.ts";
import { ShortcutsDialog } from "./shortcuts-dialog.tsx";
import { useShortcuts } from "./use-shortcuts.ts";

export function Shell({ openId, children }: { openId: number | null; children: ReactNode }) {
  const create = useCreate();
  const [help, setHelp] = useState(false);
  useShortcuts({ openId, onCreate: () => create.mutate(), onHelp: () => setHelp(true) });
  const sidebar = useRef<HTMLElement>(null);
  const left = useRef<number | null>(null);

  // Back from a conversation, focus is where it was opened.
  useEffect(() => {
    if (openId === null && left.current !== null)
      sidebar.current?.querySelector<HTMLElement>(`a[href="/c/${left.current}"]`)?.focus();
    left.current = openId;
  }, [openId]);

  const Heading = openId === null ? "h1" : "h2";

  return (
    <div className="shell" data-screen={openId === null ? "list" : "conversation"}>
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
        <div className="sidebar-scroll">
          <ConversationList openId={openId} />
        </div>
        <footer className="sidebar-foot">
          <AccountMenu onShortcuts={() => setHelp(true)} />
        </footer>
      </nav>
      <main className="main" id="main" tabIndex={-1}>
        {children}
      </main>
      <ShortcutsDialog open={help} onOpenChange={setHelp} />
      <Toast />
    </div>
  );
}
