// The tables of the conversation object and the shape of their rows. Times are epoch ms. Each is written by one file only.
import * as z from "zod";
import { AssistantMode, ConversationKind, MemberRole, TurnState } from "../../protocol/entities.ts";
import { Tool } from "../../protocol/tools.ts";

/** Applied in order, each once; `conversation.version` counts them. A released one never changes. */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE conversation (
     one INTEGER PRIMARY KEY CHECK (one = 1), id INTEGER NOT NULL, kind TEXT NOT NULL, title TEXT, model TEXT,
     instructions TEXT, assistant_mode TEXT NOT NULL, temperature REAL, created_at INTEGER NOT NULL,
     epoch TEXT NOT NULL, flushed_seq INTEGER NOT NULL DEFAULT 0, kept_from INTEGER NOT NULL DEFAULT 1,
     erased_at INTEGER, version INTEGER NOT NULL) STRICT;
   CREATE TABLE member (
     user_id INTEGER PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, read_id INTEGER NOT NULL DEFAULT 0,
     read_flushed INTEGER NOT NULL DEFAULT 0) STRICT;
   CREATE TABLE message (
     id INTEGER PRIMARY KEY, role TEXT NOT NULL, user_id INTEGER, name TEXT, content TEXT NOT NULL,
     data TEXT NOT NULL DEFAULT '{}', turn_id INTEGER, reply_to INTEGER, client_id TEXT, created_at INTEGER NOT NULL,
     edited_at INTEGER, deleted_at INTEGER) STRICT;
   CREATE TABLE receipt (
     user_id INTEGER NOT NULL, client_id TEXT NOT NULL, digest TEXT NOT NULL, message_id INTEGER NOT NULL,
     turn_id INTEGER, seq INTEGER NOT NULL, PRIMARY KEY (user_id, client_id)) STRICT, WITHOUT ROWID;
   CREATE TABLE event (
     seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, type TEXT NOT NULL, turn_id INTEGER, json TEXT NOT NULL) STRICT;
   CREATE TABLE turn (
     id INTEGER PRIMARY KEY, question_id INTEGER NOT NULL, answer_id INTEGER, user_id INTEGER NOT NULL,
     state TEXT NOT NULL, model TEXT NOT NULL, attempt INTEGER NOT NULL, temperature REAL, finish_reason TEXT,
     usage TEXT, error TEXT, created_at INTEGER NOT NULL, started_at INTEGER, ended_at INTEGER) STRICT;
   CREATE INDEX turn_open ON turn (id) WHERE ended_at IS NULL;
   CREATE TABLE attempt (
     turn_id INTEGER NOT NULL, attempt INTEGER NOT NULL, reason TEXT NOT NULL, model TEXT NOT NULL,
     start INTEGER NOT NULL, outcome TEXT NOT NULL, error TEXT, usage TEXT, started_at INTEGER NOT NULL,
     first_token_at INTEGER, ended_at INTEGER, PRIMARY KEY (turn_id, attempt)) STRICT, WITHOUT ROWID;
   CREATE TABLE chunk (
     turn_id INTEGER NOT NULL, start INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (turn_id, start)) STRICT;
   CREATE TABLE ticket (jti TEXT PRIMARY KEY, exp INTEGER NOT NULL) STRICT;`,
  // `seq`: the event that brought a message's text (or its length); `answer_id`: a question's current answer.
  `ALTER TABLE message ADD COLUMN answer_id INTEGER;
   ALTER TABLE message ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
   UPDATE message SET seq = brought.seq
     FROM (SELECT seq, json ->> '$.message.id' AS id FROM event WHERE type <> 'turn.started') AS brought
     WHERE message.id = brought.id;
   UPDATE message SET answer_id = newest.id
     FROM (SELECT reply_to, max(id) AS id FROM message WHERE role = 'assistant' GROUP BY reply_to) AS newest
     WHERE message.id = newest.reply_to;`,
  // How far a conversation is with giving itself a title, and after the answer of which turn.
  `ALTER TABLE conversation ADD COLUMN titling TEXT NOT NULL DEFAULT 'open';
   ALTER TABLE conversation ADD COLUMN title_turn INTEGER;`,
  // Without an index beside the table a frame of text is one row written.
  `CREATE TABLE piece (
     turn_id INTEGER NOT NULL, start INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (turn_id, start)) STRICT, WITHOUT ROWID;
   INSERT INTO piece (turn_id, start, text) SELECT turn_id, start, text FROM chunk;
   DROP TABLE chunk;
   ALTER TABLE piece RENAME TO chunk;`,
  // `barred`: users who were removed while it was open.
  `CREATE TABLE invitation (
     id INTEGER PRIMARY KEY AUTOINCREMENT, hash TEXT NOT NULL UNIQUE, role TEXT NOT NULL, uses_left INTEGER,
     expires_at INTEGER NOT NULL, created_by INTEGER NOT NULL, created_at INTEGER NOT NULL,
     barred TEXT NOT NULL DEFAULT '[]') STRICT;`,
  // How many connections D1 was told of.
  "ALTER TABLE conversation ADD COLUMN connections INTEGER NOT NULL DEFAULT 0",
  // The gateway shards that are told what happens here.
  `CREATE TABLE gateway (shard TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;`,
  // Who is related to an interview or is in a chat's project, how, and as whom.
  `CREATE TABLE party (
     user_id INTEGER NOT NULL, via TEXT NOT NULL, entity_id INTEGER NOT NULL, PRIMARY KEY (user_id, via, entity_id)
   ) STRICT, WITHOUT ROWID;`,
  // Files of messages; `gone`: to be deleted where its bytes are.
  `CREATE TABLE file (
     id INTEGER PRIMARY KEY, message_id INTEGER, user_id INTEGER NOT NULL, key TEXT NOT NULL, base TEXT NOT NULL,
     filename TEXT NOT NULL, file_type TEXT NOT NULL, content_type TEXT NOT NULL, size INTEGER NOT NULL,
     created_at INTEGER NOT NULL, gone INTEGER NOT NULL DEFAULT 0) STRICT;
   CREATE TABLE link_key (one INTEGER PRIMARY KEY CHECK (one = 1), secret TEXT NOT NULL) STRICT;
   ALTER TABLE message ADD COLUMN files TEXT NOT NULL DEFAULT '[]';`,
  // The project to which it belongs.
  "ALTER TABLE conversation ADD COLUMN project_id INTEGER",
  // The tools that its clients run.
  "ALTER TABLE conversation ADD COLUMN tools TEXT NOT NULL DEFAULT '[]'",
  // The question of which it made its title; null when a person gave it.
  "ALTER TABLE conversation ADD COLUMN title_of INTEGER",
  // `arrived`: the event that brought a message first; what arrived after a member's `read_seq` is unread.
  `ALTER TABLE message ADD COLUMN arrived INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE member ADD COLUMN read_seq INTEGER NOT NULL DEFAULT 0;
   UPDATE message SET arrived = brought.seq
     FROM (SELECT min(seq) AS seq, json ->> '$.message.id' AS id FROM event
           WHERE type IN ('message.created', 'turn.finished', 'turn.cancelled', 'turn.interrupted') GROUP BY 2) AS brought
     WHERE message.id = brought.id;
   UPDATE member SET read_seq = (SELECT coalesce(max(arrived), 0) FROM message WHERE id <= read_id);
   UPDATE member SET read_flushed = iif(read_flushed < read_id, 0, read_seq);
   CREATE INDEX message_arrivals ON message (arrived);`,
  // What an interview's doctor made of a summary.
  `CREATE TABLE summary (
     message_id INTEGER PRIMARY KEY, content TEXT, edited_by TEXT, edited_at INTEGER, signed_by TEXT,
     signed_at INTEGER) STRICT;`,
  // With which model and temperature its sender wanted a message answered; null: with the conversation's.
  `ALTER TABLE message ADD COLUMN model TEXT;
   ALTER TABLE message ADD COLUMN temperature REAL;`,
  // The turn that was open when a person chose the current answer: its end leaves the choice.
  "ALTER TABLE message ADD COLUMN chosen_during INTEGER",
  // Whether an interview's patient wrote it, or somebody of his: a doctor's words are no answers.
  `ALTER TABLE message ADD COLUMN patients INTEGER NOT NULL DEFAULT 0;
   UPDATE message SET patients = 1
     WHERE role = 'user' AND user_id IN (SELECT user_id FROM party WHERE via IN ('relation', 'self'));`,
  // Lines of the gateway that broke while these turns were open.
  `CREATE TABLE absence (
     user_id INTEGER NOT NULL, line TEXT NOT NULL, turn_id INTEGER NOT NULL, PRIMARY KEY (user_id, line, turn_id)
   ) STRICT, WITHOUT ROWID;`,
];

const time = z.number();
const maybe = z.number().nullable();
const json = z.string().transform((text) => JSON.parse(text) as unknown);
const usage = json
  .pipe(z.object({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() }))
  .nullable();
const error = json.pipe(z.object({ code: z.string(), message: z.string() })).nullable();

export const HeadRow = z.object({
  id: z.int(),
  kind: ConversationKind,
  title: z.string().nullable(),
  model: z.string().nullable(),
  instructions: z.string().nullable(),
  assistant_mode: AssistantMode,
  temperature: maybe,
  created_at: time,
  epoch: z.string(),
  flushed_seq: z.int(),
  kept_from: z.int(),
  erased_at: maybe,
  connections: z.int(),
  titling: z.enum(["open", "due", "asked", "done"]),
  title_turn: maybe,
  title_of: maybe,
  project_id: maybe,
  tools: json.pipe(z.array(Tool)),
});
export const MemberRow = z.object({ user_id: z.int(), name: z.string(), role: MemberRole, read_id: z.int() });
export const WishRow = z.object({ model: z.string().nullable(), temperature: maybe });
export const ReadRow = z.object({ user_id: z.int(), message_id: z.int(), seq: z.int() });
export const TurnRow = z.object({
  id: z.int(),
  question_id: z.int(),
  answer_id: maybe,
  user_id: z.int(),
  state: TurnState,
  model: z.string(),
  attempt: z.int(),
  temperature: maybe,
  finish_reason: z.enum(["stop", "length", "content_filter"]).nullable(),
  usage,
  error,
  created_at: time,
  started_at: maybe,
  ended_at: maybe,
});
export const AttemptRow = z.object({
  turn_id: z.int(),
  attempt: z.int(),
  reason: z.enum(["first", "retry", "continue", "restart", "title"]),
  model: z.string(),
  start: z.int(),
  outcome: z.enum(["running", "ok", "failed", "cancelled", "lost"]),
  error: z.string().nullable(),
  usage,
  started_at: time,
  first_token_at: maybe,
  ended_at: maybe,
});
export const EventRow = z.object({ seq: z.int(), type: z.string(), turn_id: maybe, json: z.string() });
export const ReceiptRow = z.object({ digest: z.string(), message_id: z.int(), turn_id: maybe, seq: z.int() });
export const CountRow = z.object({ n: z.int(), size: z.number().nullable() });

/** The conversation's own row; times in epoch ms. */
export type Head = z.infer<typeof HeadRow>;
/** A turn as stored: the public turn, who asked, and the wish for a temperature; times in epoch ms. */
export type TurnRecord = z.infer<typeof TurnRow>;
export type AttemptRecord = z.infer<typeof AttemptRow>;
export type StoredEvent = z.infer<typeof EventRow>;
/** How a message is to be answered; null: as the conversation's settings have it. */
export type Wish = z.infer<typeof WishRow>;
export type WishGiven = { [K in keyof Wish]?: Wish[K] | undefined };
/** How far somebody has read: the message that had arrived last, and the event that brought it. */
export type ReadMark = Omit<z.infer<typeof ReadRow>, "user_id">;
/** The first result of a `client_id`. */
export type Receipt = z.infer<typeof ReceiptRow>;
export type NewConversation = Omit<
  Head,
  | "epoch"
  | "flushed_seq"
  | "kept_from"
  | "erased_at"
  | "connections"
  | "titling"
  | "title_turn"
  | "title_of"
  | "project_id"
  | "tools"
> & { project_id?: number | null; tools?: Tool[] };
