// Full-text search over messages in D1: what is written into the index with each message, and what a question finds of the
// asker's own conversations. Terms are quoted; no user text ever reaches FTS5's syntax.
import * as z from "zod";
import { iso } from "../lib/clock.ts";
import { type Word, wordsOf } from "../lib/terms.ts";
import type { Page, SearchHit } from "../protocol/rest.ts";
import { blank } from "./blank.ts";

/** Messages of one conversation: ids beyond are not searched (a conversation of 16 million messages). */
const MESSAGES = 2 ** 24;
/** Distinct terms of one message; more than a book's chapter has. */
const TERMS = 20_000;
/** What is looked at for a snippet, and how long it is, in UTF-16 units. */
const LOOKED_AT = 65_536;
const SNIPPET = 160;

const rowId = (conversation: number, message: number): number => conversation * MESSAGES + message;

/** Puts a message into the index, in the batch that stores it and only if that batch did; empty: takes it out. */
export function indexMessage(
  db: D1Database,
  conversation: number,
  { id, content }: { id: number; content: string },
  seq: number,
): D1PreparedStatement[] {
  if (id >= MESSAGES) return [];
  return [
    db
      .prepare(
        `INSERT OR REPLACE INTO message_search (rowid, terms) SELECT ?1, ?2 WHERE EXISTS
           (SELECT 1 FROM messages WHERE conversation_id = ?3 AND id = ?4 AND seq = ?5 AND deleted_at IS NULL)`,
      )
      .bind(rowId(conversation, id), termsOf(content), conversation, id, seq),
  ];
}

/** Nobody finds the message any more; its terms are overwritten in their place first. */
export function forgetTerms(db: D1Database, conversation: number, message: number | null): D1PreparedStatement[] {
  const from = rowId(conversation, message ?? 0);
  const to = message === null ? rowId(conversation + 1, 0) - 1 : from;
  return [
    `UPDATE message_search SET ${blank("terms")} WHERE rowid BETWEEN ?1 AND ?2`,
    "DELETE FROM message_search WHERE rowid BETWEEN ?1 AND ?2",
  ].map((sql) => db.prepare(sql).bind(from, to));
}

function termsOf(content: string): string {
  const terms = new Set<string>();
  for (const word of wordsOf(content)) {
    for (const term of word.terms) terms.add(term);
    if (terms.size >= TERMS) break;
  }
  return [...terms].join(" ");
}

export interface Question {
  text: string;
  kind: string | null;
  conversation: number | null;
  /** Only messages since then, epoch ms. */
  from: number;
}

/** The place after a hit. */
export const SearchCursor = z
  .string()
  .regex(/^\d{1,15}\.\d{1,16}$/)
  .transform((text) => {
    const [at = 0, row = 0] = text.split(".").map(Number);
    return { at, row };
  });
export type SearchCursor = z.infer<typeof SearchCursor>;

const HitRow = z.object({
  row: z.int(),
  conversation_id: z.int(),
  title: z.string().nullable(),
  id: z.int(),
  role: z.enum(["user", "assistant", "system", "tool"]),
  user_id: z.int().nullable(),
  name: z.string().nullable(),
  content: z.string(),
  created_at: z.number(),
});

/** Messages with all words of the question, in conversations where the asker is a member, newest first. */
export async function searchMessages(
  db: D1Database,
  userId: number,
  question: Question,
  cursor: SearchCursor | null,
  limit: number,
): Promise<Page<SearchHit>> {
  const asked = askedWords(question.text);
  if (asked.length === 0) return { items: [], next_cursor: null };
  const { at, row } = cursor ?? { at: Number.MAX_SAFE_INTEGER, row: 0 };
  const { results } = await db
    .prepare(
      // The index is read once for each of the asker's conversations: others' messages are never looked at.
      `SELECT s.rowid AS row, m.conversation_id, c.title, m.id, m.role, m.user_id, m.name,
         substr(m.content, 1, ${LOOKED_AT}) AS content, m.created_at
       FROM members mine JOIN conversations c ON c.id = mine.conversation_id
       CROSS JOIN message_search s ON message_search MATCH ?2
         AND s.rowid BETWEEN c.id * ${MESSAGES} AND c.id * ${MESSAGES} + ${MESSAGES - 1}
       JOIN messages m ON m.conversation_id = c.id AND m.id = s.rowid - c.id * ${MESSAGES}
       WHERE mine.user_id = ?1 AND mine.removed = 0 AND m.deleted_at IS NULL AND m.created_at >= ?3
         AND (?4 IS NULL OR c.kind = ?4) AND (?5 IS NULL OR c.id = ?5) AND (m.created_at, s.rowid) < (?6, ?7)
       ORDER BY m.created_at DESC, s.rowid DESC LIMIT ?8`,
    )
    .bind(userId, matchOf(asked), question.from, question.kind, question.conversation, at, row, limit + 1)
    .all();
  const rows = results.map((found) => HitRow.parse(found));
  const shown = rows.slice(0, limit);
  const end = rows.length > limit ? shown.at(-1) : undefined;
  return {
    items: shown.map(({ id, user_id, name, content, created_at, row: _, ...hit }) => ({
      ...hit,
      message_id: id,
      author: user_id === null ? null : { user_id, name: name ?? "" },
      created_at: iso(created_at),
      snippet: snippet(content, asked),
    })),
    next_cursor: end ? `${end.created_at}.${end.row}` : null,
  };
}

