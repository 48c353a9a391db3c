// Who may read a file, how long a link lasts, and how browsers are kept from running what is in it (security.md §7).
import { describe, expect, it } from "vitest";
import { FileLink } from "../../../src/protocol/rest.ts";
import { conversation } from "../conversation/conversation.ts";
import { person } from "../conversation/people.ts";
import { app, call, errorOf } from "./client.ts";
import { opened, PNG, upload, uploaded } from "./uploads.ts";

async function shared() {
  const [ada, bob, eve] = [await person(), await person(), await person()];
  const id = await conversation(ada, { member_ids: [bob.id] });
  const { files } = await uploaded(ada, { conversation_id: id });
  const [file] = files;
  if (!file?.url) throw new Error("there is no file");
  return { ada, bob, eve, id, file, url: file.url, path: `/api/v1/files/${file.id}` };
}

describe("a file", () => {
  it("is read by members, and for strangers it does not exist", async () => {
    const { ada, bob, eve, path } = await shared();
    for (const { token } of [ada, bob]) expect((await call(path, { token })).status).toBe(200);
    const missing = await errorOf(await call("/api/v1/files/987654321", { token: eve.token }));
    const [read, link] = [
      await call(path, { token: eve.token }),
      await call(`${path}/link`, { token: eve.token, method: "POST" }),
    ];
    for (const answer of [read, link]) expect([answer.status, await errorOf(answer)]).toEqual([404, missing]);
    expect((await call(path)).status).toBe(401);
  });

  it("is sent by members who may write, and nothing of a stranger's is stored", async () => {
    const { bob, eve, ada, id } = await shared();
    expect((await upload(null, { conversation_id: id })).status).toBe(401);
    expect((await upload(eve, { conversation_id: id })).status).toBe(404);
    expect((await upload(eve, { conversation_id: 987_654_321 })).status).toBe(404);
    const member = `/api/v1/conversations/${id}/members/${bob.id}`;
    await call(member, { method: "PATCH", token: ada.token, body: { role: "viewer" } });
    expect((await upload(bob, { conversation_id: id })).status).toBe(403);
  });

  it("of somebody else cannot be put into a message of one's own", async () => {
    const { bob, file, id } = await shared();
    const body = { content: "Mine", file_ids: [file.id], answer: false };
    const response = await call(`/api/v1/conversations/${id}/messages`, { token: bob.token, body });
    expect([response.status, (await errorOf(response)).field]).toEqual([404, "file_ids"]);
  });
});

describe("a link", () => {
  it("opens its file without a log-in, a picture to be seen, in parts too", async () => {
    const { url } = await shared();
    const whole = await opened(url);
    expect(whole.status).toBe(200);
    expect(Buffer.from(await whole.arrayBuffer())).toEqual(PNG);
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      "content-type": "image/png",
      "content-disposition": "inline; filename=\"garden.png\"; filename*=UTF-8''garden.png",
      "content-security-policy": "sandbox; default-src 'none'",
      "x-content-type-options": "nosniff",
      "cache-control": "private, no-store",
      "accept-ranges": "bytes",
    });
    const part = await opened(url, { range: "bytes=8-9" });
    expect([part.status, part.headers.get("content-range")]).toEqual([206, "bytes 8-9/12"]);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(Buffer.from([1, 2]));
    expect((await opened(url, { range: "bytes=12-" })).status).toBe(416);
    expect((await opened(url, { "if-none-match": whole.headers.get("etag") ?? "" })).status).toBe(304);
  });

  it.each(["page.html", "drawing.svg", "form.pdf", 'a"\u202e.exe'])("saves %s and never shows it", async (name) => {
    const ada = await person();
    const id = await conversation(ada);
    const bytes = new TextEncoder().encode("%PDF-<svg><script>alert(1)</script></svg>");
    const { files } = await uploaded(ada, { conversation_id: id, files: [{ name, bytes }] });
    const answer = await opened(files[0]?.url);
    expect(answer.headers.get("content-disposition")).toMatch(
      /^attachment; filename="[\w.]+"; filename\*=UTF-8''[\w.%]+$/,
    );
    expect(["application/octet-stream", "application/pdf"]).toContain(answer.headers.get("content-type"));
    await answer.body?.cancel();
  });

  it("with one character changed, of another file or after its day opens nothing", async () => {
    const { url, file, ada, id } = await shared();
    const [other] = (await uploaded(ada, { conversation_id: id })).files;
    const changed = url.slice(0, -1) + (url.endsWith("A") ? "B" : "A");
    const longer = url.replace(/expires=(\d+)/, (_, at) => `expires=${Number(at) + 1}`);
    for (const wrong of [changed, longer, url.replace(`/${file.id}?`, `/${other?.id}?`)])
      expect((await opened(wrong)).status).toBe(404);
  });

  it("is void for everybody as soon as a member is removed, and history has new ones", async () => {
    const { ada, bob, id, url, path } = await shared();
    expect((await opened(url)).status).toBe(200);
    await call(`/api/v1/conversations/${id}/members/${bob.id}`, { method: "DELETE", token: ada.token });
    expect((await opened(url)).status).toBe(404);
    const answer = await call(`${path}/link`, { method: "POST", token: ada.token });
    expect((await opened(FileLink.parse(await answer.json()).url)).status).toBe(200);
  });

  it("that is guessed at again and again is answered with a pause", async () => {
    const { url } = await shared();
    const now = Date.now();
    const guessing = app({ clock: { now: () => now, after: () => () => {} } });
    const wrong = `${url}x`;
    const statuses = [];
    for (let i = 0; i < 61; i += 1) statuses.push((await guessing(new Request(wrong))).status);
    expect([statuses[0], statuses.at(-1)]).toEqual([404, 429]);
  });
});
