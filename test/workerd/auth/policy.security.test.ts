// The access matrix of security.md §2, row by row, against the policy's table.
import { describe, expect, it } from "vitest";
import { type Action, allowed, can, canProject } from "../../../src/auth/policy.ts";
import type { MemberRole, Role } from "../../../src/protocol/entities.ts";

const ROLES: Role[] = ["admin", "doctor", "patient", "hospital", "member"];
const MEMBERS: (MemberRole | null)[] = [null, "viewer", "member", "moderator", "owner"];

const everybodyElse = (cell: string) => ({ doctor: cell, patient: cell, hospital: cell, member: cell });

/** The cells of the printed table, for the actions that exist now. R (interviews) comes with interviews. */
const MATRIX: Record<Action, Record<Role, string>> = {
  "conversation.read": { admin: "✔", doctor: "P", patient: "P", hospital: "P", member: "P" },
  "conversation.send": { admin: "✔", doctor: "P", patient: "P", hospital: "P", member: "P" },
  "turn.cancel": { admin: "✔", doctor: "P", patient: "O turn", hospital: "P", member: "O turn or owner" },
  "turn.retry": { admin: "–", doctor: "O turn", patient: "O turn", hospital: "O turn", member: "O turn" },
  "message.edit": { admin: "–", doctor: "O turn", patient: "O turn", hospital: "O turn", member: "O turn" },
  "message.delete": { admin: "✔", ...everybodyElse("O or manager") },
  "answer.select": { admin: "✔", ...everybodyElse("O or manager") },
  "member.manage": { admin: "✔", doctor: "O", patient: "–", hospital: "O", member: "O" },
  "conversation.configure": { admin: "✔", doctor: "O", patient: "–", hospital: "O", member: "O" },
  "conversation.delete": { admin: "✔", doctor: "owner", patient: "owner", hospital: "owner", member: "owner" },
  "member.leave": { admin: "member", doctor: "member", patient: "member", hospital: "member", member: "member" },
};

/** What a cell means; membership refines it: a viewer only reads, moderators invite, remove and rename. */
function holds(action: Action, cell: string, member: MemberRole | null, own: boolean): boolean {
  const writes = member !== null && member !== "viewer";
  switch (cell) {
    case "✔":
      return true;
    case "P":
      return action === "conversation.read" ? member !== null : writes;
    case "O turn":
      return writes && own;
    case "O turn or owner":
      return (writes && own) || member === "owner";
    case "O or manager":
      return (writes && own) || member === "owner" || member === "moderator";
    case "O":
      return member === "owner" || member === "moderator";
    case "owner":
      return member === "owner";
    case "member":
      return member !== null;
    default:
      return false;
  }
}

const ACTIONS = Object.entries(MATRIX).flatMap(([action, row]) =>
  ROLES.flatMap((role) =>
    MEMBERS.flatMap((member) => [true, false].map((own) => ({ action, row, role, member, own }))),
  ),
);

describe("every cell of the access matrix", () => {
  it.each(ACTIONS)("$action by $role who is $member, own: $own", ({ action, row, role, member, own }) => {
    const known = isAction(action);
    expect(known && can(role, action, { member, own }).allow).toBe(known && holds(action, row[role], member, own));
  });
});

describe("a refusal", () => {
  it("of somebody who may not even read says the same as for what does not exist", () => {
    for (const role of ROLES.filter((r) => r !== "admin"))
      for (const action of Object.keys(MATRIX).filter(isAction))
        expect(can(role, action, { member: null })).toEqual({ allow: false, code: "not_found" });
  });

  it("of a reader says that it is forbidden", () => {
    expect(can("member", "conversation.send", { member: "viewer" })).toEqual({ allow: false, code: "forbidden" });
    expect(can("patient", "member.manage", { member: "owner" })).toEqual({ allow: false, code: "forbidden" });
    expect(can("admin", "turn.retry", { member: null })).toEqual({ allow: false, code: "forbidden" });
  });
});

it("what an administrator does in a conversation of others is audited", () => {
  expect(can("admin", "conversation.read", { member: null })).toEqual({ allow: true, audited: true });
  expect(can("admin", "conversation.read", { member: "owner" })).toEqual({ allow: true, audited: false });
  expect(can("member", "conversation.read", { member: "owner" })).toEqual({ allow: true, audited: false });
});

it("a client is shown exactly the actions that would be allowed", () => {
  expect(allowed("member", "viewer")).toEqual(["conversation.read", "member.leave"]);
  expect(allowed("member", null)).toEqual([]);
  expect(allowed("patient", "owner")).not.toContain("member.manage");
});

function isAction(name: string): name is Action {
  return name in MATRIX;
}

describe("of a project", () => {
  const may = (role: Role, member: MemberRole | null) =>
    (["project.create", "project.read", "project.ask"] as const).map(
      (action) => canProject(role, action, member).allow,
    );

  it.each(ROLES)("%s sees what he is in, and asks where he may write", (role) => {
    const [creates, admin] = [role !== "patient", role === "admin"];
    expect(may(role, null)).toEqual([creates, admin, admin]);
    expect(may(role, "viewer")).toEqual([creates, true, admin]);
    for (const member of ["member", "moderator", "owner"] as const)
      expect(may(role, member)).toEqual([creates, true, true]);
  });

  it.each(ROLES)("%s changes it as its role there lets him, never as a patient", (role) => {
    const actions = ["project.change", "project.manage", "project.delete", "project.leave"] as const;
    const may = (member: MemberRole | null) => actions.map((action) => canProject(role, action, member).allow);
    const [admin, manages] = [role === "admin", role !== "patient"];
    expect(may(null)).toEqual([admin, admin, admin, false]);
    for (const member of ["viewer", "member"] as const) expect(may(member)).toEqual([admin, admin, admin, true]);
    expect(may("moderator")).toEqual([manages, manages, admin, true]);
    expect(may("owner")).toEqual([manages, manages, manages, true]);
  });

  it("a stranger is told that it does not exist, a viewer that he may not ask", () => {
    expect(canProject("doctor", "project.ask", null)).toEqual({ allow: false, code: "not_found" });
    expect(canProject("doctor", "project.ask", "viewer")).toEqual({ allow: false, code: "forbidden" });
  });
});
