// A conversation with two tools that its clients run, and what the model is shown of their calls.
import { Calling } from "../../../src/conversation/turns/calling.ts";
import type { ModelPart } from "../../../src/models/model.ts";
import { ok } from "../../../src/protocol/errors.ts";
import { asText, type ToolCall } from "../../../src/protocol/tools.ts";
import { inRig, type Rig, says } from "./rig.ts";

export const TOOLS = ["weather", "time"].map((name) => ({ name, description: "", parameters: {} }));
export const call = (call_id: string, name = "weather"): ToolCall => ({ call_id, name, arguments: "{}" });
export const calls = (...called: ToolCall[]): ModelPart => ({
  type: "finish",
  reason: "stop",
  usage: null,
  calls: called,
});

export const inRoom = (work: (rig: Rig, calling: () => Calling) => Promise<void>) =>
  inRig(async (rig) => {
    rig.storage.sql.exec("UPDATE conversation SET tools = ?", JSON.stringify(TOOLS));
    rig.restart();
    const calling = () =>
      new Calling({
        journal: rig.journal,
        answering: rig.answering,
        clock: rig.clock,
        resolveModel: () =>
          ok({
            name: "test:model",
            stream: () => says()({ messages: [], partial: "", temperature: null }, AbortSignal.abort()),
          }),
        publish: (events) => rig.audience.publish(events),
      });
    await work(rig, calling);
  });

export const result = (call_id: string, returned: unknown = "20 °C") => ({
  ...{ call_id, content: asText(returned), failed: false },
});
export const shown = (rig: Rig, at: number) =>
  rig.requests[at]?.messages.map(({ role, content, calls: called, call_id }) => [
    role,
    content,
    called?.length ?? call_id,
  ]);