/** A word of the question: any of its terms; while it may still be typed on, also what begins with it. */
interface AskedWord {
  terms: readonly string[];
  open: boolean;
}

function askedWords(text: string): AskedWord[] {
  const words = [...wordsOf(text)].filter((word) => !word.inner);
  return words.map(({ terms, end }, index) => ({ terms, open: index === words.length - 1 && end === text.length }));
}

/** FTS5's syntax: strings in double quotes, where nothing but a double quote means anything (and terms have none). */
const matchOf = (asked: readonly AskedWord[]): string =>
  asked
    .map(({ terms, open }) => {
      const any = terms.map((term) => quoted(term));
      return `(${[...any, ...(open && terms[0] ? [`${quoted(terms[0])}*`] : [])].join(" OR ")})`;
    })
    .join(" AND ");

const quoted = (term: string): string => `"${term.replaceAll('"', '""')}"`;

/** HTML: the part with the most hits, text escaped, hits in `<mark>`. */
export function snippet(content: string, asked: readonly AskedWord[]): string {
  const hits = hitsIn(content, asked);
  const from = windowStart(content, hits);
  const to = wordEdge(content, Math.min(content.length, from + SNIPPET), -1);
  let html = from > 0 ? "… " : "";
  let done = from;
  for (const { start, end } of hits) {
    if (start < done || end > to) continue;
    html += `${escaped(content.slice(done, start))}<mark>${escaped(content.slice(start, end))}</mark>`;
    done = end;
  }
  return `${html}${escaped(content.slice(done, to))}${to < content.length ? " …" : ""}`.replace(/\s+/g, " ").trim();
}

type Hit = Pick<Word, "start" | "end">;

/** Ascending; pieces of one word, as pairs of characters are, are one hit. */
function hitsIn(content: string, asked: readonly AskedWord[]): Hit[] {
  const hits: Hit[] = [];
  for (const word of wordsOf(content)) {
    if (!asked.some((one) => finds(one, word))) continue;
    const last = hits.at(-1);
    if (last && word.start <= last.end) last.end = Math.max(last.end, word.end);
    else hits.push({ start: word.start, end: word.end });
  }
  return hits;
}

const finds = ({ terms, open }: AskedWord, word: Word): boolean =>
  word.terms.some((term) => terms.includes(term) || (open && terms[0] !== undefined && term.startsWith(terms[0])));

/** Where a window of the snippet's length holds most hits, a little before the first of them. */
function windowStart(content: string, hits: readonly Hit[]): number {
  let best = 0;
  let most = 0;
  for (const [first, { start }] of hits.entries()) {
    let count = 0;
    while ((hits[first + count]?.end ?? Infinity) <= start + SNIPPET * 0.75) count++;
    if (count > most) [best, most] = [start, count];
  }
  return best <= SNIPPET / 4 ? 0 : wordEdge(content, Math.max(0, best - SNIPPET / 4), 1);
}

/** The nearest place between words, at most a few characters on; never inside a surrogate pair. */
function wordEdge(content: string, at: number, step: 1 | -1): number {
  if (at <= 0 || at >= content.length) return Math.min(Math.max(at, 0), content.length);
  for (let n = 0; n < 20; n++) {
    const edge = at + n * step;
    if (/\s/.test(content.charAt(edge - 1)) || /\s/.test(content.charAt(edge))) return edge;
  }
  const inPair = /[\udc00-\udfff]/.test(content.charAt(at)) && /[\ud800-\udbff]/.test(content.charAt(at - 1));
  return inPair ? at + step : at;
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
