// Engine.IO 4, point by point of its protocol document.
import { request } from "node:http";
import { expect } from "vitest";
import { until } from "../support/harness/until.ts";
import { address, PollingClient, readOpening, refusedWith, SocketClient } from "./raw.ts";
import type { Case, Server } from "./server.ts";

const ping = (id: number) => `42${id}["ping"]`;
const connect = (server: Server) => `40${JSON.stringify({ token: server.tokens[0] })}`;

async function refusal(server: Server, query: string, method = "GET"): Promise<[number, unknown]> {
  const response = await fetch(address(server, query), { method });
  const { code } = await response.json();
  return [response.status, code];
}

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
  socket.send("5", connect(server));
  await socket.first("40");
  socket.send(ping(1));
}

const handshake: Case[] = [
  {
    name: "a handshake by polling tells the session, the upgrade and the limits",
    async run(server) {
      const response = await fetch(address(server, "EIO=4&transport=polling"));
      expect(response.headers.get("content-type")).toMatch(/^text\/plain/i);
      const opening = readOpening(await response.text());
      expect(opening).toMatchObject({ upgrades: ["websocket"], pingInterval: server.pingIntervalMs, maxPayload: 1e6 });
    },
  },
  {
    name: "a handshake by WebSocket offers no upgrade",
    async run(server) {
      const { opening } = await SocketClient.open(server);
      expect(opening).toMatchObject({ upgrades: [], pingInterval: server.pingIntervalMs, maxPayload: 1e6 });
    },
  },
  {
    name: "no two sessions have the same id",
    async run(server) {
      const sessions = await Promise.all(Array.from({ length: 8 }, () => PollingClient.open(server)));
      expect(new Set(sessions.map(({ opening }) => opening.sid)).size).toBe(8);
    },
  },
  ...["transport=polling", "EIO=abc&transport=polling", "EIO=2&transport=polling", "EIO=5&transport=polling"].map(
    (query): Case => ({
      name: `another version is refused: ${query}`,
      run: async (server) => expect(await refusal(server, query)).toEqual([400, 5]),
    }),
  ),
  ...["EIO=4", "EIO=4&transport=", "EIO=4&transport=pigeon", "EIO=4&transport=constructor", "transport=__proto__"].map(
    (query): Case => ({
      name: `another transport is refused: ${query}`,
      run: async (server) => expect(await refusal(server, query)).toEqual([400, 0]),
    }),
  ),
  ...["transport=websocket", "EIO=abc&transport=websocket", "EIO=4", "EIO=4&transport=pigeon"].map(
    (query): Case => ({
      name: `a WebSocket is refused for ${query}`,
      run: async (server) => expect([400, "closed"]).toContain(await refusedWith(server, query)),
    }),
  ),
  ...["POST", "PUT", "DELETE"].map(
    (method): Case => ({
      name: `a session is not opened by ${method}`,
      run: async (server) => expect(await refusal(server, "EIO=4&transport=polling", method)).toEqual([400, 2]),
    }),
  ),
  {
    name: "the transport websocket needs an upgrade",
    run: async (server) => expect(await refusal(server, "EIO=4&transport=websocket")).toEqual([400, 3]),
  },
  {
    name: "an unknown session is refused, on either transport",
    async run(server) {
      for (const sid of [
        "nonsense",
        "g0.aaaaaaaaaaaaaaaaaaaa",
        "g3.aaaaaaaaaaaaaaaaaaaa",
        "g99.aaaaaaaaaaaaaaaaaaaa",
      ]) {
        expect(await refusal(server, `EIO=4&transport=polling&sid=${sid}`)).toEqual([400, 1]);
        expect(await refusal(server, `EIO=4&transport=polling&sid=${sid}`, "POST")).toEqual([400, 1]);
        expect(await refusedWith(server, `EIO=4&transport=websocket&sid=${sid}`)).toBe(400);
      }
    },
  },
  {
    name: "the path needs no slash at its end",
    ours: "the reference has an option for this",
    async run(server) {
      const response = await fetch(`${server.url}/socket.io?EIO=4&transport=polling`);
      expect(readOpening(await response.text()).upgrades).toEqual(["websocket"]);
    },
  },
];

const messages: Case[] = [
  {
    name: "a POST of several packets is answered with ok, and they are taken in order",
    async run(server) {
      const client = await PollingClient.open(server);
      const first = await client.post(connect(server));
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
      await client.post(connect(server));
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
      await until(async () => (await client.post("3")).status === 400, "the second is refused", 5_000);
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
      expect((await client.post(connect(server))).status).toBe(200);
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
      await polling.post(connect(server));
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
      await polling.post(connect(server));
      expect((await polling.packets(2)).find((packet) => packet !== "6")).toMatch(/^40\{"sid"/);
    },
  },
];

const limits: Case[] = [
  {
    name: "a POST at the limit is taken, one over it is refused with 413",
    async run(server) {
      const client = await PollingClient.open(server);
      const filled = (length: number) => `${connect(server).slice(0, -1)},"x":"${"x".repeat(length)}"}`;
      const room = 1_000_000 - filled(0).length;
      expect((await client.post(filled(room + 1)).catch(() => null))?.status ?? 413).toBe(413);
      const other = await PollingClient.open(server);
      expect((await other.post(filled(room))).status).toBe(200);
    },
  },
  {
    name: "a frame over the limit closes the WebSocket with 1009",
    async run(server) {
      const client = await SocketClient.open(server);
      client.send(`4${"x".repeat(1_000_000)}`);
      expect(await client.closed()).toBe(1009);
    },
  },
];

const ORIGIN = "http://localhost:5173";
const crossOrigin: Case[] = [
  {
    name: "a page of an allowed origin may ask with credentials, by preflight and in every answer",
    async run(server) {
      const asks = { "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type" };
      const preflight = await fetch(address(server, "EIO=4&transport=polling"), {
        method: "OPTIONS",
        headers: { Origin: ORIGIN, ...asks },
      });
      const opened = await fetch(address(server, "EIO=4&transport=polling"), { headers: { Origin: ORIGIN } });
      const refused = await fetch(address(server, "EIO=4&transport=polling&sid=x"), { headers: { Origin: ORIGIN } });
      expect([preflight.status, opened.status, refused.status]).toEqual([204, 200, 400]);
      for (const { headers } of [preflight, opened, refused]) {
        expect(headers.get("access-control-allow-origin")).toBe(ORIGIN);
        expect(headers.get("access-control-allow-credentials")).toBe("true");
        expect(headers.get("vary")).toMatch(/origin/i);
      }
      expect(preflight.headers.get("access-control-allow-methods")).toMatch(/GET.*POST/);
    },
  },
  {
    name: "a page of another origin is refused",
    ours: "the reference answers and leaves it to the browser",
    async run(server) {
      const headers = { Origin: "https://elsewhere.example" };
      const response = await fetch(address(server, "EIO=4&transport=polling"), { headers });
      expect([response.status, (await response.json()).code]).toEqual([403, 4]);
      expect(response.headers.get("access-control-allow-origin")).toBeNull();
    },
  },
];

const heart: Case[] = [
  {
    name: "the server pings a polling session, and goes on when it is answered",
    async run(server) {
      const client = await PollingClient.open(server);
      await client.post(connect(server));
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
      await until(() => pinged, "a ping comes", server.pingIntervalMs + 5_000);
      client.send(ping(1));
      await client.first("431");
    },
  },
];

export const ENGINE: Record<string, Case[]> = {
  handshake,
  messages,
  closing,
  upgrading,
  limits,
  "cross-origin": crossOrigin,
  heart,
};
