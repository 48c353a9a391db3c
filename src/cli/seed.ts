// `npm run seed`: demo data in a running server of a development set-up: the people of an interview, related to each other,
// a session that each of them may open, and a conversation to look at. Again it makes only what is missing.
import { parseArgs } from "node:util";
import { createRest } from "../client/rest.ts";
import type { EntityKind } from "../protocol/interviews.ts";
import type { LoginAnswer } from "../protocol/rest.ts";
import { explain, UsageError } from "./failure.ts";
import { say } from "./terminal.ts";

const PASSWORD = "testpass123";
const TITLE = "Welcome";
const LINES = ["Everybody in this conversation sees what is written here.", "Ask something, or edit this line."];

interface Person {
  user: LoginAnswer["user"];
  token: string;
  rest: ReturnType<typeof createRest>;
}

/** Answers the exit code. */
export async function seed(args: string[]): Promise<number> {
  try {
    await fill(serverOf(args));
    return 0;
  } catch (error) {
    const { code, message } = explain(error);
    console.error(message);
    return code;
  }
}

function serverOf(args: string[]): string {
  try {
    return parseArgs({ args, options: { server: { type: "string", default: "http://localhost:8787" } } }).values.server;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function fill(server: string): Promise<void> {
  const admin = await logIn(server, "demo_admin");
  const doctor = await logIn(server, "demo_doctor");
  const patient = await logIn(server, "demo_patient");
  const hospital = await logIn(server, "demo_hospital");
  const tester = await logIn(server, "testuser");

  const { directory } = admin.rest;
  const [doctor_id, patient_id, hospital_id] = [
    await profile(admin, "doctor", doctor),
    await profile(admin, "patient", patient),
    await profile(admin, "hospital", hospital),
  ];
  await directory.relate({ user_id: patient.user.id, patient_id, relation: "self" });
  await directory.affiliate({ hospital_id, doctor_id });
  await directory.affiliate({ hospital_id, patient_id });

  const interview =
    (await owned(patient, ({ kind }) => kind === "interview")) ??
    (await patient.rest.interviews.start({ doctor_id })).session_id;
  const chat = (await owned(tester, ({ title }) => title === TITLE)) ?? (await talk(tester, [doctor, patient]));

  say(`Interview ${interview}: demo_patient, demo_doctor and demo_hospital may open it (password ${PASSWORD}).`);
  say(`Conversation ${chat}: testuser, demo_doctor and demo_patient are in it: ${server}/c/${chat}`);
  say(`\nAs demo_patient:  npm run -s cli -- --token ${patient.token} --session-id ${interview}`);
}

async function logIn(host: string, username: string): Promise<Person> {
  const rest = createRest({ host, session: null });
  const { user, access_token: token } = await rest.login({ username, password: PASSWORD });
  return { user, token, rest };
}

/** The directory's entry of this user. */
async function profile(admin: Person, kind: EntityKind, { user }: Person): Promise<number> {
  const { directory } = admin.rest;
  const known = (await directory.list(kind, { limit: 100 })).items.find(({ user_id }) => user_id === user.id);
  return (known ?? (await directory.add(kind, { name: user.name, user_id: user.id }))).id;
}

type Listed = Awaited<ReturnType<Person["rest"]["conversations"]["list"]>>["items"][number];

const owned = async ({ rest }: Person, wanted: (conversation: Listed) => boolean): Promise<number | undefined> =>
  (await rest.conversations.list({ limit: 100 })).items.find(wanted)?.id;

async function talk({ rest }: Person, others: readonly Person[]): Promise<number> {
  const { id } = await rest.conversations.create({ title: TITLE, member_ids: others.map(({ user }) => user.id) });
  for (const content of LINES) await rest.messages.send(id, content, { answer: false });
  return id;
}
