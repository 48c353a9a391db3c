// POST /api/upload_file as vocabularies.md 5 has it, and what becomes of its files.
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { MessagesAnswer } from "../../../src/protocol/rest.ts";
import { conversation, objectOf } from "../conversation/conversation.ts";
import { person } from "../conversation/people.ts";
import { call } from "./client.ts";
import { keysOf, opened, PNG, rowsInDirectory, upload, uploaded } from "./uploads.ts";

const history = async (token: string, id: number) =>
  MessagesAnswer.parse(await (await call(`/api/v1/conversations/${id}/messages`, { token })).json()).items;

describe("an upload", () => {
  it("is one message with its files, which nobody is asked to answer", async () => {
    const ada = await person();
    const id = await conversation(ada);
    const answer = await uploaded(ada, {
      conversation_id: id,
      message: "The garden",
      files: [
        { name: "Garden.PNG", bytes: PNG },
        { name: "notes.txt", bytes: new TextEncoder().encode("tea") },
      ],
    });
    expect(answer).toEqual({
      ...{ success: true, message_id: 1, conversation_id: id, role: "user", sender: ada.name, content: "The garden" },
      files: [
        {
          ...{ id: expect.any(Number), filename: "Garden.PNG", file_type: "png", content_type: "image/png", size: 12 },
          url: expect.stringMatching(/^http:\/\/localhost:8787\/api\/v1\/files\/\d+\?expires=\d+&signature=[\w-]+$/),
        },
        expect.objectContaining({ filename: "notes.txt", file_type: "txt", content_type: "text/plain", size: 3 }),
      ],
      ...{ timestamp: answer.created_at, created_at: answer.created_at, uploaded_at: answer.created_at },
    });
    const [message, ...others] = await history(ada.token, id);
    expect(others).toEqual([]);
    expect(message).toMatchObject({ id: 1, content: "The garden", files: [{ filename: "Garden.PNG" }, { size: 3 }] });
    const texts = await Promise.all(
      answer.files.map(async ({ url }) => Buffer.from(await (await opened(url)).arrayBuffer())),
    );
    expect(texts).toEqual([PNG, Buffer.from("tea")]);
  });

  it("without words says that it is one", async () => {
    const ada = await person();
    const id = await conversation(ada);
    expect(await uploaded(ada, { conversation_id: id, message: " " })).toMatchObject({ content: "[File attachment]" });
    expect(await uploaded(ada, { conversation_id: id })).toMatchObject({ content: "[File attachment]", message_id: 2 });
  });

  it("repeated under the same key is one message", async () => {
    const ada = await person();
    const id = await conversation(ada);
    const again = { conversation_id: id, headers: { "idempotency-key": "k1" } };
    const first = await uploaded(ada, again);
    const second = await uploaded(ada, again);
    expect(second.message_id).toBe(first.message_id);
    expect(second.files.map((file) => file.id)).toEqual(first.files.map((file) => file.id));
    const other = await upload(ada, { ...again, files: [{ name: "b.txt", bytes: new TextEncoder().encode("b") }] });
    expect(other.status).toBe(409);
  });

  it("is in D1 too, where a list shows it, and in the export", async () => {
    const ada = await person();
    const id = await conversation(ada);
    await uploaded(ada, { conversation_id: id });
    await runDurableObjectAlarm(objectOf(id));
    await vi.waitFor(async () => {
      const row = await env.DB.prepare("SELECT files FROM messages WHERE conversation_id = ?").bind(id).first();
      expect(row?.files).toContain('"filename":"garden.png"');
    });
  });
});

describe("an upload is refused", () => {
  it.each([
    ["without files", { files: [] }, 400, "files is required"],
    [
      "without a chosen file, as a browser sends it",
      { files: [{ name: "", bytes: new Uint8Array() }] },
      400,
      "files is required",
    ],
    ["with a message too long", { message: "x".repeat(65_537) }, 413, "message may be at most 65536 bytes long"],
    ["with a message of nothing one can see", { message: "\u200b" }, 400, "message may not be empty"],
    ["in somebody else's name", { fields: { user_id: "1000000" } }, 403, "user_id is not yours"],
    ["without a conversation", { conversation_id: "" }, 400, "conversation_id is not valid"],
    ["for what is no number", { conversation_id: "1e3" }, 400, "conversation_id is not valid"],
    [
      "with eleven files",
      { files: Array.from({ length: 11 }, () => ({ name: "a", bytes: new Uint8Array(1) })) },
      400,
      "At most 10 files at once.",
    ],
    [
      "with a file of more than 16 MB",
      { files: [{ name: "a", bytes: new Uint8Array(16 * 1024 * 1024 + 1) }] },
      413,
      "A file may be at most 16 MB large.",
    ],
    [
      "that breaks off",
      { spoil: (body: Uint8Array) => body.subarray(0, body.length - 20) },
      400,
      "The body is not multipart/form-data, or breaks off before its end.",
    ],
  ])("%s, and leaves nothing", async (_what, wish, status, message) => {
    const ada = await person();
    const id = await conversation(ada);
    const response = await upload(ada, { conversation_id: id, ...wish });
    expect([response.status, await response.json()]).toMatchObject([status, { error: { message } }]);
    expect([await keysOf(id), await rowsInDirectory(id), await history(ada.token, id)]).toEqual([[], 0, []]);
  });

  it("that is no form", async () => {
    const ada = await person();
    const response = await call("/api/upload_file", { token: ada.token, body: { conversation_id: 1 } });
    expect(response.status).toBe(415);
  });
});

it("an upload may say whose it is", async () => {
  const ada = await person();
  const id = await conversation(ada);
  const answer = await uploaded(ada, { conversation_id: id, fields: { user_id: String(ada.id) } });
  expect(answer).toMatchObject({ sender: ada.name });
});

it("an empty file that was chosen is a file, and a field without one beside it is none", async () => {
  const ada = await person();
  const none = new Uint8Array();
  const files = [
    { name: "empty.txt", bytes: none },
    { name: "", bytes: none },
  ];
  const answer = await uploaded(ada, { conversation_id: await conversation(ada), files });
  expect(answer.files).toMatchObject([{ filename: "empty.txt", size: 0 }]);
});

describe("files go", () => {
  it("with their message", async () => {
    const ada = await person();
    const id = await conversation(ada);
    const { files, message_id } = await uploaded(ada, { conversation_id: id });
    const [file] = files;
    const path = `/api/v1/conversations/${id}/messages/${message_id}`;
    expect((await call(path, { method: "DELETE", token: ada.token })).status).toBe(200);
    expect((await opened(file?.url)).status).toBe(404);
    expect((await call(`/api/v1/files/${file?.id}`, { token: ada.token })).status).toBe(404);
    await vi.waitFor(async () => expect([await keysOf(id), await rowsInDirectory(id)]).toEqual([[], 0]), 10_000);
    expect(await history(ada.token, id)).toMatchObject([{ content: "", files: [] }]);
  });

  it("with their conversation", async () => {
    const ada = await person();
    const id = await conversation(ada);
    const { files } = await uploaded(ada, { conversation_id: id });
    expect(await keysOf(id)).toHaveLength(1);
    expect((await call(`/api/v1/conversations/${id}`, { method: "DELETE", token: ada.token })).status).toBe(200);
    expect((await opened(files[0]?.url)).status).toBe(404);
    await vi.waitFor(async () => expect([await keysOf(id), await rowsInDirectory(id)]).toEqual([[], 0]), 10_000);
  });
});
