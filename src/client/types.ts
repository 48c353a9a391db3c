// What the resume client shows to a page, a terminal or a test: one immutable state, replaced on every change.
import type * as z from "zod";
import type { Configure, SendMessage } from "../protocol/commands.ts";
import type { Conversation, Member, MemberRole, Message, Turn } from "../protocol/entities.ts";
import type { ErrorBody } from "../protocol/errors.ts";
import type { Welcome } from "../protocol/frames.ts";
import type { Environment } from "./environment.ts";

/** `live`: welcomed and caught up. `ended`: the server closed for good (`reason` says why), no reconnect follows. */
export type ConnectionStatus =
  | { state: "connecting" }
  | { state: "live" }
  | { state: "reconnecting"; attempt: number }
  | { state: "ended"; code: number; reason: ErrorBody | null };

/** A message in the outbox: sent, not yet acknowledged, or refused (then `error` says why and it can be sent again). */
export interface PendingMessage {
  client_id: string;
  content: string;
  reply_to: number | null;
  created_at: string;
  error: ErrorBody | null;
}

/** A turn with the text that is on the screen; `text` grows while `state` is `running`. */
export interface TurnView extends Turn {
  text: string;
}

export interface ConversationState {
  status: ConnectionStatus;
  you: Welcome["you"] | null;
  conversation: Conversation | null;
  members: readonly Member[];
  present: Welcome["present"];
  /** Others who are typing now. */
  typing: readonly { user_id: number; name: string }[];
  /** Ascending ids; the newest are always there. */
  messages: readonly Message[];
  /** There are messages before the first loaded one. */
  older: boolean;
  /** The loaded messages behind which some are not loaded, by id. */
  gaps: ReadonlySet<number>;
  /** Grows when a message that is not loaded may have changed: what is kept of such ones elsewhere is out of date. */
  changed_unseen: number;
  /** Turns known here, by id: open ones, and ended ones seen since opening (to show failed, cancelled, interrupted). */
  turns: ReadonlyMap<number, TurnView>;
  /** Own messages not yet acknowledged, in the order sent. */
  pending: readonly PendingMessage[];
  session_expires_at: string | null;
  /** Last `notice`, for people. */
  notice: { code: string; message: string } | null;
}

export interface ConversationOptions {
  /** `http(s)://host[:port]` of the server. */
  host: string;
  conversationId: number;
  /** A fresh ticket for each connection (POST /api/v1/tickets); throwing delays and retries. */
  ticket: () => Promise<string>;
  /** A WebSocket class where the platform has none (Node 20). */
  WebSocket?: unknown;
  /** Time and randomness; tests bring their own. */
  environment?: Environment;
}

/** One conversation, whole through every reconnect. Commands reject with a `CommandError` that carries the ErrorBody. */
export interface ConversationHandle {
  readonly state: ConversationState;
  subscribe(listener: () => void): () => void;
  /** Kept in an outbox until acknowledged, over any number of reconnects; resolves with the acknowledgement. */
  send(
    content: string,
    options?: Omit<z.input<typeof SendMessage>, "content" | "file_ids">,
  ): Promise<{ message_id: number; turn_id?: number; seq: number; repeated: boolean }>;
  /** Sends a refused pending message again, or forgets it. */
  resend(clientId: string): void;
  discard(clientId: string): void;
  cancel(turnId: number): Promise<void>;
  retry(messageId: number, model?: string): Promise<void>;
  /** Own messages; the answer is given anew. `editedAt`: as the message is known here, null: refused if it is another by now. */
  edit(messageId: number, content: string, editedAt?: string | null): Promise<void>;
  remove(messageId: number): Promise<void>;
  /** Makes this variant of an answer the current one, for everyone. */
  selectAnswer(messageId: number): Promise<void>;
  /** Of a tool that the model called (`tool_calls` in an answer's `data`) and that was run here. */
  toolResult(callId: string, outcome: { result: unknown } | { error: string }): Promise<void>;
  /** Loads one page before this message, or the oldest one; resolves when it is in `state`. */
  loadOlder(before?: number): Promise<void>;
  /** Loads one page behind this message. */
  loadNewer(after: number): Promise<void>;
  /** Loads a message and what stands around it, over any number of reconnects; false when there is none of that number. */
  loadAround(messageId: number): Promise<boolean>;
  typing(on: boolean): void;
  /** All that arrived up to this message: `latestOf` the messages that are shown. */
  read(messageId: number): void;
  configure(change: z.input<typeof Configure>): Promise<void>;
  addMember(userId: number, role?: MemberRole): Promise<void>;
  removeMember(userId: number): Promise<void>;
  setMemberRole(userId: number, role: MemberRole): Promise<void>;
  /** A fresh access token on the same socket, before the session ends. */
  refresh(token: string): Promise<void>;
  /** The network or the page is back: connects now if it waits, else has the socket prove that it still works. */
  wake(): void;
  /** Frames that this client could not read: a newer server sends what is not known here. */
  readonly ignored: number;
  /** Ends the connection for good; messages not yet acknowledged reject. */
  close(): void;
}
