// The words of administration, beside the rest of the table (../words.ts): loaded with its pages, which few ever open.
import type { Role } from "../../protocol/entities.ts";
import type { ChartName } from "./charts.ts";
import type { RangeName } from "./ranges.ts";

const roles: Record<Role, string> = {
  admin: "Administrator",
  doctor: "Doctor",
  patient: "Patient",
  hospital: "Hospital",
  member: "Member",
};

const titles: Record<ChartName, string> = {
  connections: "Connections",
  messages: "Messages a second",
  errors: "Failures",
  response: "Response time",
  firstToken: "Time to first token",
  tokens: "Tokens a minute",
  depth: "Waiting for the database",
  lag: "Longest wait for the database",
};

const ranges: Record<RangeName, string> = { hour: "The last hour", day: "The last day", week: "The last week" };

export const text = {
  title: "Administration",
  pages: "Pages of administration",
  metrics: "Metrics",
  users: "Users",

  charts: {
    range: "Stretch of time",
    ranges,
    titles,
    lines: {
      requests: "requests",
      answers: "answers",
      p50: "p50",
      p95: "p95",
      asked: "in",
      given: "out",
    },
    asTables: "As tables",
    asCharts: "As charts",
    tableOf: (title: string) => `${title}, as a table`,
    time: "Time",
    now: "Now",
    summary: (title: string, now: string, most: string) => `${title}: ${now} now, ${most} at most`,
    failed: "The metrics could not be loaded.",
    stale: (time: string) => `These are the figures of ${time}: the server does not answer.`,
  },

  people: {
    search: "Find a user",
    searchHint: "User name, name or e-mail",
    nobody: (q: string) => `Nobody found for “${q}”.`,
    failed: "The users could not be loaded.",
    more: "Show more users",
    columns: { user: "User", role: "Role", since: "Since", actions: "Actions" },
    you: "You",
    disabled: "Disabled",
    outside: "logs in elsewhere",
    role: (name: string) => `Role of ${name}`,
    roles,
    actions: (name: string) => `Actions for ${name}`,
    busy: "One moment…",

    signOut: "Sign out everywhere",
    signOutTitle: (name: string) => `Sign ${name} out everywhere?`,
    signOutBody: "Every session ends now, on all devices. Logging in again is possible at once.",
    disable: "Disable",
    disableTitle: (name: string) => `Disable ${name}?`,
    disableBody: "Every session ends now, and nobody can log in to this account until it is enabled again.",
    enable: "Enable",
    enableTitle: (name: string) => `Enable ${name}?`,
    enableBody: "It is possible again to log in to this account.",
    change: "Change the role",
    changeTitle: (name: string, role: string) => `Make ${name} ${role.toLowerCase()}?`,
    changeBody: "Every session of this user ends now; the next log-in has the new role.",
    changeToAdmin: "Administrators see every user and all metrics. Every session of this user ends now.",

    resetLink: "Link for a new password",
    resetTitle: (name: string) => `A new password for ${name}`,
    resetBody: "You hand on a link that sets it: good for one use within a day. An earlier link is void then.",
    makeLink: "Make the link",
    linkUntil: (time: string) => `The link, until ${time}`,
    copyLink: "Copy link",

    create: "Create user",
    creating: "Creating…",
    createTitle: "Create a user",
    username: "User name",
    usernameHint: "At least 3 characters: letters, digits, dot, dash or underscore.",
    name: "Name",
    nameHint: "Shown to the people they talk with. Left empty, it is the user name.",
    newRole: "Role",
    password: "Password",
    passwordHint: "Left empty, one is made, and shown to you once.",
    created: (name: string) => `${name} can log in now`,
    made: "The password",
    once: "Copy it now: it is shown only this once.",
    copyPassword: "Copy password",
    done: "Done",
  },
};
