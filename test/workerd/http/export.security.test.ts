// A conversation as a file over HTTP: for its members only, also by the cookie of a link on our own page.
import { expect, it } from "vitest";
import { conversation, scripted } from "../conversation/conversation.ts";
import { person } from "../conversation/people.ts";
import { call, errorOf } from "./client.ts";
import { unlimited } from "./search.ts";

const path = (id: number, query = "") => `/api/v1/conversations/${id}/export${query}`;

async function talk() {
  const ada = await person();
  const model = scripted("Black.");
  const id = await conversation(ada, { title: "Größe", model });
  const sent = await call(
    `/api/v1/conversations/${id}/messages`,
    { token: ada.token, body: { content: "Tea?" } },
    unlimited,
  );
  expect(sent.status).toBe(200);
  return { ada, id, model };
}

it("a member gets the whole conversation in both formats, as a file with its title", async () => {
  const { ada, id, model } = await talk();
  const json = await call(path(id), { token: ada.token }, unlimited);
  expect(json.headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(json.headers.get("content-disposition")).toContain("filename*=UTF-8''Gr%C3%B6%C3%9Fe.json");
  expect(json.headers.get("cache-control")).toBe("no-store");
  expect(await json.json()).toMatchObject({
    conversation: { id, title: "Größe" },
    members: [{ user_id: ada.id, role: "owner" }],
    messages: [
      { id: 1, content: "Tea?", answer_id: 2 },
      { id: 2, role: "assistant", content: "Black.", reply_to: 1, model },
    ],
  });
  const markdown = await call(path(id, "?format=md"), { token: ada.token }, unlimited);
  expect(markdown.headers.get("content-type")).toBe("text/markdown; charset=utf-8");
  expect(await markdown.text()).toMatch(/## #1 .*\n\n> Tea\?\n\n## #2 Assistant, .*\n\n> Black\.\n$/);
  expect((await call(path(id, "?format=exe"), { token: ada.token }, unlimited)).status).toBe(400);
});

it("whoever may not read it, or was removed, gets the answer of what does not exist", async () => {
  const { ada, id } = await talk();
  const [eve, bob] = [await person(), await person()];
  const members = `/api/v1/conversations/${id}/members`;
  await call(members, { token: ada.token, body: { user_id: bob.id } }, unlimited);
  expect((await call(path(id), { token: bob.token }, unlimited)).status).toBe(200);
  await call(`${members}/${bob.id}`, { method: "DELETE", token: ada.token }, unlimited);
  const missing = await errorOf(await call(path(987_654_321), { token: eve.token }, unlimited));
  for (const stranger of [eve, bob]) {
    const response = await call(path(id), { token: stranger.token }, unlimited);
    expect([response.status, await errorOf(response)]).toEqual([404, missing]);
  }
  expect((await call(path(id), {}, unlimited)).status).toBe(401);
});

it("a link on our own page works by its cookie, one on another page does not", async () => {
  const { ada, id } = await talk();
  const followed = (site: string) =>
    call(path(id), { headers: { cookie: `access_token=${ada.token}`, "sec-fetch-site": site } }, unlimited);
  expect((await followed("same-origin")).status).toBe(200);
  for (const site of ["cross-site", "same-site", "none"]) expect((await followed(site)).status).toBe(401);
});
