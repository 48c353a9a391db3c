// Unsent text, one draft a conversation, kept in this browser until it is sent or its person logs out.
const PREFIX = "edgewise.draft.";

export const readDraft = (conversationId: number): string => localStorage.getItem(PREFIX + conversationId) ?? "";

export function keepDraft(conversationId: number, text: string): void {
  if (text === "") localStorage.removeItem(PREFIX + conversationId);
  else localStorage.setItem(PREFIX + conversationId, text);
}

/** The next person at this browser must not find them. */
export function forgetDrafts(): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
}
