// What the routes of /api/v1 take and answer (http.md); routes, web client, terminal client and tests share these.
import * as z from "zod";
import {
  AssistantMode,
  Attempt,
  Content,
  Conversation,
  ConversationKind,
  Id,
  Instructions,
  Member,
  MemberRole,
  Message,
  MessageFile,
  ModelName,
  Name,
  Role,
  Temperature,
  Title,
  Turn,
} from "./entities.ts";
import { ErrorBody } from "./errors.ts";
import { Replies } from "./frames.ts";
import { numeral, Text } from "./json.ts";
import { LIMITS } from "./limits.ts";

export const ErrorAnswer = z.object({ error: ErrorBody }).meta({ id: "ErrorAnswer" });

/** A list, newest first. */
export const page = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    next_cursor: z.string().nullable().describe("Opaque: the `cursor` of the next page; null at the end"),
  });
export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export const PageQuery = z.object({
  cursor: z.string().max(500).optional().describe("The `next_cursor` of the page before"),
  limit: numeral(z.int().min(1).max(100)).default(50),
});

// People and logins

export const Username = Text.trim()
  .min(3)
  .max(64)
  .regex(/^[\p{L}\p{N}._@-]+$/u);
export const Password = Text.min(8).max(256);

export const SignupBody = z
  .object({
    username: Username,
    password: Password,
    name: Name.optional(),
    email: z.email().max(254).optional(),
  })
  .meta({ id: "SignupBody" });
export type SignupBody = z.input<typeof SignupBody>;

/** Bounded only: the answer must not say which part of a login is wrong. */
export const LoginBody = z.object({ username: Text.max(64), password: Text.max(256) }).meta({ id: "LoginBody" });
export type LoginBody = z.infer<typeof LoginBody>;

export const RefreshBody = z
  .object({
    refresh_token: z.string().max(200).optional().describe("Without one the HttpOnly cookie counts"),
    request_id: z
      .string()
      .max(64)
      .optional()
      .describe("A key of your own: with the same one a lost answer may be asked for again"),
  })
  .meta({ id: "RefreshBody" });
export type RefreshBody = z.infer<typeof RefreshBody>;

export const User = z
  .object({ id: Id, username: z.string(), name: z.string(), role: Role, email: z.string().nullable() })
  .meta({ id: "User", description: "The caller, or a user as an administrator sees one" });
export type User = z.infer<typeof User>;

export const LoginAnswer = z
  .object({
    access_token: z.string(),
    refresh_token: z
      .string()
      .describe("Good for one refresh within 30 days; a second use ends every session of its user"),
    token_type: z.literal("bearer"),
    expires_in: z.int().positive().describe("Seconds until the access token ends"),
    user: User,
  })
  .meta({ id: "LoginAnswer", description: "The tokens of a session; pages of listed origins get them as cookies too" });
export type LoginAnswer = z.infer<typeof LoginAnswer>;

/** A cookie that scripts of the page may read: whether asking who is logged in is worth a request. No secret. */
export const LOGGED_IN_COOKIE = "logged_in";

export const SessionInfo = z
  .object({
    sid: z.string(),
    device: z.string().nullable().describe("As its browser or program names itself"),
    created_at: z.iso.datetime(),
    last_used_at: z.iso.datetime(),
    current: z.boolean().describe("The one that asks"),
  })
  .meta({ id: "SessionInfo", description: "A standing login" });
export type SessionInfo = z.infer<typeof SessionInfo>;

export const PasswordChange = z
  .object({ current_password: Text.max(256), new_password: Password })
  .meta({ id: "PasswordChange" });
export type PasswordChange = z.infer<typeof PasswordChange>;

export const ProfilePatch = z
  .object({
    name: Name.optional(),
    email: z.email().max(254).nullable().optional().describe("Null removes it"),
  })
  .meta({ id: "ProfilePatch" });
export type ProfilePatch = z.infer<typeof ProfilePatch>;

