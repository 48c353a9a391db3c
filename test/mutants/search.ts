// Whose messages a search finds, which of their versions, and what is asked (S6, S8, S10, R11).
import type { Mutant } from "./mutant.ts";

const SEARCH = "src/store/search.ts";
const INDEX = "src/store/search-index.ts";
const QUESTION = "src/store/question.ts";

const STRANGERS = [
  "a search finds nothing of conversations in which the asker is not a member, also as an administrator",
];
const REMOVED = [
  "a search finds nothing of a conversation from which the asker was removed, also by a cursor from before",
];
const GONE = ["no byte of the words that are gone is left in any table"];
const EDITED = ["an edited message is found by its words of now, and an old batch that comes again changes nothing"];
const WORDS = ["what is asked is words, never syntax"];

export const SEARCH_MUTANTS: readonly Mutant[] = [
  {
    promise: "S8",
    name: "a search finds what anybody wrote",
    file: SEARCH,
    find: "WHERE m.user_id = ?1 AND m.removed = 0 AND",
    replace: "WHERE ?1 > 0 AND m.removed = 0 AND",
    tests: STRANGERS,
  },
  {
    promise: "S8",
    name: "who was removed goes on finding",
    file: SEARCH,
    find: "m.user_id = ?1 AND m.removed = 0",
    replace: "m.user_id = ?1",
    tests: REMOVED,
  },
  {
    promise: "S10",
    name: "the index keeps the words of a deleted message",
    file: "src/store/mirror.ts",
    find: '[blankTerms(db, id, change.messageId)];\n    case "deletion":\n      return [unindexMessage(db, id, change.messageId)];',
    replace:
      '[blankTerms(db, 0, change.messageId)];\n    case "deletion":\n      return [unindexMessage(db, 0, change.messageId)];',
    tests: GONE,
  },
  {
    promise: "S10",
    name: "the index keeps the words of an erased conversation",
    file: INDEX,
    find: "`DELETE FROM search_terms WHERE rowid IN (",
    replace: "`DELETE FROM search_terms WHERE rowid < 0 AND rowid IN (",
    tests: GONE,
  },
  {
    promise: "R11",
    name: "an old batch puts the words of before into the index",
    file: INDEX,
    find: "AND m.seq = r.value ->> 1 AND",
    replace: "AND m.seq >= r.value ->> 1 AND",
    tests: EDITED,
  },
  {
    promise: "S8",
    name: "newer messages with words that begin alike come before what was searched for",
    file: QUESTION,
    find: "[all(oneOf(asIs)), all(oneOf(({ forms }) => forms))]",
    replace: "[all(oneOf(({ forms }) => forms)), all(oneOf(({ forms }) => forms))]",
    tests: ["what has the words as they are written comes first"],
  },
  {
    promise: "S6",
    name: "what is asked is not quoted",
    file: QUESTION,
    find: '"~:$',
    replace: "~:$",
    tests: WORDS,
  },
];
