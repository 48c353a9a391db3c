// A person is called by one name: the profile's, in every conversation that is open (protocol.md "Events").
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { call } from "../http/client.ts";
import { conversation, objectOf, rowsOf } from "./conversation.ts";
import { inHosted } from "./hosted.ts";
import { type Person, person } from "./people.ts";
import { principal } from "./rig.ts";
import { open } from "./socket.ts";

const rename = (who: Person, name: string) => call("/api/v1/me", { method: "PATCH", token: who.token, body: { name } });

describe("a name changed in the profile", () => {
  it("is told to everybody in its bearer's conversations, who writes, types and is present under it", async () => {
    const [ada, ben] = [await person(), await person()];
    const id = await conversation(ada, { member_ids: [ben.id] });
    const [hers, his] = [await open(id, ada.token), await open(id, ben.token)];
    await rename(ben, "Benedict");
    expect(await hers.event("member.renamed")).toMatchObject({ user_id: ben.id, name: "Benedict" });
    await hers.until((frame) => frame.type === "present" && frame.users.some(({ name }) => name === "Benedict"));
    his.send({ type: "typing", on: true });
    await hers.until((frame) => frame.type === "typing" && frame.name === "Benedict");
    await his.say("Hello", { answer: false });
    const said = await hers.event("message.created");
    expect(said.message.author).toEqual({ user_id: ben.id, name: "Benedict" });
    const late = await open(id, ben.token);
    expect(late.welcome.you.name).toBe("Benedict");
    expect(late.welcome.members.map(({ name }) => name)).toEqual([ada.name, "Benedict"]);
  });

  it("reaches the database, and conversations where nobody is", async () => {
    const [ada, ben] = [await person(), await person()];
    const ids = [await conversation(ada, { member_ids: [ben.id] }), await conversation(ada, { member_ids: [ben.id] })];
    const names = async (): Promise<unknown[]> => {
      const { results } = await env.DB.prepare("SELECT name FROM members WHERE user_id = ?").bind(ben.id).all();
      return results.map(({ name }) => name);
    };
    await rename(ben, "Bea");
    await expect.poll(names, { timeout: 5_000 }).toEqual(["Bea", "Bea"]);
    for (const id of ids)
      expect(await rowsOf(id, `SELECT name FROM member WHERE user_id = ${ben.id}`)).toEqual([{ name: "Bea" }]);
  });

  it("is one event, however often it is told, and none where its bearer does not take part", async () => {
    const [ada, ben] = [await person(), await person()];
    const id = await conversation(ada);
    for (const { id: user } of [ada, ada, ben]) await objectOf(id).rename(user, "Bea");
    const sql = "SELECT json ->> 'user_id' AS user_id FROM event WHERE type = 'member.renamed'";
    expect(await rowsOf(id, sql)).toEqual([{ user_id: ada.id }]);
  });

  it("that did not reach a conversation comes with its bearer", () =>
    inHosted(async (hosted) => {
      const first = await hosted.watch();
      hosted.enter = async ({ user_id, role }) => ({
        ok: true,
        value: { user_id, username: "ben", name: "Bea", role },
      });
      await hosted.watch(principal(2));
      await first.until(({ event, data }) => event === "member.renamed" && data.name === "Bea");
    }));
});
