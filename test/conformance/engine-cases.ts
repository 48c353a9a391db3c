// Engine.IO 4, point by point of its protocol document: a session from its first message to its end.
import { request } from "node:http";
import { expect } from "vitest";
import { until } from "../support/harness/until.ts";
import { connectPacket, PollingClient, SocketClient } from "./raw.ts";
import type { Case, Server } from "./server.ts";

const ping = (id: number) => `42${id}["ping"]`;

/** A polling session and the WebSocket that asks to take it over, up to the answer to its probe. */
async function probing(server: Server): Promise<[PollingClient, SocketClient]> {
  const polling = await PollingClient.open(server);
  const socket = new SocketClient(server, `EIO=4&transport=websocket&sid=${polling.opening.sid}`);
  await new Promise((open) => socket.socket.once("open", open));
  socket.send("2probe");
  expect(await socket.next()).toBe("3probe");
  return [polling, socket];
}

/** The change is complete, and the main namespace connected. */
async function takeOver(server: Server, socket: SocketClient): Promise<void> {
  socket.send("5", connectPacket(server));
  await socket.first("40");
  socket.send(ping(1));
}

const messages: Case[] = [
  {
    name: "a POST of several packets is answered with ok, and they are taken in order",
    async run(server) {
      const client = await PollingClient.open(server);
      const first = await client.post(connectPacket(server));
      expect([first.status, await first.text(), first.headers.get("content-type")]).toEqual([200, "ok", "text/html"]);
      await client.packets(1);
      await client.post([1, 2, 3].map(ping).join("\x1e"));
      const packets = (await client.packets(6)).filter((packet) => packet.startsWith("43"));
      expect(packets.map((packet) => packet.slice(0, 3))).toEqual(["431", "432", "433"]);
    },
  },
  {
    name: "binary goes into a POST as base64",
    async run(server) {
      const client = await PollingClient.open(server);
      await client.post(connectPacket(server));
      await client.packets(1);
      await client.post('451-9["nonsense",{"_placeholder":true,"num":0}]\x1ebAQIDBA==');
      const packets = await client.packets(2);
      expect(packets).toContainEqual(expect.stringMatching(/^439\[\{"ok":false/));
    },
  },
  {
    name: "a polling session ends at a body that is no packet",
    async run(server) {
      for (const body of ["abc", "42[\x1e", "", "4a\x1e9"]) {
        const client = await PollingClient.open(server);
        expect([200, 400]).toContain((await client.post(body)).status);
        await client.isOver();
      }
    },
  },
  {
    name: "a WebSocket session ends at a frame that is no packet",
    async run(server) {
      for (const frame of ["abc", "", "9", "x"]) {
        const client = await SocketClient.open(server);
        client.send(frame);
        await client.closed();
      }
    },
  },
  {
    name: "of two GETs at once the first is told the close, the second is refused, and the session is over",
    async run(server) {
      const client = await PollingClient.open(server);
      const both = [client.get(), client.get()];
      const answers = await Promise.all(
        both.map(async (answer) => [(await answer).status, await (await answer).text()]),
      );
      expect(answers.filter(([status]) => status === 200)).toEqual([[200, "1"]]);
      expect(answers.filter(([status]) => status === 400)).toHaveLength(1);
      await client.isOver();
    },
  },
  {
    name: "of two POSTs at once the second is refused, and the session is over",
    async run(server) {
      const client = await PollingClient.open(server);
      const slow = request(client.url, { method: "POST" });
      slow.on("error", () => {});
      slow.write("4");
      await until(async () => (await client.post("3")).status === 400, "the second is refused");
      await client.isOver();
      slow.destroy();
    },
  },
  {
    name: "a GET whose connection breaks ends the session",
    async run(server) {
      const client = await PollingClient.open(server);
      await client.tornGet();
      await client.isOver();
    },
  },
  {
    name: "a method that polling does not have changes nothing",
    async run(server) {
      const client = await PollingClient.open(server);
      expect([400, 500]).toContain((await client.post("3", "PUT")).status);
      expect((await client.post(connectPacket(server))).status).toBe(200);
    },
  },
];

const closing: Case[] = [
  {
    name: "a close packet ends a polling session: the waiting GET gets a noop",
    async run(server) {
      const client = await PollingClient.open(server);
      const waiting = await client.waitingGet();
      await client.post("1");
      expect(await waiting.body).toBe("6");
      await client.isOver();
    },
  },
  {
    name: "a close packet ends a WebSocket session",
    ours: "the reference ignores it there, though its document says otherwise",
    async run(server) {
      const client = await SocketClient.open(server);
      client.send("1");
      await client.closed();
    },
  },
  {
    name: "a polling session that the server ends is told at its next GET, once",
    async run(server) {
      const client = await PollingClient.open(server);
      await client.post("42[]");
      expect((await client.packets(1)).at(-1)).toBe("1");
      await client.isOver();
    },
  },
];

const upgrading: Case[] = [
  {
    name: "a session changes over to a WebSocket after a probe, and its messages go there",
    async run(server) {
      const [polling, socket] = await probing(server);
      expect(await (await polling.get()).text()).toBe("6");
      await takeOver(server, socket);
      expect(await socket.first("431")).toMatch(/^431\[\{"ok":true/);
    },
  },
  {
    name: "a GET that waits is ended by the probe",
    async run(server) {
      const polling = await PollingClient.open(server);
      const waiting = await polling.waitingGet();
      const socket = new SocketClient(server, `EIO=4&transport=websocket&sid=${polling.opening.sid}`);
      await new Promise((open) => socket.socket.once("open", open));
      socket.send("2probe");
      expect([await socket.next(), await waiting.body]).toEqual(["3probe", "6"]);
    },
  },
  {
    name: "what is sent while it changes over arrives once, in order",
    async run(server) {
      const polling = await PollingClient.open(server);
      await polling.post(connectPacket(server));
      await polling.packets(1);
      const socket = new SocketClient(server, `EIO=4&transport=websocket&sid=${polling.opening.sid}`);
      await new Promise((open) => socket.socket.once("open", open));
      socket.send("2probe");
      await socket.next();
      const ids = Array.from({ length: 12 }, (_, i) => i);
      for (const id of ids.slice(0, 6)) await polling.post(ping(id));
      const fetched = (await (await polling.get()).text()).split("\x1e");
      socket.send("5", ...ids.slice(6).map(ping));
      const acks = fetched.filter((packet) => packet.startsWith("43"));
      while (acks.length < ids.length) acks.push(await socket.first("43"));
      expect(acks.map((packet) => Number.parseInt(packet.slice(2), 10))).toEqual(ids);
    },
  },
  {
    name: "polls after the change are refused, and the WebSocket goes on",
    async run(server) {
      const [polling, socket] = await probing(server);
      await takeOver(server, socket);
      await socket.first("431");
      expect([(await polling.get()).status, (await polling.post("3")).status]).toEqual([400, 400]);
      socket.send(ping(2));
      await socket.first("432");
    },
  },
  {
    name: "a second WebSocket after the change is closed, and the first goes on",
    async run(server) {
      const [polling, socket] = await probing(server);
      await takeOver(server, socket);
      await socket.first("431");
      await new SocketClient(server, `EIO=4&transport=websocket&sid=${polling.opening.sid}`).closed();
      socket.send(ping(2));
      await socket.first("432");
    },
  },
  {
    name: "of two probes at once the second is closed, and the first takes over",
    async run(server) {
      const [polling, socket] = await probing(server);
      await new SocketClient(server, `EIO=4&transport=websocket&sid=${polling.opening.sid}`).closed();
      await takeOver(server, socket);
      await socket.first("431");
    },
  },
  {
    name: "a probe that is given up leaves the session to polling",
    async run(server) {
      const [polling, socket] = await probing(server);
      socket.close();
      await socket.closed();
      await polling.post(connectPacket(server));
      expect((await polling.packets(2)).find((packet) => packet !== "6")).toMatch(/^40\{"sid"/);
    },
  },
];

const heart: Case[] = [
  {
    name: "the server pings a polling session, and goes on when it is answered",
    async run(server) {
      const client = await PollingClient.open(server);
      await client.post(connectPacket(server));
      await client.packets(1);
      let body = "";
      while (body !== "2") body = await (await client.get()).text();
      expect((await client.post("3")).status).toBe(200);
      expect((await client.post(ping(1))).status).toBe(200);
    },
  },
  {
    name: "the server pings a WebSocket, and goes on when it is answered",
    async run(server) {
      const client = await SocketClient.connected(server);
      let pinged = false;
      client.socket.on("message", (data) => {
        pinged ||= String(data) === "2";
      });
      await until(() => pinged, "a ping comes", server.pingIntervalMs + 20_000);
      client.send(ping(1));
      await client.first("431");
    },
  },
];

export const ENGINE: Record<string, Case[]> = {
  messages,
  closing,
  upgrading,
  heart,
};
