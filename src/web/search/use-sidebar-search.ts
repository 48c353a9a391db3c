// The search in the list: what is searched for, where, and how its field is reached from anywhere.
import { useCallback, useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { useListItems } from "../queries.ts";
import { words } from "../words.ts";
import type { BeginSearch } from "./search-context.ts";
import type { Scope } from "./search-field.tsx";

export function useSidebarSearch(openId: number | null) {
  const field = useRef<HTMLInputElement>(null);
  const [, navigate] = useLocation();
  const [text, setText] = useState("");
  const [within, setWithin] = useState<number | null>(null);
  const [begun, setBegun] = useState(0);

  const begin: BeginSearch = useCallback(
    (id) => {
      if (id !== null) setWithin(id);
      // On a phone the list is another screen.
      if (field.current?.checkVisibility() === false) navigate("/");
      setBegun((n) => n + 1);
    },
    [navigate],
  );
  useEffect(() => {
    if (begun === 0) return;
    field.current?.focus();
    field.current?.select();
  }, [begun]);

  const items = useListItems();
  const scopeId = within ?? openId;
  const scope: Scope | null =
    scopeId === null || (text === "" && within === null)
      ? null
      : {
          title: items.find((item) => item.id === scopeId)?.title ?? words.list.untitled,
          limited: within !== null,
          onLimited: (limited) => setWithin(limited ? scopeId : null),
        };
  return { field, text, setText, within, scope, begin };
}
