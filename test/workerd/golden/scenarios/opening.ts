// Connecting, and coming back: a snapshot, the missed events, the rest of a text.
import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { gate, objectOf, openGate, reached, scripted } from "../../conversation/conversation.ts";
import type { Scenario } from "../scenario.ts";

export const OPENING: readonly Scenario[] = [
  {
    name: "open-first-visit",
    about: "A first visit to a conversation in which nothing was said: welcome and an empty snapshot",
    async play(stage) {
      await stage.connect();
    },
  },
  {
    name: "open-in-mid-answer",
    about:
      "A first visit while an answer is being written: the snapshot has its text so far, the rest goes on from there",
    async play(stage) {
      const held = gate();
      const ben = await stage.as(stage.ben);
      await ben.say("Is there tea?", { model: scripted("Yes.") });
      await ben.event("turn.finished");
      await ben.say("How long does it steep?", { model: scripted(`Two |~${held}|minutes.`) });
      await reached(held);
      await ben.text("Two ");
      const socket = await stage.connect();
      await openGate(held);
      await socket.event("turn.finished");
    },
  },
  {
    name: "resume-events",
    about: "Back after others have talked: the missed events, the answer's text between them",
    async play(stage) {
      const place = (await stage.connect()).cut();
      const ben = await stage.as(stage.ben);
      await ben.say("Is there tea?", { model: scripted("Yes, there is.") });
      await ben.event("turn.finished");
      await (await stage.connect(place)).event("turn.finished");
    },
  },
  {
    name: "resume-nothing-missed",
    about: "Back when nothing has happened: `replay` is `none`, and nothing follows",
    async play(stage) {
      await stage.connect((await stage.connect()).cut());
    },
  },
  {
    name: "resume-in-mid-text",
    about: "Back in the middle of an answer: its text goes on where the client's `offset` says",
    async play(stage) {
      const [first, second] = [gate(), gate()];
      const socket = await stage.connect();
      const model = scripted(`Two |~${first}|minutes, |~${second}|not more.`);
      await socket.command({ type: "message.send", client_id: "m1", content: "How long does tea steep?", model });
      await socket.text("Two ");
      const place = socket.cut();
      const ben = await stage.as(stage.ben);
      await openGate(first);
      await ben.text("Two minutes, ");
      const again = await stage.connect(place);
      await openGate(second);
      await again.event("turn.finished");
    },
  },
  {
    name: "resume-after-the-end",
    about: "Back when the answer is complete: the rest of its text, then its turn's end",
    async play(stage) {
      const held = gate();
      const socket = await stage.connect();
      const model = scripted(`Two |~${held}|minutes.`);
      await socket.command({ type: "message.send", client_id: "m1", content: "How long does tea steep?", model });
      await socket.text("Two ");
      const place = socket.cut();
      const ben = await stage.as(stage.ben);
      await openGate(held);
      await ben.event("turn.finished");
      await (await stage.connect(place)).event("turn.finished");
    },
  },
  {
    name: "resume-restored-store",
    about: "Back to a store that was restored: another epoch, so a snapshot replaces all that was held",
    async play(stage) {
      const first = await stage.connect();
      await first.command({ type: "message.send", client_id: "m1", content: "Still there?", answer: false });
      const place = first.cut();
      await runInDurableObject(objectOf(stage.id), (_, state) => {
        state.storage.sql.exec("UPDATE conversation SET epoch = ?", crypto.randomUUID());
      });
      await abortAllDurableObjects();
      await stage.connect(place);
    },
  },
];
