// The vocabularies that there are. A sixth system is one file beside these and its rows here.
import { assistantRooms } from "./assistant-rooms.ts";
import { chat } from "./chat.ts";
import { documents } from "./documents.ts";
import { fileRooms } from "./file-rooms.ts";
import { interview } from "./interview.ts";

export const VOCABULARIES = { interview, chat, assistant_rooms: assistantRooms, documents, file_rooms: fileRooms };
export type VocabularyName = keyof typeof VOCABULARIES;

/** In which words a socket can be spoken to: those of its namespace, or of the interview it was opened for. */
export const SPOKEN = {
  interview: ["interview"],
  "/": ["chat", "documents", "file_rooms"],
  "/assistant/realtime": ["assistant_rooms"],
} as const satisfies Record<string, readonly VocabularyName[]>;
