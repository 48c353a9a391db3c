// Where one writes what is searched for, and whether only in one conversation.
import type { KeyboardEvent, RefObject } from "react";
import { IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { words } from "../words.ts";

/** A conversation to which the search can be limited. */
export interface Scope {
  title: string;
  limited: boolean;
  onLimited: (limited: boolean) => void;
}

interface SearchFieldProps {
  field: RefObject<HTMLInputElement | null>;
  text: string;
  onText: (text: string) => void;
  /** Null where none is open. */
  scope: Scope | null;
  /** Enter and ↓: into the results. */
  onEnter: () => void;
  onDown: () => void;
}

export function SearchField({ field, text, onText, scope, onEnter, onDown }: SearchFieldProps) {
  const clear = () => {
    onText("");
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter") onEnter();
    else if (event.key === "ArrowDown") onDown();
    else if (event.key !== "Escape") return;
    else if (text === "") field.current?.blur();
    else clear();
    event.preventDefault();
  };
  return (
    <search className="search">
      <div className="search-box">
        <Icon name="search" />
        <input
          ref={field}
          type="text"
          inputMode="search"
          enterKeyHint="search"
          autoComplete="off"
          spellCheck={false}
          dir="auto"
          maxLength={200}
          value={text}
          placeholder={words.search.label}
          aria-label={words.search.label}
          aria-keyshortcuts="Control+K Meta+K"
          onChange={(event) => onText(event.target.value)}
          onKeyDown={onKeyDown}
        />
        {text !== "" && <IconButton icon="close" label={words.search.clear} onClick={clear} />}
      </div>
      {scope && (
        <label className="search-scope">
          <input type="checkbox" checked={scope.limited} onChange={(event) => scope.onLimited(event.target.checked)} />
          <span dir="auto">{words.search.onlyIn(scope.title)}</span>
        </label>
      )}
    </search>
  );
}
