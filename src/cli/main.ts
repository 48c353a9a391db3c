// The terminal client: reads the arguments, finds the login, and runs one command.
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { systemEnvironment } from "../client/environment.ts";
import { createRest } from "../client/rest.ts";
import { Content, Role } from "../protocol/entities.ts";
import { chat } from "./chat.ts";
import { EXIT, explain, LoggedOutError, UsageError } from "./failure.ts";
import { interview } from "./interview.ts";
import { all } from "./pages.ts";
import type { Place } from "./place.ts";
import { forgetLogin, readLogin, renewalOf, writeLogin } from "./session-file.ts";
import { tail } from "./tail.ts";
import { ask, endWithOutput, json, plain, say } from "./terminal.ts";

const HELP = `npm run -s cli -- COMMAND        (-s: npm prints nothing of its own)

  login --user NAME [--password P] [--server URL]   log in (the password is asked for, or read from stdin)
  logout
  list                                              your conversations, the latest first
  chat [ID] [--message M] [--model M]               talk; without ID in a new conversation, without --message line by line
  tail ID                                           follow a conversation
  search WORDS [--limit N]                          find messages, the best first: 20, or up to 50
  export ID [--format json|md] [--out FILE]         a whole conversation, to stdout or a file
  user add NAME [--role ROLE] [--password P]        for administrators
  user list [--query Q]
  --token T --session-id S [--message M] [--user-entity-id E] [--server URL]
                                                    an interview; without --message line by line, up to the summary

  --json   one JSON value, or one a line      --help   this

Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 not logged in, 4 not there or not allowed, 5 server not reachable,
141 nobody reads the output any more.`;