export const UserFound = z
  .object({ user_id: Id, username: z.string(), name: z.string() })
  .meta({ id: "UserFound", description: "Somebody else, found by the exact user name" });
export type UserFound = z.infer<typeof UserFound>;

export const TicketBody = z.union([z.object({ conversation_id: Id }), z.object({ inbox: z.literal(true) })]).meta({
  id: "TicketBody",
  description: "Where the socket will be opened: at a conversation, or at the caller's inbox",
});
export const TicketAnswer = z
  .object({ ticket: z.string(), expires_in: z.int().positive().describe("Seconds") })
  .meta({ id: "TicketAnswer", description: "Opens one socket or stream, there and from one origin only, once" });
export type TicketAnswer = z.infer<typeof TicketAnswer>;

// Conversations

export const ConversationCreate = z
  .object({
    kind: ConversationKind.extract(["chat"]).default("chat"),
    title: Title.optional(),
    model: ModelName.optional(),
    instructions: Instructions.optional(),
    assistant_mode: AssistantMode.optional(),
    temperature: Temperature.optional(),
    member_ids: z.array(Id).max(LIMITS.members).optional(),
  })
  .meta({ id: "ConversationCreate" });
export type ConversationCreate = z.input<typeof ConversationCreate>;

export const ConversationListItem = Conversation.extend({
  role: MemberRole.nullable().describe("The caller's; null for an administrator who is not a member"),
  unread: z.int().nonnegative(),
  last_message: Message.nullable(),
  members: z.array(Member).optional().describe("Of one conversation; lists do not have them"),
}).meta({ id: "ConversationListItem", description: "A conversation as one of its members sees it" });
export type ConversationListItem = z.infer<typeof ConversationListItem>;

export const Erased = z
  .object({ conversation_id: Id, erased_at: z.iso.datetime() })
  .meta({ id: "Erased", description: "The receipt of an erasure; it holds no personal data" });
export type Erased = z.infer<typeof Erased>;

export const MemberAdd = z.object({ user_id: Id, role: MemberRole.default("member") }).meta({ id: "MemberAdd" });
export type MemberAdd = z.input<typeof MemberAdd>;
export const MemberPatch = z.object({ role: MemberRole }).meta({ id: "MemberPatch" });

// Messages and turns

export const MessagesQuery = z.object({
  before: numeral(z.int().positive()).optional().describe("Only smaller ids, the latest of them"),
  after: numeral(z.int().nonnegative()).optional().describe("Only larger ids, the earliest of them"),
  limit: numeral(z.int().min(1).max(LIMITS.history)).default(50),
});
export type MessagesQuery = Partial<z.infer<typeof MessagesQuery>>;

export const MessagesAnswer = z
  .object({
    items: z.array(Message).describe("Ids ascending"),
    older: z.boolean().describe("There are messages before the first one"),
    newer: z.boolean().describe("There are messages after the last one"),
  })
  .meta({ id: "MessagesAnswer", description: "One page of a conversation" });
export type MessagesAnswer = z.infer<typeof MessagesAnswer>;

export const MessagePosted = z
  .object({
    message: Message,
    turn: Turn.nullable().describe("Null when the message asks for no answer"),
    answer: Message.nullable().describe("Null when there is none (yet)"),
  })
  .meta({ id: "MessagePosted", description: "A message that is stored, and what became of its question" });
export type MessagePosted = z.infer<typeof MessagePosted>;

export const TurnCancelled = Replies["turn.cancel"].meta({ id: "TurnCancelled" });
export const RetryBody = z.object({ model: ModelName.optional() }).meta({ id: "RetryBody" });
export const TurnRetried = Replies["turn.retry"].meta({ id: "TurnRetried" });

export const TurnListItem = Turn.extend({ attempts: z.array(Attempt) }).meta({
  id: "TurnListItem",
  description: "A turn with its rows of the ledger",
});
export type TurnListItem = z.infer<typeof TurnListItem>;

export const Changed = z.object({ seq: z.int() }).meta({
  id: "Changed",
  description: "The event by which it was done; the latest one when there was nothing left to do",
});

