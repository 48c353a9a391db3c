// What the page offers to whom.
import { expect, test } from "vitest";
import type { ConversationState } from "../../../src/client/types.ts";
import type { Message } from "../../../src/protocol/entities.ts";
import { permissionsOf } from "../../../src/web/conversation/permissions.ts";
import { newMessage } from "../../support/samples.ts";

type You = NonNullable<ConversationState["you"]>;

const ALL = ["message.edit", "message.delete", "turn.retry", "answer.select", "conversation.send"];
const you = (role: You["role"], can = ALL): You => ({ user_id: 1, name: "Ada", role, can, changes_from: 1 });

const message = (userId: number | null): Message =>
  newMessage(1, {
    role: userId === null ? "assistant" : "user",
    author: userId === null ? null : { user_id: userId, name: "somebody" },
  });
const [own, others, answer] = [message(1), message(2), message(null)];

test("a member may do to their own messages, and to the answers to them, what the server says they can", () => {
  const may = permissionsOf(you("member"));
  expect([may.edit(own), may.remove(own, null), may.retry(own), may.select(own)]).toEqual([true, true, true, true]);
  expect(may.remove(answer, own)).toBe(true);
});

test("a member may do nothing to others' messages", () => {
  const may = permissionsOf(you("member"));
  expect([may.edit(others), may.remove(others, null), may.retry(others), may.select(others)]).toEqual([
    false,
    false,
    false,
    false,
  ]);
  expect(may.remove(answer, others)).toBe(false);
});

test.each(["owner", "moderator", "admin"] as const)("%s may delete what others wrote and choose answers", (role) => {
  const may = permissionsOf(you(role));
  expect([may.remove(others, null), may.remove(answer, others), may.select(others)]).toEqual([true, true, true]);
  expect([may.edit(others), may.retry(others)]).toEqual([false, false]);
});

test("nothing is offered that the server does not allow, nor before it has said anything", () => {
  for (const may of [permissionsOf(you("owner", [])), permissionsOf(null)])
    expect([may.edit(own), may.remove(own, null), may.retry(own), may.select(own), may.send]).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
});

test("a deleted message is neither edited, nor deleted again, nor answered again", () => {
  const gone = { ...own, deleted_at: "2026-11-21T11:00:00.000Z" };
  const may = permissionsOf(you("owner"));
  expect([may.edit(gone), may.remove(gone, null), may.retry(gone)]).toEqual([false, false, false]);
});

test("of messages older than the server changes nothing is offered but to delete them", () => {
  const may = permissionsOf({ ...you("owner"), changes_from: 2 });
  expect([may.edit(own), may.retry(own), may.select(own), may.remove(own, null)]).toEqual([false, false, false, true]);
});