const OPTIONS = {
  user: { type: "string" },
  password: { type: "string" },
  server: { type: "string" },
  message: { type: "string", short: "m" },
  model: { type: "string" },
  format: { type: "string" },
  out: { type: "string" },
  role: { type: "string" },
  query: { type: "string" },
  limit: { type: "string" },
  token: { type: "string" },
  "session-id": { type: "string" },
  "user-entity-id": { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

const NOTHING = "Say what to do. See --help.";

type Options = ReturnType<typeof read>["values"];

const read = (args: string[]) => {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

/** What the stored login may ask. */
async function session<T>(work: (rest: ReturnType<typeof createRest>, server: string) => Promise<T>): Promise<T> {
  const login = readLogin();
  if (!login) throw new LoggedOutError();
  const { server } = login;
  return work(createRest({ host: server, session: login, renewal: renewalOf(login) }), server);
}

const USUAL_SERVER = "http://localhost:8787";

/** Of `http(s)://host[:port]`. */
function originOf(server: string): string {
  const url = URL.parse(server);
  if (url?.protocol === "http:" || url?.protocol === "https:") return url.origin;
  throw new UsageError(`--server is an address such as ${USUAL_SERVER}`);
}

async function login({ user, password, server = USUAL_SERVER }: Options): Promise<void> {
  if (!user) throw new UsageError("Say who you are: login --user NAME");
  const host = originOf(server);
  const secret = password ?? (await ask("Password: ", true));
  if (secret === null) throw new UsageError("A password is needed: on stdin, or with --password.");
  const rest = createRest({ host, session: null });
  const answer = await rest.login({ username: user, password: secret });
  const { access_token, refresh_token } = answer;
  writeLogin({ id: systemEnvironment.newId(), server: host, access_token, refresh_token });
  say(`Logged in as ${plain(answer.user.name)} at ${host}.`);
}

const idOf = (text: string | undefined, otherwise = "Name a conversation by its number (see: list)."): number => {
  if (!text || !/^[1-9]\d{0,14}$/.test(text)) throw new UsageError(otherwise);
  return Number(text);
};

/** By what the options say; the login that is stored has no part in it. */
function interviewed(options: Options): Promise<void> {
  const { token, server = USUAL_SERVER, message, json: asJson } = options;
  if (!token) throw new UsageError("An interview needs a token: --token T --session-id S");
  const entity = options["user-entity-id"];
  return interview({
    server: originOf(server),
    token,
    session: idOf(options["session-id"], "Name the session by its number: --session-id S"),
    entity: entity ? idOf(entity, "--user-entity-id is a number.") : undefined,
    message,
    json: asJson,
  });
}

async function exported(id: number, { format = "json", out }: Options): Promise<void> {
  if (format !== "json" && format !== "md") throw new UsageError("--format is json or md.");
  await session(async (rest) => {
    const { body } = await rest.export(id, format);
    if (!body) throw new Error("The server sent nothing.");
    await pipeline(Readable.from(body), out === undefined ? process.stdout : createWriteStream(out));
  });
}

async function users(words: string[], options: Options): Promise<void> {
  const [what, username] = words;
  if (what === "list") {
    const q = options.query ? { q: options.query } : {};
    const items = await session((rest) => all((cursor) => rest.users.list({ ...q, ...cursor, limit: 100 })));
    if (options.json) return json(items);
    for (const { id, username: name, role, disabled } of items)
      say(`${id}\t${plain(name)}\t${role}${disabled ? "\tdisabled" : ""}`);
    return;
  }
  if (what !== "add" || !username) throw new UsageError("user add NAME [--role ROLE], or user list");
  const role = Role.safeParse(options.role ?? "member");
  if (!role.success) throw new UsageError(`--role is one of: ${Role.options.join(", ")}.`);
  const { password } = options;
  const made = await session((rest) =>
    rest.users.add({ username, role: role.data, ...(password === undefined ? {} : { password }) }),
  );
  if (options.json) return json(made);
  say(`Made ${plain(made.user.username)} (${made.user.role}).${made.password ? ` Password: ${made.password}` : ""}`);
}

async function run(words: string[], options: Options): Promise<void> {
  const [command, ...rest] = words;
  if (options.server !== undefined && command !== undefined && command !== "login")
    throw new UsageError("--server goes with login: the other commands ask the server that you are logged in to.");
  switch (command) {
    case undefined:
      if (options.token === undefined && options["session-id"] === undefined) throw new UsageError(NOTHING);
      return interviewed(options);
    case "login":
      return login(options);
    case "logout":
      await session((api) => api.logout()).finally(forgetLogin);
      return say("Logged out.");
    case "list": {
      const items = await session((api) => all((cursor) => api.conversations.list({ ...cursor, limit: 100 })));
      if (options.json) return json(items);
      for (const { id, title, unread } of items)
        say(`${id}\t${plain(title ?? "Untitled")}${unread > 0 ? `\t${unread} unread` : ""}`);
      return;
    }
    case "search": {
      if (rest.length === 0) throw new UsageError("Say what to look for: search WORDS");
      const limit = options.limit === undefined ? {} : { limit: idOf(options.limit, "--limit is a number.") };
      const { items, next_cursor } = await session((api) => api.search({ q: rest.join(" "), ...limit }));
      if (next_cursor !== null) process.stderr.write(`These are the latest ${items.length}; there are more.\n`);
      if (options.json) return json(items);
      for (const hit of items) say(`${hit.conversation_id}#${hit.message_id}\t${plain(readable(hit.snippet))}`);
      return;
    }
    case "chat": {
      const id = rest[0] === undefined ? undefined : idOf(rest[0]);
      const { message, model } = options;
      const content = Content.optional().safeParse(message);
      if (!content.success) throw new UsageError(`--message ${content.error.issues[0]?.message}`);
      return session(async (api, server) => {
        // A new conversation is the model's: one that there is not is refused before anything is made.
        const opened = id === undefined ? api.conversations.create(model ? { model } : {}) : api.conversations.get(id);
        const conversation = (await opened).id;
        if (id === undefined && !options.json) process.stderr.write(`Conversation ${conversation}\n`);
        const place: Place = { rest: api, server, conversation, json: options.json };
        return chat(place, message, model);
      });
    }
    case "tail": {
      const conversation = idOf(rest[0]);
      return session(async (api, server) => {
        await api.conversations.get(conversation); // refused in its words
        return tail({ rest: api, server, conversation, json: options.json });
      });
    }
    case "export":
      return exported(idOf(rest[0]), options);
    case "user":
      return users(rest, options);
    default:
      throw new UsageError(`There is no command ${command}. See --help.`);
  }
}

/** A snippet's HTML as a line of text. */
const readable = (html: string): string =>
  html
    .replace(/<\/?mark>/g, "")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, "&");

/** The exit code. */
export async function main(args: string[]): Promise<number> {
  endWithOutput();
  try {
    const { values, positionals } = read(args);
    if (values.help) say(HELP);
    else await run(positionals, values);
    return EXIT.ok;
  } catch (error) {
    const { code, message } = explain(error);
    process.stderr.write(`${plain(message)}\n`);
    return code;
  }
}