// Invitations, search

export const InvitationBody = z
  .object({
    days: z.int().min(1).max(365).default(7).describe("How long it holds"),
    uses: z.int().min(1).max(1000).nullable().default(null).describe("How often; null: without end"),
    role: MemberRole.exclude(["owner"]).default("member").describe("Of whoever joins by it"),
  })
  .meta({ id: "InvitationBody" });
export type InvitationBody = z.input<typeof InvitationBody>;

export const Invitation = z
  .object({
    id: Id,
    role: MemberRole,
    uses_left: z.int().nullable(),
    expires_at: z.iso.datetime(),
    created_by: Id,
    created_at: z.iso.datetime(),
  })
  .meta({ id: "Invitation", description: "A link that lets somebody join" });
export type Invitation = z.infer<typeof Invitation>;
export const InvitationMade = Invitation.extend({ code: z.string(), url: z.string() }).meta({
  id: "InvitationMade",
  description: "A new invitation; its code is told only here, afterwards its `id` names it",
});
export type InvitationMade = z.infer<typeof InvitationMade>;
export const InvitationSeen = z
  .object({
    conversation_id: Id,
    title: z.string().nullable(),
    members: z.int(),
    role: MemberRole,
    joined: z.boolean(),
  })
  .meta({ id: "InvitationSeen", description: "What the holder of a code sees before joining" });
export type InvitationSeen = z.infer<typeof InvitationSeen>;
/** Where the holder of a code is a member now. */
export const Joined = z.object({ conversation_id: Id }).meta({ id: "Joined" });

export const SearchQuery = z.object({
  q: Text.trim().min(1).max(200),
  kind: ConversationKind.optional(),
  conversation_id: numeral(z.int().positive()).optional().describe("Only messages of this conversation"),
  from: z.iso.datetime().optional().describe("Only messages since then"),
  cursor: PageQuery.shape.cursor,
  limit: numeral(z.int().min(1).max(50)).default(20),
});
export type SearchQuery = Partial<z.infer<typeof SearchQuery>> & { q: string };

export const SearchHit = z
  .object({
    conversation_id: Id,
    title: z.string().nullable(),
    message_id: Id,
    role: Message.shape.role,
    author: Message.shape.author,
    created_at: z.iso.datetime(),
    snippet: z.string().describe("HTML: text escaped, hits in `<mark>`"),
  })
  .meta({ id: "SearchHit", description: "A message that was found" });
export type SearchHit = z.infer<typeof SearchHit>;

// Models

export const ModelInfo = z
  .object({
    name: z.string(),
    provider: z.string(),
    configured: z.boolean().describe("It can be used: its provider has what it needs"),
    default: z.boolean(),
    builtin: z.boolean().describe("Answers without any provider"),
  })
  .meta({ id: "ModelInfo", description: "A model that may answer here" });
export type ModelInfo = z.infer<typeof ModelInfo>;

// Files

/** The plain fields of an upload. */
export const UploadFields = z.object({
  conversation_id: numeral(Id),
  message: z
    .string()
    .default("")
    .transform((text) => (text.trim() === "" ? "[File attachment]" : text))
    .pipe(Content),
});
export const UploadForm = z.object({
  files: z.array(z.string()).describe("One or more files"),
  conversation_id: Id,
  message: z.string().optional().describe("What the message says; `[File attachment]` when it is empty"),
  user_id: Id.optional().describe("Refused when it is not the caller's"),
});
export const UploadAnswer = z
  .object({
    success: z.literal(true),
    message_id: Id,
    conversation_id: Id,
    role: Message.shape.role,
    sender: z.string(),
    content: z.string(),
    files: z.array(MessageFile),
    timestamp: z.iso.datetime(),
    created_at: z.iso.datetime(),
    uploaded_at: z.iso.datetime(),
  })
  .meta({ id: "UploadAnswer" });
export const FileLink = z.object({ url: z.string() }).meta({ id: "FileLink" });
