// Every case of the public protocols against our server on the bare runtime and, so that the cases themselves are checked,
// against the reference. Where the two differ on purpose, the case says why.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Conversation } from "../../src/protocol/entities.ts";
import type { Person } from "../support/harness/api.ts";
import { faultLines } from "../support/server.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { ENGINE } from "./engine-cases.ts";
import { HANDSHAKE } from "./handshake-cases.ts";
import { startReference } from "./node-server.ts";
import { RECOVERY } from "./recovery-cases.ts";
import type { Case, Server } from "./server.ts";
import { SOCKET } from "./socket-cases.ts";

/** A conversation in which nobody answers by itself. */
async function quietRoom(url: string, owner: Person, other: Person): Promise<number> {
  const response = await fetch(`${url}/api/v1/conversations`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${owner.token}` },
    body: JSON.stringify({ kind: "chat", title: "A room", member_ids: [other.id], assistant_mode: "off" }),
  });
  return Conversation.parse(await response.json()).id;
}

const CASES: [group: string, cases: Case[]][] = Object.entries({ ...HANDSHAKE, ...ENGINE, ...SOCKET, ...RECOVERY });

describe.concurrent("our server", () => {
  let stage: Stage;
  let server: Server;

  beforeAll(async () => {
    stage = await openStage();
    const people = [await stage.person("ada"), await stage.person("bob")] as const;
    const room = () => quietRoom(stage.server.url, ...people);
    const tokens: [string, string] = [people[0].token, people[1].token];
    const { url } = stage.server;
    server = { kind: "edgewise", url, pingIntervalMs: 25_000, tokens, room, shardOf: (sid) => sid.split(".")[0] ?? "" };
  });
  afterAll(async () => {
    const faults = faultLines(stage.server.log);
    await stage.close();
    expect(faults).toEqual([]);
  });

  describe.each(CASES)("%s", (_group, cases) => {
    it.each(cases.map(({ name, run }) => [name, run] as const))("%s", (_name, run) => run(server));
  });
});

describe.concurrent("the reference", () => {
  let server: Awaited<ReturnType<typeof startReference>>;

  beforeAll(async () => {
    server = await startReference();
  });
  afterAll(() => server.close());

  const shared = CASES.map(([group, cases]): [string, Case[]] => [group, cases.filter(({ ours }) => !ours)]);
  describe.each(shared)("%s", (_group, cases) => {
    it.each(cases.map(({ name, run }) => [name, run] as const))("%s", (_name, run) => run(server));
  });
});
