// Engine.IO 4, point by point of its protocol document: who is let in, and how much at once.
import { expect } from "vitest";
import { address, connectPacket, PollingClient, readOpening, refusedWith, SocketClient } from "./raw.ts";
import type { Case, Server } from "./server.ts";

async function refusal(server: Server, query: string, method = "GET"): Promise<[number, unknown]> {
  const response = await fetch(address(server, query), { method });
  const { code } = await response.json();
  return [response.status, code];
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

const limits: Case[] = [
  {
    name: "a POST at the limit is taken, one over it is refused with 413",
    async run(server) {
      const client = await PollingClient.open(server);
      const filled = (length: number) => `${connectPacket(server).slice(0, -1)},"x":"${"x".repeat(length)}"}`;
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

export const HANDSHAKE: Record<string, Case[]> = { handshake, limits, "cross-origin": crossOrigin };
