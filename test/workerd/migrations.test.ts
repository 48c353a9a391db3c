// What was stored by an earlier version is read by this one.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { Journal } from "../../src/conversation/journal/journal.ts";
import { MIGRATIONS } from "../../src/conversation/journal/tables.ts";
import { GatewayTables } from "../../src/gateway/tables.ts";
import { ProjectTables } from "../../src/project/tables.ts";
import { UserTables } from "../../src/user/tables.ts";
import { ADA, FakeClock } from "./conversation/rig.ts";
import { inProject } from "./project/staged.ts";
import { freshId, known } from "./user/fixture.ts";

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

const OLD_PROJECT = `
  CREATE TABLE gateway (shard TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TABLE document (id INTEGER PRIMARY KEY, status TEXT NOT NULL, progress REAL NOT NULL) STRICT;
  INSERT INTO document VALUES (7, 'processing', 10);`;

it("a project's object from before its people could change keeps its documents, lets people listen and change, and ends", () =>
  inProject(async (staged) => {
    staged.storage.sql.exec(OLD_PROJECT);
    staged.start();
    const tables = new ProjectTables(staged.storage);
    expect(tables.document(7)).toEqual({ document_id: 7, status: "processing", progress: 10 });
    const failed = { document_id: 8, status: "failed" as const, progress: 10, error: "Not a PDF." };
    tables.putDocument(failed);
    expect(tables.document(8)).toEqual(failed);
    expect((await staged.project.follow(ADA, "g0")).ok).toBe(true);
    tables.addChange();
    expect(new ProjectTables(staged.storage).changes()).toBe(1);
    tables.forget();
    tables.addShard("g1");
    expect(new ProjectTables(staged.storage).shards()).toEqual(["g1"]);
  }));

it("a project's object from before versions were counted keeps what its documents failed of", () =>
  inProject(async ({ storage }) => {
    storage.sql.exec(`${OLD_PROJECT} CREATE TABLE unspread (changes INTEGER NOT NULL) STRICT;
      ALTER TABLE document ADD COLUMN error TEXT; UPDATE document SET error = 'Not a PDF.';
      INSERT INTO unspread VALUES (3);`);
    const tables = new ProjectTables(storage);
    expect([tables.document(7)?.error, tables.changes()]).toEqual(["Not a PDF.", 3]);
  }));

it("a gateway's object that kept one vocabulary for a socket and room keeps several, also through a kill", () =>
  runInDurableObject(env.GATEWAY.getByName(`migrations ${crypto.randomUUID()}`), async (_, { storage }) => {
    for (const { name } of storage.sql.exec("SELECT name FROM sqlite_master WHERE type = 'table'").toArray())
      if (!String(name).startsWith("_")) storage.sql.exec(`DROP TABLE ${name}`);
    storage.sql.exec(`
      CREATE TABLE follow (socket TEXT NOT NULL, room TEXT NOT NULL, vocabulary TEXT NOT NULL, names TEXT NOT NULL,
        PRIMARY KEY (socket, room)) STRICT, WITHOUT ROWID;
      CREATE INDEX follow_by_room ON follow (room);`);
    const names = { conversation_id: 7, room_id: null, chat_id: null, model: null };
    const follows = ["chat", "file_rooms"].map((vocabulary) => ({ socket: "s1", room: "c7", vocabulary, names }));
    storage.sql.exec("INSERT INTO follow VALUES ('s1', 'c7', 'chat', ?)", JSON.stringify(names));
    for (const follow of follows) new GatewayTables(storage).putFollow(follow);
    expect(new GatewayTables(storage).follows()).toEqual(follows);
  }));

it.each([
  ["its first version", "", null, null],
  ["before it knew who is idle", ", came INTEGER", 7, null],
  ["now", ", came INTEGER, heard INTEGER NOT NULL DEFAULT 9", 7, 9],
])("a gateway's object of %s has its sockets, and none of them is idle since ever", async (_, more, came, heard) =>
  runInDurableObject(env.GATEWAY.getByName(`migrations ${crypto.randomUUID()}`), async (_, { storage }) => {
    for (const { name } of storage.sql.exec("SELECT name FROM sqlite_master WHERE type = 'table'").toArray())
      if (!String(name).startsWith("_")) storage.sql.exec(`DROP TABLE ${name}`);
    storage.sql.exec(`
      CREATE TABLE socket (
        id TEXT PRIMARY KEY, session TEXT NOT NULL, namespace TEXT NOT NULL, pid TEXT, principal TEXT NOT NULL,
        interview INTEGER, first INTEGER NOT NULL, gone INTEGER${more}) STRICT, WITHOUT ROWID;
      CREATE INDEX socket_by_pid ON socket (pid);`);
    storage.sql.exec(
      "INSERT INTO socket (id, session, namespace, pid, principal, first) VALUES ('s1', 'g0.a', '/', 'g0.b', ?, 3)",
      JSON.stringify(ADA),
    );
    if (came !== null) storage.sql.exec("UPDATE socket SET came = 7");
    const [socket] = new GatewayTables(storage).sockets();
    expect(socket).toMatchObject({ id: "s1", pid: "g0.b", principal: ADA, first: 3, came, gone: null });
    if (heard === null) expect(socket?.heard).toBeGreaterThan(Date.now() - 60_000);
    else expect(socket?.heard).toBe(heard);
    expect(new GatewayTables(storage).sockets()).toEqual([socket]);
  }),
);

it("a user's object from before socket tickets spends one once, and knows its user", () =>
  runInDurableObject(env.USER.getByName(String(freshId())), (_, { storage }) => {
    const before = new UserTables(storage);
    before.create();
    before.putProfile({ ...known(5), revoked_before: 0 });
    storage.sql.exec("DROP TABLE tickets; DROP TABLE version;");
    const tables = new UserTables(storage);
    expect([tables.profile()?.user_id, tables.spendTicket("t", 9, 0), tables.spendTicket("t", 9, 0)]).toEqual([
      5,
      true,
      false,
    ]);
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
