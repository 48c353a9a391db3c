// What D1 keeps of a conversation that was erased: a receipt, whatever arrives late (security.md §10).
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import * as z from "zod";
import { forgetConversation, reserveConversation } from "../../../src/store/conversations.ts";
import { type Change, mirror } from "../../../src/store/mirror.ts";
import { UNMEASURED } from "./rig.ts";

const CANARY = "canary";
const message: Change = {
  of: "message",
  seq: 3,
  message: {
    ...{ id: 1, role: "user", author: { user_id: 1, name: "Ada" }, content: CANARY, data: {}, files: [] },
    ...{ turn_id: null, reply_to: null, client_id: "a", created_at: "2026-11-21T12:00:00.000Z" },
  },
};
const member: Change = { of: "member", seq: 1, member: { user_id: 1, name: "Ada", role: "owner" } };
const batch = (id: number) => mirror(env.DB, id, [member, message], { seq: 3, activeAt: 1 }, UNMEASURED);

const count = async (table: string, id: number) => {
  const column = table === "conversations" ? "id" : "conversation_id";
  const row = await env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE ${column} = ?`).bind(id).first();
  return z.object({ n: z.int() }).parse(row).n;
};

it("a batch that arrives after the erasure brings nothing back, and a receipt stays", async () => {
  const id = await reserveConversation(env.DB, "chat", 1, 1);
  await batch(id);
  expect(await count("messages", id)).toBe(1);
  await forgetConversation(env.DB, id, 5);
  await expect(batch(id)).rejects.toThrow(/FOREIGN KEY/);
  await forgetConversation(env.DB, id, 6);
  const left = await Promise.all(["conversations", "messages", "members"].map((table) => count(table, id)));
  expect(left).toEqual([0, 0, 0]);
  const receipt = await env.DB.prepare("SELECT * FROM erasures WHERE conversation_id = ?").bind(id).first();
  expect(receipt).toEqual({ conversation_id: id, erased_at: 5 });
});

it("what people wrote is overwritten before it is deleted, since SQLite leaves deleted bytes in free pages", async () => {
  const id = await reserveConversation(env.DB, "chat", 1, 1);
  await batch(id);
  await env.DB.prepare("UPDATE conversations SET title = ?1, instructions = ?1 WHERE id = ?2").bind(CANARY, id).run();
  const columns = {
    messages: ["content", "data", "name"],
    members: ["name"],
    conversations: ["title", "instructions"],
  };
  await env.DB.prepare("CREATE TABLE left_behind (content TEXT)").run();
  for (const [table, names] of Object.entries(columns))
    await env.DB.prepare(
      `CREATE TRIGGER last_of_${table} BEFORE DELETE ON ${table} BEGIN
         INSERT INTO left_behind VALUES ${names.map((name) => `(old.${name})`)}; END`,
    ).run();
  await forgetConversation(env.DB, id, 5);
  const { results } = await env.DB.prepare("SELECT content FROM left_behind").all();
  expect(results).toHaveLength(6);
  expect(JSON.stringify(results)).toMatch(/^[^a-z]*("content":"0+"[^a-z]*){6}$/);
});
