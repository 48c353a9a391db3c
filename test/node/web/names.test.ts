// Under which name the page shows whose messages.
import { expect, it } from "vitest";
import { withNames } from "../../../src/web/conversation/names.ts";
import { ANN, BOB, newMessage } from "../../support/samples.ts";

const member = (person: typeof ANN) => ({ ...person, role: "member" as const, read_id: 0 });

it("a message is shown under the name that its author has now, and under its own when he has left", () => {
  const said = [newMessage(1, { author: ANN }), newMessage(2, { author: BOB })];
  const shown = withNames(said, [member({ ...ANN, name: "Anna" })]);
  expect(shown.map(({ author }) => author?.name)).toEqual(["Anna", BOB.name]);
  expect(shown[1]).toBe(said[1]);
});

it("messages whose authors are called as ever are the same messages", () => {
  const said = [newMessage(1, { author: ANN }), newMessage(2, { role: "assistant", author: null })];
  expect(withNames(said, [member(ANN)])).toBe(said);
});
