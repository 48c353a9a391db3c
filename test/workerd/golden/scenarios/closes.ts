// Every way in which the server ends a connection: its last words, the code, and what a client does then.
import { LIMITS } from "../../../../src/protocol/limits.ts";
import { objectOf } from "../../conversation/conversation.ts";
import { logIn } from "../../conversation/people.ts";
import { call } from "../../http/client.ts";
import { RecordedSocket } from "../recording.ts";
import { at, type Scenario } from "../scenario.ts";

const ended = (code: number) => ({ status: { state: "ended", code } }) as const;
const coming = { status: { state: "reconnecting" } } as const;

export const CLOSES: readonly Scenario[] = [
  {
    name: "close-4400",
    about: "Ten frames that make no sense: each is answered, and the tenth is the last",
    ends: { ...ended(4400), notice: { code: "invalid", message: "This is not JSON." } },
    async play(stage) {
      const socket = await stage.connect();
      for (let i = 0; i < LIMITS.badFrames.count; i += 1) socket.send("nonsense");
      await socket.end();
    },
  },
  {
    name: "close-4401",
    about: "The session is ended from elsewhere: come back with a new token",
    ends: coming,
    async play(stage) {
      const { id, name } = stage.ada;
      const session = await logIn(id, name);
      const socket = await stage.connect({}, session);
      await call("/api/v1/auth/logout", { method: "POST", token: session.token });
      await socket.end();
    },
  },
  {
    name: "close-4403",
    about: "Removed from the conversation",
    ada: "member",
    ends: ended(4403),
    async play(stage) {
      const socket = await stage.connect();
      const ben = await stage.as(stage.ben);
      await ben.command({ type: "member.remove", user_id: stage.ada.id });
      await socket.end();
    },
  },
  {
    name: "close-4404",
    about: "The conversation is deleted",
    ends: ended(4404),
    async play(stage) {
      const socket = await stage.connect();
      await objectOf(stage.id).erase(stage.ada.principal);
      await socket.end();
    },
  },
  {
    name: "close-4408",
    about: "Nothing was heard from this client for a minute: come back",
    ends: coming,
    async play(stage) {
      const socket = await stage.connect();
      await at(Date.now() + LIMITS.silentMs + 1_000, async () => {
        const ben = await stage.as(stage.ben);
        await ben.say("Anybody?", { answer: false });
        await socket.end();
      });
    },
  },
  {
    name: "close-4409",
    about: "One connection more than a user may have to a conversation",
    unseen: true,
    ends: ended(4409),
    async play(stage) {
      for (let i = 0; i < LIMITS.socketsPerUser; i += 1) await stage.as(stage.ada);
      const socket = await stage.knock();
      await socket.end();
    },
  },
  {
    name: "close-4413",
    about: "A frame larger than the limit",
    ends: ended(4413),
    async play(stage) {
      const socket = await stage.connect();
      socket.sendLong("x", LIMITS.frameBytes + 1);
      await socket.end();
    },
  },
  {
    name: "close-4429",
    about:
      "More commands than the burst: the first too many is refused, and the connection ends; come back after the pause",
    ends: coming,
    async play(stage) {
      const socket = await stage.connect();
      await at(Date.now(), async () => {
        for (let ref = 1; ref <= LIMITS.socketCommands.burst + 1; ref += 1)
          socket.send({ type: "turn.cancel", ref, turn_id: 1 });
        await socket.end();
      });
    },
  },
  {
    name: "close-1012",
    about: "The server restarts while a client connects: come back",
    unseen: true,
    ends: coming,
    async play(stage) {
      stage.recording.write({ connect: {} });
      const response = await objectOf(stage.id).fetch("https://conversation/?_pk=forgotten", {
        headers: { Upgrade: "websocket" },
      });
      if (!response.webSocket) throw new Error("refused");
      await RecordedSocket.on(response.webSocket, stage.recording, {}).end();
    },
  },
];
