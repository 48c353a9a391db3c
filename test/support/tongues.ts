// What a page of each system shows of an answer, by its events alone, as the sources' documents have it.
import * as z from "zod";

export const Told = z.looseObject({ type: z.string().optional(), offset: z.int().optional() });
type Told = z.infer<typeof Told>;

export interface Tongue {
  namespace: "/" | "/assistant/realtime";
  /** Where an answer begins. */
  opens(event: string, told: Told): boolean;
  /** The event that carries a piece of the text, and in which field. */
  piece: [event: string, field: string];
  /** With which the answer is there. */
  ends(event: string, told: Told): boolean;
}

export const TONGUES = {
  interview: {
    namespace: "/",
    opens: (event, { type }) => event === "ai_message" && type === "status",
    piece: ["ai_token", "token"],
    ends: (event, { type }) => event === "ai_message" && type === "ai_response",
  },
  chat: {
    namespace: "/",
    opens: (event, { offset }) => event === "conversation_token" && offset === 0,
    piece: ["conversation_token", "token"],
    ends: (event) => event === "conversation",
  },
  "assistant rooms": {
    namespace: "/assistant/realtime",
    opens: (event) => event === "stream_start",
    piece: ["stream_chunk", "content"],
    ends: (event) => event === "stream_end",
  },
  documents: {
    namespace: "/",
    opens: (event) => event === "message_sources",
    piece: ["message_token", "token"],
    ends: (event) => event === "message_complete",
  },
  "file rooms": {
    namespace: "/",
    opens: (event) => event === "ai_thinking",
    piece: ["ai_response_chunk", "chunk"],
    ends: (event) => event === "ai_response_complete",
  },
} as const satisfies Record<string, Tongue>;
export type TongueName = keyof typeof TONGUES;

export class Screen {
  /** Of the answer that is shown. */
  text = "";
  /** Those that have ended. */
  readonly answers: string[] = [];
  readonly #tongue: Tongue;

  constructor(name: TongueName) {
    this.#tongue = TONGUES[name];
  }

  /** `stream_start room_1` is a `stream_start`. */
  show(name: string, payload: unknown): void {
    const told = Told.parse(payload);
    const event = name.split(" ")[0] ?? name;
    const { opens, piece, ends } = this.#tongue;
    if (opens(event, told)) this.text = "";
    if (event === piece[0]) this.text += z.string().parse(told[piece[1]]);
    if (ends(event, told)) this.answers.push(this.text);
  }
}
