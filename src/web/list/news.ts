// Lays what the open conversation knows over the list, which the server answers a little behind; pure.
import type { ConversationListItem } from "../../protocol/rest.ts";

/** `title` undefined: the list knows best. */
export type NewsItem = { title?: string | null | undefined; last_message?: ConversationListItem["last_message"] };
export type News = Readonly<Record<number, NewsItem>>;

/** Newest activity first. */
export const withNews = (items: readonly ConversationListItem[], news: News): ConversationListItem[] =>
  items.map((item) => withItem(item, news[item.id])).sort((a, b) => activity(b).localeCompare(activity(a)));

function withItem(item: ConversationListItem, news: NewsItem | undefined): ConversationListItem {
  if (!news) return item;
  const title = news.title === undefined ? item.title : news.title;
  const seen = news.last_message;
  // What was seen in the open conversation is read, unless the list knows of something later.
  if (!seen || seen.created_at < (item.last_message?.created_at ?? "")) return { ...item, title };
  return { ...item, title, last_message: seen, unread: 0 };
}

const activity = ({ last_message, created_at }: ConversationListItem): string => last_message?.created_at ?? created_at;
