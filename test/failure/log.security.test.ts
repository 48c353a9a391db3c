// What a server that logs everything writes down: types, sizes and ids of what passes, and nothing of what it says.
import { io } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { readMessages } from "../support/harness/api.ts";
import { until } from "../support/harness/until.ts";
import { openStage, type Stage } from "../support/stage.ts";

const Line = z.looseObject({ event: z.string(), type: z.string().nullish(), size: z.number().optional() });

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ LOG_LEVEL: "debug" });
});
afterAll(() => stage.close());

/** The lines of such an event, once there is one of this type. */
async function lines(event: string, type: string) {
  const found = () =>
    stage.server.log.flatMap((line) => {
      const parsed = line.startsWith("{") ? Line.parse(JSON.parse(line)) : null;
      return parsed?.event === event ? [parsed] : [];
    });
  await until(() => found().some((line) => line.type === type), `${event} ${type} is in the log`);
  return found().filter((line) => line.type === type);
}

describe("at the level debug", () => {
  it("each frame and packet has a line with its type and size, none with what anyone wrote, is called or holds", async () => {
    stage.provider.script(() => ({ words: 5, intervalMs: 1 }));
    const ada = await stage.person("ada-secretname");
    const id = await stage.conversation([ada]);
    const native = await stage.client(ada, id);
    native.send("c1", "a secretword");
    await stage.lastTurn(ada, id);
    const socket = io(stage.server.url, { auth: { token: ada.token }, transports: ["polling"], forceNew: true });
    await socket.timeout(10_000).emitWithAck("chat", { message: "another secretword" });
    const session = socket.io.engine.id;
    socket.disconnect();

    expect((await lines("frame.received", "message.send"))[0]?.size).toBeGreaterThan(20);
    await lines("frame.sent", "message.created");
    expect((await lines("packet.received", "EVENT"))[0]?.size).toBeGreaterThan(20);
    await lines("packet.sent", "ACK");
    const log = stage.server.log.join("\n");
    const answer = (await readMessages(stage.server.url, ada, id)).at(-1)?.content ?? "";
    expect(answer.length).toBeGreaterThan(10);
    for (const secret of ["secretword", "secretname", answer, ada.token, session]) expect(log).not.toContain(secret);
  });
});
