// What was stored by an earlier version is read by this one.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { Journal } from "../../src/conversation/journal.ts";
import { MIGRATIONS } from "../../src/conversation/tables.ts";
import { FakeClock } from "./conversation/rig.ts";

const unused = () => env.CONVERSATION.getByName(`migrations ${crypto.randomUUID()}`);
const AT = '"at":"2026-11-21T12:00:00.000Z"';

it("a conversation's object of version 1 knows its current answers, and the events that brought its texts", () =>
  runInDurableObject(unused(), (_, { storage }) => {
    const sql = (text: string) => storage.sql.exec(text);
    sql(MIGRATIONS[0] ?? "");
    sql(`INSERT INTO conversation (one, id, kind, assistant_mode, created_at, epoch, version)
         VALUES (1, 7, 'chat', 'always', 1, 'e1', 1)`);
    sql(`INSERT INTO message (id, role, content, reply_to, created_at) VALUES
         (1, 'user', 'canary', NULL, 1), (2, 'assistant', 'A', 1, 1), (3, 'assistant', 'B', 1, 1), (4, 'user', 'C', 3, 1)`);
    sql(`INSERT INTO event (seq, at, type, json) VALUES
         (1, 1, 'message.created', '{"type":"message.created","seq":1,${AT},"message":{"id":1,"content":"canary"}}'),
         (2, 1, 'turn.finished', '{"type":"turn.finished","seq":2,${AT},"turn":{"id":1},"message":{"id":2,"length":1}}')`);
    const journal = new Journal(storage, new FakeClock());
    expect([1, 4].map((id) => journal.message(id)?.answer_id)).toEqual([3, undefined]);
    journal.blankMessage(1, 3);
    journal.blankMessage(2, 4);
    expect(journal.eventsAfter(0, 9).map(({ json }) => JSON.parse(json).message)).toEqual([
      { id: 1, content: "" },
      { id: 2, length: 0 },
    ]);
  }));

it("a conversation's object of version 12 knows what its members have read, and what ended behind their marks", () =>
  runInDurableObject(unused(), (_, { storage }) => {
    const sql = (text: string) => storage.sql.exec(text);
    for (const migration of MIGRATIONS.slice(0, 12)) sql(migration);
    sql(`INSERT INTO conversation (one, id, kind, assistant_mode, created_at, epoch, version)
         VALUES (1, 7, 'chat', 'always', 1, 'e1', 12)`);
    sql(
      "INSERT INTO member (user_id, name, role, read_id, read_flushed) VALUES (8, 'A', 'owner', 3, 3), (9, 'B', 'member', 3, 1)",
    );
    sql(`INSERT INTO message (id, role, user_id, content, created_at) VALUES
         (1, 'user', 8, 'Q', 1), (2, 'assistant', NULL, 'A', 1), (3, 'user', 1, 'M', 1), (4, 'user', 1, 'N', 1)`);
    const event = (seq: number, type: string, id: number) =>
      sql(`INSERT INTO event (seq, at, type, json) VALUES (${seq}, 1, '${type}', '{"message":{"id":${id}}}')`);
    event(3, "message.created", 1);
    event(5, "message.created", 3);
    event(6, "turn.finished", 2);
    event(7, "message.edited", 1);
    event(8, "message.created", 4);
    const journal = new Journal(storage, new FakeClock());
    expect([journal.readMark(1), journal.readMark(2), journal.readMark(99)]).toMatchObject([
      { message_id: 1, seq: 3 },
      { message_id: 2, seq: 6 },
      { message_id: 4, seq: 8 },
    ]);
    expect(journal.unread(8, 100)).toBe(1);
    expect(journal.members.unflushed()).toEqual([{ user_id: 9, message_id: 3, seq: 6 }]);
  }));

it("D1 of version 13 counts the same as unread as before", () =>
  runInDurableObject(unused(), (_, { storage }) => {
    for (const { queries } of env.TEST_MIGRATIONS.filter(({ name }) => /^00(02|03|12)_/.test(name)))
      for (const query of queries) storage.sql.exec(query);
    storage.sql.exec(
      `INSERT INTO conversations (id, kind, created_by, created_at, active_at) VALUES (7, 'chat', 1, 1, 1)`,
    );
    storage.sql.exec(
      "INSERT INTO members (conversation_id, user_id, name, role, read_id, seq) VALUES (7, 1, 'A', 'owner', 3, 1)",
    );
    storage.sql.exec(`INSERT INTO messages (conversation_id, id, role, content, created_at, seq, edited_at) VALUES
      (7, 1, 'user', 'Q', 1, 20, 2), (7, 2, 'assistant', 'A', 1, 12, NULL), (7, 3, 'user', 'M', 1, 11, NULL),
      (7, 4, 'user', 'N', 1, 15, NULL)`);
    for (const { queries } of env.TEST_MIGRATIONS.filter(({ name }) => name.startsWith("0014")))
      for (const query of queries) storage.sql.exec(query);
    const unread = "SELECT id FROM messages WHERE arrived > (SELECT read_seq FROM members)";
    expect(storage.sql.exec(unread).toArray()).toEqual([{ id: 4 }]);
  }));

it("D1 of version 2 knows its current answers", () =>
  runInDurableObject(unused(), (_, { storage }) => {
    const apply = (file: string) => {
      const migration = env.TEST_MIGRATIONS.find(({ name }) => name === file);
      for (const query of migration?.queries ?? []) storage.sql.exec(query);
    };
    apply("0002_conversations.sql");
    storage.sql.exec(`INSERT INTO conversations (id, kind, created_by, created_at, active_at) VALUES
      (7, 'chat', 1, 1, 1), (8, 'chat', 1, 1, 1)`);
    storage.sql.exec(`INSERT INTO messages (conversation_id, id, role, content, reply_to, created_at, seq) VALUES
      (7, 1, 'user', 'Q', NULL, 1, 1), (7, 2, 'assistant', 'A', 1, 1, 2), (7, 3, 'assistant', 'B', 1, 1, 3),
      (8, 1, 'user', 'Q', NULL, 1, 1), (8, 2, 'user', 'R', 1, 1, 2)`);
    apply("0003_variants.sql");
    const answers = storage.sql.exec("SELECT answer_id FROM messages ORDER BY conversation_id, id").toArray();
    expect(answers.map(({ answer_id }) => answer_id)).toEqual([3, null, null, null, null]);
  }));
