// Who takes part, who is there, and as whom.
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { LIMITS } from "../../../../src/protocol/limits.ts";
import { logIn, person } from "../../conversation/people.ts";
import { call } from "../../http/client.ts";
import { at, type Scenario } from "../scenario.ts";

export const PEOPLE: readonly Scenario[] = [
  {
    name: "members",
    about: "Somebody is added, given another role, and removed",
    async play(stage) {
      const socket = await stage.connect();
      const user_id = stage.cleo.id;
      await socket.command({ type: "member.add", user_id, role: "viewer" });
      await socket.command({ type: "member.role", user_id, role: "moderator" });
      await socket.command({ type: "member.remove", user_id });
    },
  },
  {
    name: "promoted",
    about: "One's own role changes: a new connection says what one may do now",
    ada: "viewer",
    async play(stage) {
      const socket = await stage.connect();
      const ben = await stage.as(stage.ben);
      await ben.command({ type: "member.role", user_id: stage.ada.id, role: "moderator" });
      await socket.event("member.role_changed");
      await stage.connect(socket.cut());
    },
  },
  {
    name: "renamed",
    about: "Somebody changes his name: everybody sees it, and what he writes from then on has it",
    async play(stage) {
      const dee = await person();
      stage.names.users.set(dee.id, 4);
      stage.names.texts.set(dee.name, "Dee");
      const socket = await stage.connect();
      await socket.command({ type: "member.add", user_id: dee.id, role: "member" });
      const hers = await stage.as(dee);
      await hers.command({ type: "message.send", client_id: "d1", content: "I am Dee.", answer: false });
      await socket.event("message.created");
      const member = env.DB.prepare("SELECT 1 FROM members WHERE user_id = ?").bind(dee.id);
      await vi.waitUntil(() => member.first(), 5_000); // from there it is known whom to tell
      await call("/api/v1/me", { method: "PATCH", token: dee.token, body: { name: "Daisy" } });
      await socket.event("member.renamed");
      await hers.command({ type: "message.send", client_id: "d2", content: "Daisy now.", answer: false });
      await socket.until((frame) => frame.type === "message.created" && frame.message.id === 2);
    },
  },
  {
    name: "presence",
    about: "Somebody comes, writes, reads and goes; none of it is kept but what has been read",
    keep: ["present"],
    async play(stage) {
      const socket = await stage.connect();
      await socket.until((frame) => frame.type === "present");
      await socket.command({ type: "message.send", client_id: "m1", content: "Anybody?", answer: false });
      const ben = await stage.as(stage.ben);
      await socket.until((frame) => frame.type === "present" && frame.users.length === 2);
      ben.send({ type: "typing", on: true });
      await socket.until((frame) => frame.type === "typing" && frame.on);
      ben.send({ type: "typing", on: false });
      await socket.until((frame) => frame.type === "typing" && !frame.on);
      ben.send({ type: "read", message_id: 1 });
      await socket.until((frame) => frame.type === "reads");
      ben.close();
      await socket.until(() => socket.types.filter((type) => type === "present").length === 3);
    },
  },
  {
    name: "own-signals",
    about: "What a client says without an answer: that it writes, and how far it has read",
    async play(stage) {
      const ben = await stage.as(stage.ben);
      const socket = await stage.connect();
      socket.send({ type: "typing", on: true });
      await ben.until((frame) => frame.type === "typing" && frame.on);
      socket.send({ type: "typing", on: false });
      await ben.until((frame) => frame.type === "typing" && !frame.on);
      await socket.command({ type: "message.send", client_id: "m1", content: "Read this.", answer: false });
      socket.send({ type: "read", message_id: 1 });
      await socket.until((frame) => frame.type === "reads");
    },
  },
  {
    name: "probe",
    about: "Nothing was heard from this client for a while: the server asks for proof that it reads, and gets it",
    async play(stage) {
      const socket = await stage.connect();
      const ben = await stage.as(stage.ben);
      await at(Date.now() + LIMITS.silentMs / 2 + 1_000, async () => {
        await ben.say("Anybody?", { answer: false });
        await socket.until((frame) => frame.type === "probe");
      });
    },
  },
  {
    name: "auth-refresh",
    about: "The login is about to end: a fresh token on the same connection",
    async play(stage) {
      const { id, name } = stage.ada;
      const short = await logIn(id, name, "member", 60);
      const socket = await stage.connect({}, short);
      await socket.until((frame) => frame.type === "auth.expiring");
      await socket.command({ type: "auth.refresh", token: stage.ada.token });
    },
  },
];
