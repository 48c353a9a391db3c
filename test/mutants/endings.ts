// What ends when a login or a membership ends (S5).
import type { Mutant } from "./mutant.ts";

const CONVERSATION = "src/conversation/conversation.ts";
const SESSIONS = "src/user/sessions.ts";
const EXPIRY = "src/conversation/audience/expiry.ts";
const RECEPTION = "src/conversation/audience/reception.ts";

const LOG_OUT = ["open sockets are closed with 4401 of the session that logs out, and no other"];
const ARRIVES = ["a revocation survives the death of the object between its writing and its sending"];
const ON_TIME = ["a login is announced a minute before its end and closed on time"];
const REMOVED = ["a member who is removed"];
const IN_ORDER = ["what comes while a commit is on its way waits for it and is carried out together, in order"];
const HIBERNATING = ["a session that is ended closes sockets that hibernate"];
const RUN_OUT = ["a token that has run out carries nothing out, though no alarm has come yet"];

export const ENDINGS: readonly Mutant[] = [
  {
    promise: "S5",
    name: "a session that ends leaves its sockets open",
    file: SESSIONS,
    find: "      this.#order((at) => at.sid === sid);\n",
    replace: "",
    tests: LOG_OUT,
  },
  {
    promise: "S5",
    name: "a session that ends closes the sockets of all",
    file: "src/auth/logins.ts",
    find: "login.iat < order.before : login.sid === order.sid;",
    replace: "login.iat < order.before : login.sid !== null;",
    tests: LOG_OUT,
  },
  {
    promise: "S5",
    name: "where a user is connected is not written down",
    file: SESSIONS,
    find: "    if (identity.ok) this.#tables.addPlace(place, login.sid, this.#clock.now());\n",
    replace: "    void place;\n",
    tests: LOG_OUT,
  },
  {
    promise: "S5",
    name: "a user's object that wakes forgets its orders",
    file: "src/user/server.ts",
    find: '    if (revoke !== null) this.#schedule.set("revoke", revoke);\n',
    replace: "    void revoke;\n",
    tests: ARRIVES,
  },
  {
    promise: "S5",
    name: "an order that failed is forgotten",
    file: "src/user/revocations.ts",
    find: "      this.#tables.postponeOrder(order.id, attempts, this.#clock.now() + backoffMs(attempts, RETRY));\n",
    replace: "      void attempts;\n      this.#tables.removeOrder(order.id);\n",
    tests: ["a revocation is sent again, less and less often, until its place has answered"],
  },
  {
    promise: "S5",
    name: "one place that does not answer stops the others",
    file: "src/user/revocations.ts",
    find: "await within(this.#clock, ANSWER_MS, this.#send({ kind, name }, { user_id, sid, before }));",
    replace: "await this.#send({ kind, name }, { user_id, sid, before });",
    tests: ["a revocation reaches the other places while one does not answer"],
  },
  {
    promise: "S5",
    name: "the end of a login is not announced",
    file: EXPIRY,
    find: '        this.#audience.tell(sink.id, [signalFrame({ type: "auth.expiring", in_s })]);\n',
    replace: "        void in_s;\n",
    tests: ON_TIME,
  },
  {
    promise: "S5",
    name: "a login that has ended is closed at the next occasion",
    file: EXPIRY,
    find: "endsAt - now <= WARN_MS ? endsAt : endsAt - WARN_MS",
    replace: "endsAt - now <= WARN_MS ? endsAt + WARN_MS : endsAt - WARN_MS",
    tests: ON_TIME,
  },
  {
    promise: "S5",
    name: "a member who is removed goes on watching",
    file: "src/conversation/people/membership.ts",
    find: "    for (const sink of audience.ofUser(userId)) audience.dismiss(sink.id, FAREWELL.removed);\n",
    replace: "    void audience;\n",
    tests: REMOVED,
  },
  {
    promise: "S5",
    name: "a member who is removed while connecting gets in",
    file: "src/conversation/audience/entrance.ts",
    find: 'const removed = !allows(journal, principal, "conversation.read").ok;',
    replace: "const removed = erased;",
    tests: REMOVED,
  },
  {
    promise: "S5",
    name: "the turns of a member who is removed go on",
    file: "src/conversation/people/membership.ts",
    find: "    answering.cancelAll((turn) => turn.user_id === userId);\n",
    replace: "    void answering;\n",
    tests: REMOVED,
  },
  {
    promise: "S5",
    name: "sockets that hibernated are not known after the wake",
    file: CONVERSATION,
    find: "    for (const socket of sockets) this.#audience.add(socket, socket.place);\n",
    replace: "    void sockets;\n",
    tests: HIBERNATING,
  },
  {
    promise: "S5",
    name: "a socket hibernates without its session",
    file: "src/conversation/audience/sockets.ts",
    find: "const attachment: Attachment = { user_id, name, role, sid, iat, exp,",
    replace: "const attachment: Attachment = { user_id, name, role, sid: sid && null, iat, exp,",
    tests: HIBERNATING,
  },
  {
    promise: "S5",
    name: "a token that has run out counts until the alarm",
    file: RECEPTION,
    find: "    if (this.#o.expired(socket.principal)) return this.#o.audience.dismiss(socket.id, FAREWELL.expired);\n",
    replace: "",
    tests: RUN_OUT,
  },
  {
    promise: "S5",
    name: "what waited is carried out for a socket that was closed",
    file: RECEPTION,
    find: "if (confirmed && this.#o.audience.has(socket.id)) await",
    replace: "if (confirmed) await",
    tests: ["what waits for a commit is not carried out when its socket was closed meanwhile"],
  },
  {
    promise: "R5",
    name: "a command overtakes those that wait for a commit",
    file: RECEPTION,
    find: "    const { closed } = this.#o.turnstile;\n",
    replace:
      '    const closed = inbound.kind === "command" && inbound.command.type === "history" ? null : this.#o.turnstile.closed;\n',
    tests: IN_ORDER,
  },
  {
    promise: "R5",
    name: "nobody waits for a commit",
    file: RECEPTION,
    find: "    this.#o.turnstile.close();\n",
    replace: "",
    tests: IN_ORDER,
  },
  {
    promise: "S5",
    name: "a token counts for a minute longer",
    file: EXPIRY,
    find: "return principal.exp * 1000 <= now;",
    replace: "return principal.exp * 1000 + WARN_MS <= now;",
    tests: RUN_OUT,
  },
  {
    promise: "S5",
    name: "a login is confirmed when its socket opens, and never again",
    file: "src/auth/confirmations.ts",
    find: "return at !== undefined && Math.abs(this.#clock.now() - at) < TRUST_MS;",
    replace: "return at === undefined || Math.abs(this.#clock.now() - at) >= 0;",
    tests: ["a session that is ended whose order never arrived is noticed by the next command after hibernation"],
  },
];
