// Socket.IO 5, point by point of its protocol document.
import { expect } from "vitest";
import { connectPacket, PollingClient, SocketClient } from "./raw.ts";
import { type Case, NAMESPACE } from "./server.ts";

const placeholder = (num: number) => `{"_placeholder":true,"num":${num}}`;

/** It is still connected: an event is answered. */
async function isAlive(client: SocketClient): Promise<void> {
  client.send('42987["ping"]');
  expect(await client.first("43987")).toMatch(/^43987\[\{"ok":true/);
}

/** Whatever this sends, the server closes the transport. */
const closes = (what: string, frames: (string | Uint8Array)[], from: "opened" | "connected" = "connected"): Case => ({
  name: `${what} closes the transport`,
  async run(server) {
    const client = await SocketClient[from === "opened" ? "open" : "connected"](server);
    client.send(...frames);
    await client.closed();
    await SocketClient.connected(server).then(isAlive);
  },
});

const connecting: Case[] = [
  {
    name: "CONNECT to the main namespace gives a socket an id of its own",
    async run(server) {
      const client = await SocketClient.open(server);
      const { sid } = await client.connect({ token: server.tokens[0] });
      expect(sid).not.toBe("");
      expect(sid).not.toBe(client.opening?.sid);
      await isAlive(client);
    },
  },
  {
    name: "CONNECT to another namespace is answered there, beside the main one",
    async run(server) {
      const client = await SocketClient.connected(server);
      client.send(connectPacket(server, NAMESPACE));
      expect(await client.first(`40${NAMESPACE},`)).toMatch(/"sid":/);
      client.send(`42${NAMESPACE},5["nonsense"]`);
      await client.first(`43${NAMESPACE},5[`);
      await isAlive(client);
    },
  },
  {
    name: "CONNECT to an unknown namespace is refused, and the others live on",
    async run(server) {
      const client = await SocketClient.connected(server);
      client.send("40/random");
      expect(await client.first("44")).toBe('44/random,{"message":"Invalid namespace"}');
      await isAlive(client);
    },
  },
  {
    name: "CONNECT without a good token is refused with data, and may be tried again",
    async run(server) {
      const client = await SocketClient.open(server);
      client.send("40", '40{"token":"nonsense"}');
      const refused = '44{"message":"Authentication failed","data":{"code":"unauthorized"}}';
      expect([await client.next(), await client.next()]).toEqual([refused, refused]);
      client.send(connectPacket(server));
      expect(await client.next()).toMatch(/^40\{"sid"/);
    },
  },
  {
    name: "CONNECT works by polling too",
    async run(server) {
      const client = await PollingClient.open(server);
      await client.post(connectPacket(server));
      expect((await client.packets(1))[0]).toMatch(/^40\{"sid"/);
    },
  },
  closes("a first packet of no known type", ["4abc"], "opened"),
  closes("an event before CONNECT", ['42["ping"]'], "opened"),
  closes("DISCONNECT before CONNECT", ["41"], "opened"),
  closes("an acknowledgement before CONNECT", ["431[]"], "opened"),
  closes("CONNECT whose payload is a list", ["40[1]"], "opened"),
  closes("CONNECT whose payload is no JSON", ['40{"token"'], "opened"),
  closes("an event in a namespace that nobody connected to", [`42${NAMESPACE},["nonsense"]`]),
  {
    name: "a second CONNECT to the same namespace closes the transport",
    async run(server) {
      const client = await SocketClient.connected(server);
      client.send(connectPacket(server));
      await client.closed();
    },
  },
  {
    name: "packets sent while CONNECT is being checked are kept for it, in order",
    ours: "the reference closes: it has no socket for them yet",
    async run(server) {
      const client = await PollingClient.open(server);
      await client.post([connectPacket(server), '421["ping"]', '422["nonsense"]', '423["ping"]'].join("\x1e"));
      const acks: string[] = [];
      while (acks.length < 3) acks.push(...(await client.packets(1)).filter((packet) => packet.startsWith("43")));
      expect(acks.map((ack) => ack.slice(0, 3))).toEqual(["431", "432", "433"]);
    },
  },
  {
    name: "33 packets while CONNECT is being checked close the transport",
    ours: "the reference closes at the first",
    async run(server) {
      const client = await PollingClient.open(server);
      await client.post([connectPacket(server), ...Array.from({ length: 33 }, () => '42["ping"]')].join("\x1e"));
      expect(await client.packets(1)).toEqual(["1"]);
    },
  },
  {
    name: "an event sent with a CONNECT that is refused is dropped, and the next one is taken",
    ours: "the reference closes: it has no socket for it yet",
    async run(server) {
      const client = await PollingClient.open(server);
      await client.post(['40{"token":"nonsense"}', '421["ping"]'].join("\x1e"));
      expect((await client.packets(1))[0]).toMatch(/^44/);
      await client.post([connectPacket(server), '422["ping"]'].join("\x1e"));
      const acks: string[] = [];
      while (acks.length < 1) acks.push(...(await client.packets(1)).filter((packet) => packet.startsWith("43")));
      expect(acks).toEqual([expect.stringMatching(/^432\[/)]);
    },
  },
];

const leaving: Case[] = [
  {
    name: "DISCONNECT frees the namespace only: others live on, and it may be entered again",
    async run(server) {
      const client = await SocketClient.connected(server);
      client.send(connectPacket(server, NAMESPACE));
      const first = await client.first(`40${NAMESPACE},`);
      client.send(`41${NAMESPACE},`);
      await isAlive(client);
      client.send(connectPacket(server, NAMESPACE));
      expect(await client.first(`40${NAMESPACE},`)).not.toBe(first);
      client.send("41");
      client.send(`42${NAMESPACE},6["nonsense"]`);
      await client.first(`43${NAMESPACE},6[`);
    },
  },
  {
    name: "an event after DISCONNECT closes the transport",
    async run(server) {
      const client = await SocketClient.connected(server);
      client.send("41", connectPacket(server, NAMESPACE));
      await client.first(`40${NAMESPACE},`);
      client.send('42["ping"]');
      await client.closed();
    },
  },
];

const events: Case[] = [
  {
    name: "events are answered in the order in which they were sent",
    async run(server) {
      const client = await SocketClient.connected(server);
      const names = Array.from({ length: 20 }, (_, i) => `nonsense-${i}`);
      client.send(...names.map((name) => `42${JSON.stringify([name])}`));
      for (const name of names) expect(await client.first('42["error"')).toContain(`Unknown event: ${name}"`);
    },
  },
  {
    name: "an event may be a number",
    async run(server) {
      const client = await SocketClient.connected(server);
      client.send("42[7]");
      expect(await client.first('42["error"')).toContain("Unknown event: 7");
    },
  },
  ...[0, 7, 4096].map(
    (id): Case => ({
      name: `an acknowledgement has the number of its event: ${id}`,
      async run(server) {
        const client = await SocketClient.connected(server);
        client.send(`42${id}["ping"]`);
        expect(await client.first("43")).toMatch(new RegExp(`^43${id}\\[\\{"ok":true.*\\}\\]$`));
      },
    }),
  ),
  {
    name: "an acknowledgement that nobody asked for is ignored",
    async run(server) {
      const client = await SocketClient.connected(server);
      client.send('433["what?"]');
      await isAlive(client);
    },
  },
  ...["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"].map((name) =>
    closes(`the reserved event ${name}`, [`42["${name}"]`]),
  ),
  ...["42{}", '42"ping"', "42[]", "42[{}]", "42[null]", "42[true]", '42["ping"', '42abc["ping"]', '42-1["ping"]'].map(
    (frame) => closes(`the event ${frame}`, [frame]),
  ),
  ...["43{}", "47", "4", '44{"message":"no"}'].map((frame) => closes(`the packet ${frame}`, [frame])),
  {
    ...closes("an event with the number of no acknowledgement", ['4299999999999999999999["ping"]']),
    ours: "the reference answers with a number that is not the one it was given",
  },
  { ...closes("an event without a name", ["42"]), ours: "the reference hands its handlers an event without a name" },
];

const binary: Case[] = [
  {
    name: "an event is put together when its last attachment is there, not before",
    async run(server) {
      const client = await SocketClient.connected(server);
      client.send(`452-8["nonsense",${placeholder(0)},{"deep":[${placeholder(1)}]}]`);
      client.send(Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6));
      client.send('429["ping"]');
      expect([(await client.first("43")).slice(0, 3), (await client.first("43")).slice(0, 3)]).toEqual(["438", "439"]);
    },
  },
  {
    name: "ten attachments are put together",
    async run(server) {
      const client = await SocketClient.connected(server);
      const places = Array.from({ length: 10 }, (_, num) => placeholder(num));
      client.send(`4510-8["nonsense",${places.join(",")}]`, ...places.map((_, i) => Uint8Array.of(i)));
      await client.first("438");
    },
  },
  closes("eleven attachments", ['4511-["nonsense"]']),
  closes("no attachments", ['450-["nonsense"]']),
  closes("attachments without their number", ['45["nonsense"]']),
  closes("an attachment that nobody announced", [Uint8Array.of(1)]),
  closes("text in place of an attachment", [`451-["nonsense",${placeholder(0)}]`, '42["ping"]']),
  closes("a place for an attachment that is not there", [`451-["nonsense",${placeholder(5)}]`, Uint8Array.of(1)]),
];

export const SOCKET: Record<string, Case[]> = { connecting, leaving, events, binary };
