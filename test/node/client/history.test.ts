// Of the messages that are loaded: which arrived last, and which a list counts.
import { expect, test } from "vitest";
import { latestOf, withoutOthers } from "../../../src/client/history.ts";
import { newMessage } from "../../support/samples.ts";

const at = (minute: number) => `2026-11-21T10:${String(minute).padStart(2, "0")}:00.000Z`;
const answer = (id: number, minute: number, reply_to: number) =>
  newMessage(id, { role: "assistant", author: null, reply_to, created_at: at(minute) });

test("the latest message is the one that arrived last: an answer with its end, whatever its number", () => {
  const said = [newMessage(1, { created_at: at(1) }), answer(2, 5, 1), newMessage(3, { created_at: at(3) })];
  expect(latestOf(said)?.id).toBe(2);
  expect(latestOf([])).toBeNull();
  const together = [newMessage(1, { created_at: at(1) }), newMessage(2, { created_at: at(1) })];
  expect(latestOf(together)?.id).toBe(2);
});

test("a list counts nothing deleted, and of the answers to a question the current one", () => {
  const said = [
    newMessage(1, { answer_id: 2 }),
    answer(2, 1, 1),
    answer(3, 2, 1),
    newMessage(4, { deleted_at: at(3) }),
  ];
  expect(withoutOthers(said).map(({ id }) => id)).toEqual([1, 2]);
  expect(withoutOthers([answer(5, 1, 4)]).map(({ id }) => id)).toEqual([5]);
});
