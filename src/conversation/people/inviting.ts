// Invitations by link: who may make one, what its holder sees, and joining by it. A link that does not work answers the
// same whatever the reason, and stops working when whoever made it may no longer manage members (decision 031).
import { createHash } from "node:crypto";
import type * as z from "zod";
import { can } from "../../auth/policy.ts";
import type { Principal } from "../../auth/principal.ts";
import { type Clock, iso } from "../../lib/clock.ts";
import type { MemberRole, Role } from "../../protocol/entities.ts";
import { type Outcome, ok, refuse } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { Invitation, InvitationBody, InvitationSeen } from "../../protocol/rest.ts";
import type { InvitationRecord } from "../journal/invitations.ts";
import type { Journal } from "../journal/journal.ts";
import type { Head, StoredEvent } from "../journal/tables.ts";
import type { Outbox } from "../outbox/outbox.ts";
import { allows } from "./access.ts";
import { addMember, FULL } from "./membership.ts";

export interface InvitingOptions {
  journal: Journal;
  clock: Clock;
  outbox: Pick<Outbox, "flush">;
  /** A user's role in this deployment as it is now; null when there is no such user, or not any more. */
  roleOf(userId: number): Promise<Role | null>;
  /** Committed events, to be sent on. */
  publish(events: StoredEvent[]): void;
}

const DAY_MS = 86_400_000;
/** 128 bits and more: not to be guessed. */
const SECRET_BYTES = 18;

export class Inviting {
  #o: InvitingOptions;

  constructor(options: InvitingOptions) {
    this.#o = options;
  }

  /** The code is told here and never again. */
  make(actor: Principal, wish: z.output<typeof InvitationBody>): Outcome<Invitation & { code: string }> {
    const { journal, clock } = this.#o;
    const allowed = allows(journal, actor, "member.manage");
    if (!allowed.ok) return allowed;
    const now = clock.now();
    if (journal.invitations.open(now).length >= LIMITS.invitations)
      return refuse("quota_exceeded", `At most ${LIMITS.invitations} invitations can be open here: revoke one first.`);
    const secret = Buffer.from(crypto.getRandomValues(new Uint8Array(SECRET_BYTES))).toString("base64url");
    const code = `${allowed.value.id}-${secret}`;
    const { value } = journal.commit(() => {
      journal.invitations.sweep(now);
      return journal.invitations.add(digestOf(code), {
        role: wish.role,
        uses_left: wish.uses,
        expires_at: now + wish.days * DAY_MS,
        created_by: actor.user_id,
        created_at: now,
      });
    });
    return ok({ ...publicInvitation(value), code });
  }

  list(actor: Principal): Outcome<Invitation[]> {
    const { journal, clock } = this.#o;
    const allowed = allows(journal, actor, "member.manage");
    return allowed.ok ? ok(journal.invitations.open(clock.now()).map(publicInvitation)) : allowed;
  }

  revoke(actor: Principal, id: number): Outcome<null> {
    const { journal } = this.#o;
    const allowed = allows(journal, actor, "member.manage");
    if (!allowed.ok) return allowed;
    const { value: removed } = journal.commit(() => journal.invitations.remove(id));
    return removed ? ok(null) : refuse("not_found", "There is no such invitation.", { field: "invitation_id" });
  }

  /** What a link leads to. */
  async see(actor: Principal, code: string): Promise<Outcome<InvitationSeen>> {
    const found = this.#find(actor, code, await this.#makersRole(actor, code));
    if (!found.ok) return found;
    const { head, role, invitation } = found.value;
    const members = this.#o.journal.members.all().length;
    return ok({ conversation_id: head.id, title: head.title, members, role, joined: invitation === null });
  }

  /** One use, taken in the commit that joins; whoever is a member already spends none and stays what he is. */
  async join(actor: Principal, code: string): Promise<Outcome<{ conversation_id: number }>> {
    const { journal } = this.#o;
    const makersRole = await this.#makersRole(actor, code);
    const found = this.#find(actor, code, makersRole);
    if (!found.ok) return found;
    const { head, role, invitation } = found.value;
    if (!invitation) return ok({ conversation_id: head.id });
    if (journal.members.all().length >= LIMITS.members) return FULL;
    const { events } = journal.commit(() => {
      journal.invitations.use(invitation.id);
      addMember(journal, { user_id: actor.user_id, name: actor.name, role });
    });
    this.#o.publish(events);
    await this.#o.outbox.flush(); // so that the newcomer's list shows it at once
    return ok({ conversation_id: head.id });
  }

  /** null also where nobody made such a link. */
  async #makersRole(actor: Principal, code: string): Promise<Role | null> {
    const { journal, clock, roleOf } = this.#o;
    const invitation = journal.invitations.find(digestOf(code), actor.user_id, clock.now());
    return invitation && roleOf(invitation.created_by);
  }

  /** As things are now: the membership, or the invitation that may lead to it. A member needs no link to be told. */
  #find(actor: Principal, code: string, makersRole: Role | null): Outcome<Found> {
    const { journal, clock } = this.#o;
    const { head } = journal;
    if (!head || head.erased_at !== null) return NO_INVITATION;
    const member = journal.members.find(actor.user_id);
    if (member) return ok({ head, role: member.role, invitation: null });
    const invitation = journal.invitations.find(digestOf(code), actor.user_id, clock.now());
    if (!invitation || makersRole === null) return NO_INVITATION;
    const maker = journal.members.find(invitation.created_by)?.role ?? null;
    if (!can(makersRole, "member.manage", { member: maker }).allow) return NO_INVITATION;
    return ok({ head, role: invitation.role, invitation });
  }
}

interface Found {
  head: Head;
  role: MemberRole;
  /** null: a member already. */
  invitation: InvitationRecord | null;
}

export const NO_INVITATION = refuse(
  "not_found",
  "This invitation does not exist or is no longer open. Ask for a new one.",
);

const publicInvitation = ({ expires_at, created_at, ...invitation }: InvitationRecord): Invitation => ({
  ...invitation,
  expires_at: iso(expires_at),
  created_at: iso(created_at),
});

const digestOf = (code: string): string => createHash("sha256").update(code).digest("base64url");
