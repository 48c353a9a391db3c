// Questions and answers: streamed, waiting, cancelled, asked again, broken off.
import { gate, openGate, reached, scripted } from "../../conversation/conversation.ts";
import { type Scenario, store } from "../scenario.ts";

const ASKED = { type: "message.send", client_id: "m1", content: "How long does tea steep?" } as const;

export const SENDING: readonly Scenario[] = [
  {
    name: "send",
    about: "A question and its answer, streamed: event, turn, reply, text, end",
    async play(stage) {
      const held = gate();
      const socket = await stage.connect();
      await socket.command({ ...ASKED, model: scripted(`Two |~${held}|minutes.`) });
      await socket.text("Two ");
      await openGate(held);
      await socket.event("turn.finished");
    },
  },
  {
    name: "send-without-answer",
    about: "A message to the others that asks for no answer: no turn",
    async play(stage) {
      const socket = await stage.connect();
      await socket.command({ type: "message.send", client_id: "m1", content: "Back in a minute.", answer: false });
    },
  },
  {
    name: "send-again",
    about: "The connection is lost before the reply: sent again with the same `client_id` it is still one message",
    async play(stage) {
      const ben = await stage.as(stage.ben);
      const socket = await stage.connect();
      socket.send({ type: "message.send", ref: 1, client_id: "m1", content: "Hello?", answer: false });
      const place = socket.cut();
      await ben.event("message.created");
      const again = await stage.connect(place);
      await again.event("message.created");
      again.send({ type: "message.send", ref: 2, client_id: "m1", content: "Hello?", answer: false });
      await again.until((frame) => frame.type === "reply");
    },
  },
  {
    name: "send-two",
    about: "A second question while the first is being answered waits for its turn",
    async play(stage) {
      const held = gate();
      const socket = await stage.connect();
      await socket.command({ ...ASKED, model: scripted(`~${held}|Two minutes.`) });
      await socket.command({ ...ASKED, client_id: "m2", content: "And coffee?", model: scripted("Four.") });
      await reached(held);
      await openGate(held);
      await socket.event("turn.finished", ({ turn }) => turn.id === 2);
    },
  },
  {
    name: "tool-result",
    about: "An answer calls a tool of the client's; its result is a message, and the next question",
    async play(stage) {
      const ben = await stage.as(stage.ben);
      await ben.command({ ...ASKED, content: "How warm is it?", model: scripted("I look.", "Twenty degrees.") });
      await ben.event("turn.finished");
      const called = JSON.stringify({ tool_calls: [{ call_id: "c1", name: "weather", arguments: '{"city":"Bern"}' }] });
      await store(stage, `UPDATE message SET data = '${called}' WHERE role = 'assistant'`);
      const socket = await stage.connect();
      await socket.command({ type: "tool.result", call_id: "c1", result: { celsius: 20 } });
      await socket.event("turn.finished");
    },
  },
  {
    name: "title",
    about:
      "A conversation without a title is given one after its first answer; without a model by the question's words",
    untitled: true,
    async play(stage) {
      const socket = await stage.connect();
      await socket.command({ ...ASKED, model: scripted("Two minutes.") });
      await socket.event("conversation.configured");
    },
  },
  {
    name: "cancel",
    about: "An answer is stopped: what was written stays, as the message that the event names",
    async play(stage) {
      const held = gate();
      const socket = await stage.connect();
      await socket.command({ ...ASKED, model: scripted(`Two |~${held}`) });
      await socket.text("Two ");
      await socket.command({ type: "turn.cancel", turn_id: 1 });
    },
  },
  {
    name: "cancel-waiting",
    about: "A waiting question is taken out of the queue: its turn ends without an answer",
    async play(stage) {
      const held = gate();
      const socket = await stage.connect();
      await socket.command({ ...ASKED, model: scripted(`~${held}|Two minutes.`) });
      await socket.command({ ...ASKED, client_id: "m2", content: "And coffee?", model: scripted("Four.") });
      await socket.command({ type: "turn.cancel", turn_id: 2 });
      await openGate(held);
      await socket.event("turn.finished");
    },
  },
  {
    name: "turn-continued",
    about: "The model breaks off and goes on: the client sees one text without a seam",
    async play(stage) {
      const socket = await stage.connect();
      await socket.command({ ...ASKED, model: scripted("Two |!cut", "minutes.") });
      await socket.event("turn.finished");
    },
  },
  {
    name: "turn-reset",
    about: "The model breaks off and cannot go on: the text is cleared, and begins anew at 0",
    async play(stage) {
      const socket = await stage.connect();
      const told = "Once upon a time there was a king, who";
      const other = "Once upon a time there was a queen, and";
      await socket.command({ ...ASKED, content: "Tell.", model: scripted(`${told}|!cut`, `${other}|!cut`, "Anew.") });
      await socket.event("turn.finished");
    },
  },
  {
    name: "turn-interrupted",
    about: "The model breaks off for the third time: what was written stays",
    async play(stage) {
      const socket = await stage.connect();
      await socket.command({ ...ASKED, model: scripted("Two |!cut", "minutes, |!cut", "not |!cut") });
      await socket.event("turn.interrupted");
    },
  },
  {
    name: "turn-failed",
    about: "There is no answer: the model cannot be reached, then it refuses; the turn's `error` says so",
    async play(stage) {
      const socket = await stage.connect();
      await socket.command({ ...ASKED, model: scripted("!401") });
      await socket.event("turn.failed");
      await socket.command({ ...ASKED, client_id: "m2", content: "And coffee?", model: scripted("!400") });
      await socket.event("turn.failed", ({ turn }) => turn.id === 2);
    },
  },
];
