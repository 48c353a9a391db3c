import { expect, it } from "vitest";
import { callsOf, conversation, gate, ledger, openGate, reached, scripted } from "./conversation.ts";
import { person } from "./people.ts";
import { open } from "./socket.ts";

it("smoke", async () => {
  const ada = await person();
  const id = await conversation(ada);
  const socket = await open(id, ada.token);
  expect(socket.types).toEqual(["welcome", "snapshot"]);
  const g = gate();
  const model = scripted(`Hello| wor|~${g}|ld`);
  const sent = await socket.say("hi", { model });
  expect(sent).toMatchObject({ ok: true, message_id: 1, turn_id: 1 });
  await reached(g);
  await socket.text("Hello wor");
  await openGate(g);
  const end = await socket.event("turn.finished");
  expect(end.message.length).toBe(11);
  expect(await callsOf(model)).toHaveLength(1);
  console.log(JSON.stringify(socket.frames), JSON.stringify(await ledger(id, ada)));
});
