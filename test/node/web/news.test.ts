// The list, with what the open conversation knows before it.
import { expect, test } from "vitest";
import type { ConversationListItem } from "../../../src/protocol/rest.ts";
import { withNews } from "../../../src/web/list/news.ts";
import { CONVERSATION, newMessage } from "../../support/samples.ts";

const at = (minute: number) => `2026-11-21T10:${String(minute).padStart(2, "0")}:00.000Z`;

const last = (id: number, minute: number) => newMessage(id, { created_at: at(minute) });

const item = (id: number, change: Partial<ConversationListItem> = {}): ConversationListItem => ({
  ...CONVERSATION,
  id,
  title: `title ${id}`,
  created_at: at(0),
  role: "owner",
  unread: 0,
  last_message: null,
  ...change,
});

test("a message just sent moves its conversation to the top before the server's list has it", () => {
  const items = [item(1, { last_message: last(9, 5) }), item(2)];
  const shown = withNews(items, { 2: { last_message: last(1, 6) } });
  expect(shown.map(({ id }) => id)).toEqual([2, 1]);
  expect(shown[0]?.last_message?.id).toBe(1);
});

test("a later message in the list wins over what was known here, and is unread", () => {
  const shown = withNews([item(1, { last_message: last(9, 5), unread: 1 })], { 1: { last_message: last(8, 4) } });
  expect(shown[0]).toMatchObject({ last_message: { id: 9 }, unread: 1 });
});

test("what was seen in the open conversation is read", () => {
  const shown = withNews([item(1, { last_message: last(9, 5), unread: 3 })], { 1: { last_message: last(9, 5) } });
  expect(shown[0]?.unread).toBe(0);
});

test("a new title counts at once, also the taking away of one, until the list knows best", () => {
  const title = (news: string | null | undefined) => withNews([item(1)], { 1: { title: news } })[0]?.title;
  expect(title("Garden")).toBe("Garden");
  expect(title(null)).toBeNull();
  expect(title(undefined)).toBe("title 1");
});
