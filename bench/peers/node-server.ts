// Node: what many would write first. One process with socket.io, the openai SDK and SQLite in WAL mode: stores every message
// and the finished answer, emits every token to the room. Forked by node.ts, which it tells its port.
import { createServer } from "node:http";
import { DatabaseSync } from "node:sqlite";
import OpenAI from "openai";
import { Server } from "socket.io";
import { listen } from "../../test/support/listen.ts";

const [database = ":memory:", modelUrl = ""] = process.argv.slice(2);
const HISTORY = 50;

const db = new DatabaseSync(database);
db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS message (id INTEGER PRIMARY KEY, room TEXT NOT NULL, role TEXT NOT NULL, author TEXT,
    content TEXT NOT NULL, created_at TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS message_room ON message (room, id)`);
const insert = db.prepare("INSERT INTO message (room, role, author, content, created_at) VALUES (?, ?, ?, ?, ?)");
const before = db.prepare("SELECT * FROM message WHERE room = ? AND id < ? ORDER BY id DESC LIMIT ?");
const store = (room: string, role: string, author: string | null, content: string) => {
  const created_at = new Date().toISOString();
  const id = Number(insert.run(room, role, author, content, created_at).lastInsertRowid);
  return { id, role, author, content, created_at };
};
const history = (room: string, below = Number.MAX_SAFE_INTEGER) => before.all(room, below, HISTORY).reverse();

const http = createServer((_, response) => response.end("ok"));
const io = new Server(http, { serveClient: false });
const openai = new OpenAI({ baseURL: modelUrl, apiKey: "none", maxRetries: 0 });

async function answer(room: string): Promise<void> {
  const messages = history(room).map(({ role, content }) =>
    role === "assistant"
      ? { role: "assistant" as const, content: String(content) }
      : { role: "user" as const, content: String(content) },
  );
  const stream = await openai.chat.completions.create({ model: "bench", messages, stream: true });
  let text = "";
  for await (const chunk of stream) {
    const delta = chunk.choices[0]?.delta.content;
    if (!delta) continue;
    text += delta;
    io.to(room).emit("token", { room, text: delta });
  }
  const message = store(room, "assistant", null, text);
  io.to(room).emit("done", { room, id: message.id });
}

io.on("connection", (socket) => {
  const room = String(socket.handshake.query.room);
  const author = String(socket.handshake.query.user);
  void socket.join(room);
  socket.on("open", (reply: (messages: unknown[]) => void) => reply(history(room)));
  socket.on("history", (below: number, reply: (messages: unknown[]) => void) => reply(history(room, below)));
  socket.on("message", (content: string, wantsAnswer: boolean, reply: (id: number) => void) => {
    const message = store(room, "user", author, content);
    io.to(room).emit("message", message);
    reply(message.id);
    if (wantsAnswer) answer(room).catch((error: unknown) => console.error(error));
  });
});

const port = await listen(http);
process.on("disconnect", () => process.exit());
process.send?.({ port });
