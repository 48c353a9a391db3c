// Files of messages (R12, S7).
import type { Mutant } from "./mutant.ts";

const FILING = "src/conversation/filing.ts";
const ROUTE = "src/http/routes/files.ts";
const LINKS = "src/files/links.ts";
const NAMING = "src/files/naming.ts";

const READERS = ["a file is read by members, and for strangers it does not exist"];
const LINK = ["a link with one character changed, of another file or after its day opens nothing"];
const VOID = ["a link is void for everybody as soon as a member is removed, and history has new ones"];
const TYPE = ["a type"];

export const FILE_MUTANTS: readonly Mutant[] = [
  {
    promise: "R12",
    name: "bytes stay when their message goes",
    file: "src/conversation/turns/revising.ts",
    find: "if (journal.files.drop(message.id)) this.#o.filesDropped();",
    replace: "journal.files.drop(message.id);",
    tests: ["files go"],
  },
  {
    promise: "R12",
    name: "bytes stay when their conversation goes",
    file: "src/conversation/erasing.ts",
    find: "    await filing.discardAll();\n",
    replace: "",
    tests: ["files go"],
  },
  {
    promise: "R12",
    name: "a deletion that failed is forgotten",
    file: FILING,
    find: "    await shelves.discard(files.map(({ id, key }) => ({ id, key })));",
    replace: "    await shelves.discard(files.map(({ id, key }) => ({ id, key }))).catch(() => {});",
    tests: ["a deletion that failed is made again"],
  },
  {
    promise: "R12",
    name: "half a file is a file",
    file: "src/files/multipart.ts",
    find: "if (this.#over) throw new BrokenOff();",
    replace: 'if (this.#over) return Buffer.from("\\r\\n--x--");',
    tests: ["an upload is refused"],
  },
  {
    promise: "S7",
    name: "whoever is logged in reads every file",
    file: FILING,
    find: '"signature" in by ? this.#proven(by, fileId) : allows(journal, by, "conversation.read")',
    replace: '"signature" in by ? this.#proven(by, fileId) : ok(null)',
    tests: READERS,
  },
  {
    promise: "S7",
    name: "a file is read without a log-in",
    file: ROUTE,
    find: "    if (!principal.ok) return refused(c, principal.error);",
    replace: "    if (!principal.ok) return new Response(null);",
    tests: READERS,
  },
  {
    promise: "S7",
    name: "a link opens any file",
    file: LINKS,
    find: "JSON.stringify([fileId, expires])",
    replace: "JSON.stringify([expires])",
    tests: LINK,
  },
  {
    promise: "S7",
    name: "a link lasts as long as it says itself",
    file: LINKS,
    find: "JSON.stringify([fileId, expires])",
    replace: "JSON.stringify([fileId])",
    tests: LINK,
  },
  {
    promise: "S7",
    name: "links outlive a removal",
    file: "src/conversation/people/membership.ts",
    find: "  if (journal.files.hasKey) journal.files.renewKey();\n",
    replace: "",
    tests: VOID,
  },
  {
    promise: "S7",
    name: "a file is what it is called",
    file: NAMING,
    find: "return kind?.test(bytes) ? kind.type : UNKNOWN;",
    replace: "return kind && bytes.length >= 0 ? kind.type : UNKNOWN;",
    tests: TYPE,
  },
];
