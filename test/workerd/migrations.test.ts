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
