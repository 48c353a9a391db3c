// Socket.IO sessions: what keeps them alive, what ends them, and what a client that comes back is given (R5, R6, R13).
import type { Mutant } from "./mutant.ts";

const BROADCAST = "src/conversation/audience/broadcast.ts";
const CONVERSATION = "src/conversation/conversation.ts";
const GATEWAY = "src/gateway/gateway.ts";
const LINE = "src/gateway/line.ts";
const POLLING = "src/gateway/polling.ts";
const RECOVERY = "src/gateway/recovery.ts";
const ROOMS = "src/gateway/rooms.ts";
const SOCKETS = "src/gateway/sockets.ts";

const QUIET = ["a client that is idle for an hour"];
const GONE = ["a client that is gone"];
const AWAY = ["an answer that ends while one who waits for it has no line"];
const HOLES = ["a shard that was told too little"];
const UNREAD = ["a WebSocket that does not read is closed before what it has unread fills the memory"];
const POLLED = ["a polling session"];

export const GATEWAY_MUTANTS: readonly Mutant[] = [
  {
    promise: "R6",
    name: "a shard that wakes begins to wait for its next ping anew",
    file: GATEWAY,
    find: "this.engine.pingDue ?? Number.POSITIVE_INFINITY",
    replace:
      "this.engine.pingDue === null ? Number.POSITIVE_INFINITY : this.#host.clock.now() + GATEWAY.pingIntervalMs",
    tests: QUIET,
  },
  {
    promise: "R6",
    name: "nothing that was sent is ever dropped from a shard's tables",
    file: GATEWAY,
    find: "this.recovery.trim();",
    replace: "",
    tests: QUIET,
  },
  {
    promise: "R6",
    name: "an offset that is no longer kept is one that was never given",
    file: RECOVERY,
    find: "since > Math.max(socket.first, arrived)",
    replace: "since > socket.first",
    tests: QUIET,
  },
  {
    promise: "R6",
    name: "who comes back twice at once is in two places",
    file: SOCKETS,
    find: "if (before) this.takeOver(before);",
    replace: "",
    tests: GONE,
  },
  {
    promise: "R6",
    name: "who cannot be told what was missed is the same again, with a hole",
    file: RECOVERY,
    find: 'now.error.code === "gone"',
    replace: "false",
    tests: GONE,
  },
  {
    promise: "R6",
    name: "who is shown out is not told",
    file: GATEWAY,
    find: "this.#emit(socket, VOCABULARIES[vocabulary].shownOut(farewell, names));",
    replace: "",
    tests: GONE,
  },
  {
    promise: "R6",
    name: "who was shown out while away is not told",
    file: RECOVERY,
    find: "if (farewell) shownOut(socket, follower, farewell);",
    replace: "if (farewell) return true;",
    tests: GONE,
  },
  {
    promise: "R6",
    name: "who was told a part of a happening counts as told all of it",
    file: ROOMS,
    find: "seq: seq - 1,",
    replace: "seq,",
    tests: QUIET,
  },
  {
    promise: "R6",
    name: "who comes back as a new one is not told the answer that ended meanwhile",
    file: BROADCAST,
    find: "...missedEnds(journal, lost), ",
    replace: "",
    tests: AWAY,
  },
  {
    promise: "R6",
    name: "who was back before his old line was found cut is told what he had",
    file: CONVERSATION,
    find: "asleep && this.#presence",
    replace: "!asleep && this.#presence",
    tests: AWAY,
  },
  {
    promise: "R6",
    name: "a line without recovery breaks unnoticed",
    file: SOCKETS,
    find: "      this.#detach(socket);\n      if (socket.pid === null) this.forget(socket);",
    replace: "      if (socket.pid === null) this.forget(socket);\n      else this.#detach(socket);",
    tests: GONE,
  },
  {
    promise: "R5",
    name: "a hole that is too large is passed over",
    file: ROOMS,
    find: "(missed ? this.#tellAll(room, missed) : this.#startAnew(room))",
    replace: "this.#tellAll(room, missed ?? [])",
    tests: HOLES,
  },
  {
    promise: "R13",
    name: "whoever speaks is taken to have read",
    file: LINE,
    find: 'packet?.type !== "pong" || this.#asked',
    replace: "this.#asked",
    tests: ["a WebSocket proves no reading by speaking"],
  },
  {
    promise: "R13",
    name: "a client may have anything unread",
    file: LINE,
    find: "return this.#unread > GATEWAY.unread;",
    replace: "return false;",
    tests: UNREAD,
  },
  {
    promise: "R6",
    name: "a polling session that broke the protocol is told a farewell",
    file: POLLING,
    find: "    this.#buffer = [];\n    this.#close(reason);",
    replace: "    this.#buffer = [last];\n    this.#close(reason);",
    tests: POLLED,
  },
];
