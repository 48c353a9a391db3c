// Who takes part: added, removed and given roles by whoever may, and called as their profiles say.
import type { Principal } from "../../auth/principal.ts";
import type { Command } from "../../protocol/commands.ts";
import type { Member, MemberRole } from "../../protocol/entities.ts";
import { type Outcome, ok, refuse } from "../../protocol/errors.ts";
import { FAREWELL } from "../../protocol/farewells.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { Audience } from "../audience/audience.ts";
import type { Journal } from "../journal/journal.ts";
import type { Head, StoredEvent } from "../journal/tables.ts";
import type { Outbox } from "../outbox/outbox.ts";
import type { Answering } from "../turns/answering.ts";
import { allows, FORBIDDEN } from "./access.ts";

export interface MembershipOptions {
  journal: Journal;
  audience: Audience;
  answering: Answering;
  outbox: Pick<Outbox, "flush">;
  /** Nobody is left: everything goes. */
  abandoned(): void;
  /** The user's name, null when there is no such user. Throws when people cannot be looked up. */
  userName(userId: number): Promise<string | null>;
  /** Committed events, to be sent on. */
  publish(events: StoredEvent[]): void;
}

type Fields<T extends Command["type"]> = Omit<Extract<Command, { type: T }>, "type" | "ref">;

export const FULL = refuse("quota_exceeded", `A conversation has at most ${LIMITS.members} members.`);
const LAST_OWNER = "A conversation keeps an owner: make somebody else owner first.";

/** Within a commit: somebody takes part from now on. */
export function addMember(journal: Journal, { user_id, name, role }: Omit<Member, "read_id">): StoredEvent {
  journal.members.put(user_id, name, role);
  return journal.append("member.added", { member: { user_id, name, role, read_id: 0 } });
}

/** Within a commit: somebody takes part no longer, and links to files that were given before end. */
export function removeMember(journal: Journal, user_id: number): StoredEvent {
  journal.members.remove(user_id);
  if (journal.files.hasKey) journal.files.renewKey();
  return journal.append("member.removed", { user_id });
}

export class Membership {
  #o: MembershipOptions;

  constructor(options: MembershipOptions) {
    this.#o = options;
  }

  async add(actor: Principal, command: Fields<"member.add">): Promise<Outcome<{ seq: number }>> {
    const { journal } = this.#o;
    const asked = this.#managesRole(actor, command.role);
    if (!asked.ok) return asked;
    const name = await this.#o.userName(command.user_id);
    const allowed = this.#managesRole(actor, command.role); // much may have happened meanwhile
    if (!allowed.ok) return allowed;
    if (name === null) return refuse("not_found", "There is no such user.", { field: "user_id" });
    if (journal.members.find(command.user_id))
      return refuse("conflict", "This user is a member already.", { field: "user_id" });
    if (journal.members.all().length >= LIMITS.members) return FULL;
    const added = this.#commit(() => addMember(journal, { user_id: command.user_id, name, role: command.role }));
    await this.#o.outbox.flush(); // so that the newcomer finds it at once: who looks in vain makes a room of his own
    return added;
  }

  remove(actor: Principal, userId: number): Outcome<{ seq: number }> {
    const { journal, answering, audience } = this.#o;
    const member = journal.members.find(userId);
    const own = userId === actor.user_id;
    const allowed = own ? allows(journal, actor, "member.leave") : this.#managesRole(actor, member?.role ?? "member");
    if (!allowed.ok) return allowed;
    if (!member) return refuse("not_found", "This user is not a member.", { field: "user_id" });
    const alone = journal.members.all().length === 1;
    if (this.#lastOwner(member) && !(alone && own)) return refuse("conflict", LAST_OWNER);
    if (alone && own) {
      this.#o.abandoned();
      return ok({ seq: journal.seq });
    }
    answering.cancelAll((turn) => turn.user_id === userId);
    const result = this.#commit(() => {
      if (!own) journal.invitations.bar(userId);
      return removeMember(journal, userId);
    });
    for (const sink of audience.ofUser(userId)) audience.dismiss(sink.id, FAREWELL.removed);
    return result;
  }

  changeRole(actor: Principal, command: Fields<"member.role">): Outcome<{ seq: number }> {
    const { journal } = this.#o;
    const member = journal.members.find(command.user_id);
    const allowed = this.#managesRole(actor, command.role, member?.role);
    if (!allowed.ok) return allowed;
    if (!member) return refuse("not_found", "This user is not a member.", { field: "user_id" });
    if (this.#lastOwner(member) && command.role !== "owner") return refuse("conflict", LAST_OWNER);
    return this.#commit(() => {
      journal.members.put(member.user_id, member.name, command.role);
      return journal.append("member.role_changed", { user_id: member.user_id, role: command.role });
    });
  }

  /** As the member's profile says; false when the member is called so already. */
  rename(user_id: number, name: string): boolean {
    const { journal } = this.#o;
    const member = journal.members.find(user_id);
    if (!member || member.name === name || journal.head?.erased_at !== null) return false;
    this.#commit(() => {
      journal.members.put(user_id, name, member.role);
      return journal.append("member.renamed", { user_id, name });
    });
    return true;
  }

  /** Owners are made and unmade by owners (and administrators) only. */
  #managesRole(actor: Principal, ...roles: (MemberRole | undefined)[]): Outcome<Head> {
    const allowed = allows(this.#o.journal, actor, "member.manage");
    const owner = actor.role === "admin" || this.#o.journal.members.find(actor.user_id)?.role === "owner";
    if (!allowed.ok || owner || !roles.includes("owner")) return allowed;
    return refuse("forbidden", FORBIDDEN["member.manage"]);
  }

  #lastOwner(member: Member): boolean {
    return member.role === "owner" && this.#o.journal.members.all().filter((m) => m.role === "owner").length === 1;
  }

  #commit(work: () => StoredEvent): Outcome<{ seq: number }> {
    const { value, events } = this.#o.journal.commit(work);
    this.#o.publish(events);
    return ok({ seq: value.seq });
  }
}
