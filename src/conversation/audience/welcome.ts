// The first frame of every connection.
import { allowed } from "../../auth/policy.ts";
import type { Principal } from "../../auth/principal.ts";
import { iso } from "../../lib/clock.ts";
import type { Welcome } from "../../protocol/frames.ts";
import type { Journal } from "../journal/journal.ts";
import { publicConversation } from "../journal/records.ts";
import { isRelated } from "../people/access.ts";
import type { Presence } from "./presence.ts";
import type { Frame, Replay } from "./replay.ts";

export function welcome(journal: Journal, presence: Presence, principal: Principal, replay: Replay["mode"]): Frame {
  const { head } = journal;
  if (!head) throw new Error("a welcome without a conversation");
  const member = journal.members.find(principal.user_id)?.role ?? null;
  const frame: Welcome = {
    type: "welcome",
    v: 1,
    you: {
      user_id: principal.user_id,
      name: journal.members.nameOf(principal),
      role: member ?? principal.role,
      can: allowed(principal.role, member, isRelated(head)),
      changes_from: head.kept_from,
    },
    conversation: publicConversation(head),
    members: journal.members.all(),
    present: presence.present(),
    epoch: head.epoch,
    latest_seq: journal.seq,
    replay,
    session_expires_at: iso(principal.exp * 1000),
  };
  return { type: "welcome", json: JSON.stringify(frame), id: null };
}
