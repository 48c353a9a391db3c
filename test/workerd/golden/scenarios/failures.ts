// Every error code, where a client meets it: in replies, at the socket's door, over HTTP. (In turns: sending.ts.)
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { LIMITS } from "../../../../src/protocol/limits.ts";
import { gate, openGate, reached, scripted } from "../../conversation/conversation.ts";
import type { Person } from "../../conversation/people.ts";
import { app, PASSWORD, signedUp } from "../../http/client.ts";
import { type Scenario, store } from "../scenario.ts";

const broken = (error: Error) => ({
  ...env,
  DB: new Proxy(env.DB, {
    get: () => () => {
      throw error;
    },
  }),
});

export const FAILURES: readonly Scenario[] = [
  {
    name: "errors-in-replies",
    about: "Commands that are refused: `invalid`, `not_found`, `conflict`, `unauthorized`, `too_large`",
    async play(stage) {
      const socket = await stage.connect();
      await socket.command({ type: "message.send", client_id: "m1", content: " " });
      await socket.command({ type: "turn.cancel", turn_id: 9 });
      await socket.command({ type: "message.send", client_id: "m2", content: "Tea?", answer: false });
      await socket.command({ type: "message.send", client_id: "m2", content: "Coffee?", answer: false });
      await socket.command({ type: "auth.refresh", token: "not a token" });
      const long = { type: "message.send", ref: 6, client_id: "m3", content: "x" };
      socket.sendLong(long, LIMITS.messageBytes + 1);
      await socket.until((frame) => frame.type === "reply" && frame.ref === 6);
    },
  },
  {
    name: "errors-gone",
    about: "An early message of a long conversation is asked to be answered again: `gone`",
    async play(stage) {
      const ben = await stage.as(stage.ben);
      await ben.say("Long ago.", { answer: false });
      await store(stage, "DELETE FROM message", "UPDATE conversation SET kept_from = 2");
      const socket = await stage.connect();
      await socket.command({ type: "turn.retry", message_id: 1 });
    },
  },
  {
    name: "errors-forbidden",
    about: "Somebody who may only read is refused what he may not do: `forbidden`",
    ada: "viewer",
    async play(stage) {
      const socket = await stage.connect();
      await socket.command({ type: "message.send", client_id: "m1", content: "May I?" });
      await socket.command({ type: "member.remove", user_id: stage.ben.id });
    },
  },
  {
    name: "errors-busy",
    about: "Eight questions wait already: `busy`, with the pause after which to ask again",
    async play(stage) {
      const ben = await stage.as(stage.ben);
      const held = gate();
      await ben.say("Question 0", { model: scripted(`~${held}|Answer.`) });
      await reached(held);
      for (let i = 1; i <= LIMITS.queuedTurns; i += 1) await ben.say(`Question ${i}`, { model: scripted("Answer.") });
      const socket = await stage.connect();
      await socket.command({ type: "message.send", client_id: "m1", content: "One more?" });
      await openGate(held);
      await socket.event("turn.finished", ({ turn }) => turn.id === LIMITS.queuedTurns + 1);
    },
  },
  {
    name: "errors-quota",
    about: "The conversation has as many members as it may: `quota_exceeded`",
    async play(stage) {
      const socket = await stage.connect();
      const rest = LIMITS.members - 2;
      await store(
        stage,
        `INSERT INTO member (user_id, name, role, read_id) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
         WHERE i < ${rest}) SELECT 1000000 + i, 'crowd', 'member', 0 FROM n`,
      );
      await socket.command({ type: "member.add", user_id: stage.cleo.id, role: "member" });
      await store(stage, "DELETE FROM member WHERE user_id > 1000000");
    },
  },
  {
    name: "errors-in-frames",
    about: "Frames that no client should send are named in `error`, or in a reply where they have a `ref`",
    ends: { notice: { code: "invalid", message: "on is missing: give true or false." } },
    async play(stage) {
      const socket = await stage.connect();
      socket.send("nonsense");
      socket.send({ type: "message.shout", content: "Hello" });
      socket.send({ type: "typing" });
      socket.send({ type: "message.send", ref: 1 });
      await socket.until((frame) => frame.type === "reply");
    },
  },
  {
    name: "refused",
    about:
      "Connections that are refused: a bad token, a ticket used twice, a page that is not allowed, a conversation of others",
    unseen: true,
    ends: { status: { state: "ended", code: 4404 } },
    async play(stage) {
      const { recording, id, cleo } = stage;
      const bearer = ({ token }: Person) => ({ Authorization: `Bearer ${token}` });
      await recording.connect(id, { as: "a token that is not valid", query: "token=nonsense" });
      const ticket = { as: "the same ticket", query: `ticket=${await stage.ticket()}` };
      const socket = await recording.connect(id, { ...ticket, as: "a ticket" });
      await socket?.until(({ type }) => type === "snapshot");
      socket?.cut();
      await recording.connect(id, ticket);
      const Origin = "https://elsewhere.example";
      await recording.connect(id, { as: `the origin ${Origin}`, headers: { ...bearer(stage.ada), Origin } });
      await recording.connect(id, { as: "the token of a stranger", headers: bearer(cleo) });
    },
  },
  {
    name: "errors-over-http",
    about: "The same codes over HTTP, each at its status, and those that only HTTP has",
    unseen: true,
    async play({ recording, ada, id }) {
      for (const level of ["log", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
      const token = ada.token;
      const messages = `/api/v1/conversations/${id}/messages`;
      await recording.request(messages, { token, body: { content: "" } });
      await recording.request("/api/v1/me", {});
      await recording.request("/api/v1/conversations/999999", { token });
      await recording.request(messages, { token, body: "x", headers: { "content-type": "text/plain" } });
      const { access_token } = await signedUp();
      const change = { current_password: "not this one", new_password: PASSWORD };
      await recording.request("/api/v1/auth/password", { token: access_token, body: change });
      const away = app({ env: broken(new Error("D1_ERROR: Network connection lost.")) });
      await recording.request("/api/v1/auth/login", { body: { username: "ada", password: PASSWORD } }, away);
      const faulty = app({ env: broken(new Error("a bug")) });
      await recording.request("/api/v1/auth/login", { body: { username: "ada", password: PASSWORD } }, faulty);
      const unset = app({
        variables: { MODEL_PROVIDERS: '{"far":{"base_url":"http://far.example","api_key_var":"FAR_KEY"}}' },
      });
      await recording.request("/api/v1/conversations", { token, body: { model: "far:best" } }, unset);
      vi.restoreAllMocks();
    },
  },
];
