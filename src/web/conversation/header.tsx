// The top of a conversation: its title, who is here, the connection's state, settings and members.
import { type RefObject, useState } from "react";
import { Link } from "wouter";
import type { ConversationHandle, ConversationState } from "../../client/types.ts";
import { Avatar } from "../ui/avatar.tsx";
import { IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { words } from "../words.ts";
import { HeaderMenu } from "./header-menu.tsx";
import { MembersDialog } from "./members-dialog.tsx";
import { SettingsDialog } from "./settings-dialog.tsx";
import { StatusLine } from "./status-line.tsx";

/** More people than this are shown as a number. */
const FACES = 4;

interface HeaderProps {
  id: number;
  title: string;
  state: ConversationState;
  conversation: ConversationHandle;
  heading: RefObject<HTMLHeadingElement | null>;
}

export function Header({ id, title, state, conversation, heading }: HeaderProps) {
  const [open, setOpen] = useState<"settings" | "members" | null>(null);
  return (
    <header className="conversation-head">
      <Link href="/" className="icon-button back-link" aria-label={words.conversation.back}>
        <Icon name="back" />
      </Link>
      <div className="conversation-title">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <StatusLine status={state.status} />
      </div>
      <Faces state={state} />
      <IconButton icon="people" label={words.conversation.members} onClick={() => setOpen("members")} />
      <IconButton icon="settings" label={words.conversation.settings} onClick={() => setOpen("settings")} />
      <HeaderMenu id={id} />
      {state.conversation && (
        <SettingsDialog
          open={open === "settings"}
          onOpenChange={(isOpen) => setOpen(isOpen ? "settings" : null)}
          settings={state.conversation}
          canChange={state.you?.can.includes("conversation.configure") ?? false}
          conversation={conversation}
        />
      )}
      <MembersDialog
        id={id}
        open={open === "members"}
        onOpenChange={(isOpen) => setOpen(isOpen ? "members" : null)}
        state={state}
        conversation={conversation}
      />
    </header>
  );
}

function Faces({ state }: { state: ConversationState }) {
  const others = state.present.filter((person) => person.user_id !== state.you?.user_id);
  if (others.length === 0) return null;
  const names = others.map((person) => person.name).join(", ");
  return (
    <div className="faces" title={words.conversation.here(names)}>
      <span className="visually-hidden">{words.conversation.here(names)}</span>
      {others.slice(0, FACES).map((person) => (
        <Avatar key={person.user_id} id={person.user_id} name={person.name} size="small" />
      ))}
      {others.length > FACES && <span className="faces-more">+{others.length - FACES}</span>}
    </div>
  );
}
