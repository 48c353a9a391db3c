// What is changed afterwards: texts, answers, settings; and what is read of before.
import { scripted } from "../../conversation/conversation.ts";
import type { Scenario, Stage } from "../scenario.ts";

/** A question of Ada's, answered. */
async function asked(stage: Stage) {
  const socket = await stage.connect();
  const model = scripted("Two minutes.", "Three.", "Four.");
  await socket.command({ type: "configure", model });
  await socket.command({ type: "message.send", client_id: "m1", content: "How long does tea steep?" });
  await socket.event("turn.finished");
  return socket;
}

export const REVISING: readonly Scenario[] = [
  {
    name: "edit",
    about: "A question is changed and answered anew: the earlier answer is a variant",
    async play(stage) {
      const socket = await asked(stage);
      await socket.command({ type: "message.edit", message_id: 1, content: "How long does black tea steep?" });
      await socket.event("turn.finished", ({ turn }) => turn.id === 2);
    },
  },
  {
    name: "delete",
    about: "A message is deleted: its place stays, its text goes",
    async play(stage) {
      const socket = await asked(stage);
      await socket.command({ type: "message.delete", message_id: 1 });
    },
  },
  {
    name: "variants",
    about: "A question is answered again: the new answer is the current one, until the earlier one is chosen",
    async play(stage) {
      const socket = await asked(stage);
      await socket.command({ type: "turn.retry", message_id: 1 });
      await socket.event("turn.finished", ({ turn }) => turn.id === 2);
      await socket.command({ type: "answer.select", message_id: 2 });
    },
  },
  {
    name: "delete-variant",
    about: "The current answer is deleted: the one before becomes the current one",
    async play(stage) {
      const socket = await asked(stage);
      await socket.command({ type: "turn.retry", message_id: 1 });
      await socket.event("turn.finished", ({ turn }) => turn.id === 2);
      await socket.command({ type: "message.delete", message_id: 3 });
    },
  },
  {
    name: "configure",
    about: "Settings are changed; null takes one back to the default",
    async play(stage) {
      const socket = await stage.connect();
      await socket.command({
        type: "configure",
        title: "Coffee",
        instructions: "Be brief.",
        assistant_mode: "mention",
      });
      await socket.command({ type: "configure", instructions: null });
    },
  },
  {
    name: "history",
    about: "A snapshot has the latest 50 messages; earlier ones are asked for",
    async play(stage) {
      for (const first of [1, 27]) {
        const ben = await stage.as(stage.ben);
        for (let i = first; i < first + 26; i += 1) await ben.say(`Message ${i}`, { answer: false });
      }
      const socket = await stage.connect();
      await socket.command({ type: "history", before: 3, limit: 50 });
    },
  },
];
