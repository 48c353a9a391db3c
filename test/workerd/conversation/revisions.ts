// Questions with several answers, and what is done to them afterwards.
import { expect } from "vitest";
import { ADA, finish, principal, type Rig, says } from "./rig.ts";

export const BOB = principal(2);
export const MEMBERS: [number, "owner" | "member"][] = [
  [1, "owner"],
  [2, "member"],
];

export const edit = (rig: Rig, message_id: number, content: string, actor = ADA) =>
  rig.room.command(actor, { type: "message.edit", ref: 1, message_id, content });
export const remove = (rig: Rig, message_id: number, actor = ADA) =>
  rig.room.command(actor, { type: "message.delete", ref: 1, message_id });
export const select = (rig: Rig, message_id: number, actor = ADA) =>
  rig.room.command(actor, { type: "answer.select", ref: 1, message_id });
export const retry = (rig: Rig, message_id: number, actor = ADA) =>
  rig.room.command(actor, { type: "turn.retry", ref: 1, message_id });
export const refused = (code: string) => ({ ok: false, error: { code, field: "message_id" } });

/** A question (1) with its answer (2), or its answers (2, 3, …). */
export async function answered(rig: Rig, ...answers: string[]): Promise<void> {
  for (const [i, answer] of answers.entries()) {
    rig.attempts.push(says(answer, finish()));
    if (i === 0) rig.ask("Question?");
    else expect(await retry(rig, 1)).toMatchObject({ ok: true });
    await rig.settle();
  }
}
export const types = (rig: Rig, since = 0) => rig.events().flatMap(({ seq, type }) => (seq > since ? [type] : []));
export const current = (rig: Rig, question = 1) => rig.journal.message(question)?.answer_id;
export const asked = (rig: Rig) => rig.requests.at(-1)?.messages.map(({ content }) => content);
/** All text that the object holds in any table. */
export const stored = (rig: Rig): string =>
  ["message", "event", "chunk", "receipt", "turn"]
    .map((table) => JSON.stringify(rig.storage.sql.exec(`SELECT * FROM ${table}`).toArray()))
    .join();
