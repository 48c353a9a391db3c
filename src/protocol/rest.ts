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
  ModelName,
  Role,
  Temperature,
  Title,
  Turn,
} from "./entities.ts";
import { ErrorBody } from "./errors.ts";
import { Text } from "./json.ts";
import { LIMITS } from "./limits.ts";

export const ErrorAnswer = z.object({ error: ErrorBody });

/** A list, newest first; `next_cursor` is opaque and null at the end. */
export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() });
export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export const PageQuery = z.object({
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

// People and logins

export const Username = Text.trim()
  .min(3)
  .max(64)
  .regex(/^[\p{L}\p{N}._@-]+$/u);
export const Password = Text.min(8).max(256);

export const SignupBody = z.object({
  username: Username,
  password: Password,
  name: Text.trim().min(1).max(200).optional(),
  email: z.email().max(254).optional(),
});
export type SignupBody = z.input<typeof SignupBody>;

/** Bounded only: which part of a login is wrong is nobody's business. */
export const LoginBody = z.object({ username: Text.max(64), password: Text.max(256) });
export type LoginBody = z.infer<typeof LoginBody>;

/** Without a token in the body the HttpOnly cookie counts. `request_id` lets a lost answer be asked for again. */
export const RefreshBody = z.object({
  refresh_token: z.string().max(200).optional(),
  request_id: z.string().max(64).optional(),
});
export type RefreshBody = z.infer<typeof RefreshBody>;

export const User = z
  .object({ id: Id, username: z.string(), name: z.string(), role: Role, email: z.string().nullable() })
  .meta({ id: "User" });
export type User = z.infer<typeof User>;

/** `expires_in`: seconds until the access token ends. */
export const LoginAnswer = z
  .object({
    access_token: z.string(),
    refresh_token: z.string(),
    token_type: z.literal("bearer"),
    expires_in: z.int().positive(),
    user: User,
  })
  .meta({ id: "LoginAnswer" });
export type LoginAnswer = z.infer<typeof LoginAnswer>;

export const SessionInfo = z
  .object({
    sid: z.string(),
    device: z.string().nullable(),
    created_at: z.iso.datetime(),
    last_used_at: z.iso.datetime(),
    current: z.boolean(),
  })
  .meta({ id: "SessionInfo" });
export type SessionInfo = z.infer<typeof SessionInfo>;

export const PasswordChange = z.object({ current_password: Text.max(256), new_password: Password });
export type PasswordChange = z.infer<typeof PasswordChange>;

/** What is given is changed; `email: null` removes it. */
export const ProfilePatch = z.object({
  name: Text.trim().min(1).max(200).optional(),
  email: z.email().max(254).nullable().optional(),
});
export type ProfilePatch = z.infer<typeof ProfilePatch>;

/** Somebody else, found by the exact user name (GET /users?username=), to be invited. */
export const UserFound = z.object({ user_id: Id, username: z.string(), name: z.string() }).meta({ id: "UserFound" });
export type UserFound = z.infer<typeof UserFound>;

export const TicketBody = z.object({ conversation_id: Id });
export const TicketAnswer = z
  .object({ ticket: z.string(), expires_in: z.int().positive() })
  .meta({ id: "TicketAnswer" });
export type TicketAnswer = z.infer<typeof TicketAnswer>;

// Conversations

export const ConversationCreate = z.object({
  kind: ConversationKind.extract(["chat"]).default("chat"),
  title: Title.optional(),
  model: ModelName.optional(),
  instructions: Instructions.optional(),
  assistant_mode: AssistantMode.optional(),
  temperature: Temperature.optional(),
  member_ids: z.array(Id).max(LIMITS.members).optional(),
});
export type ConversationCreate = z.input<typeof ConversationCreate>;

/** A conversation as its list shows it; `role` is null for an administrator who is not a member. */
export const ConversationListItem = Conversation.extend({
  role: MemberRole.nullable(),
  unread: z.int().nonnegative(),
  last_message: Message.nullable(),
  members: z.array(Member).optional(),
}).meta({ id: "ConversationListItem" });
export type ConversationListItem = z.infer<typeof ConversationListItem>;

/** The receipt of an erasure: it holds no personal data. */
export const Erased = z.object({ conversation_id: Id, erased_at: z.iso.datetime() }).meta({ id: "Erased" });
export type Erased = z.infer<typeof Erased>;

export const MemberAdd = z.object({ user_id: Id, role: MemberRole.default("member") });
export type MemberAdd = z.input<typeof MemberAdd>;
export const MemberPatch = z.object({ role: MemberRole });

// Messages and turns

export const MessagesQuery = z.object({
  before: z.coerce.number().int().positive().optional(),
  after: z.coerce.number().int().nonnegative().optional(),
  limit: z.coerce.number().int().min(1).max(LIMITS.history).default(50),
});
export type MessagesQuery = Partial<z.infer<typeof MessagesQuery>>;

/** Ids ascending. */
export const MessagesAnswer = z
  .object({ items: z.array(Message), older: z.boolean(), newer: z.boolean() })
  .meta({ id: "MessagesAnswer" });
export type MessagesAnswer = z.infer<typeof MessagesAnswer>;

/** `turn` is null when the message asks for no answer; `answer` when there is none (yet). */
export const MessagePosted = z
  .object({ message: Message, turn: Turn.nullable(), answer: Message.nullable() })
  .meta({ id: "MessagePosted" });
export type MessagePosted = z.infer<typeof MessagePosted>;

export const TurnCancelled = z.object({ state: Turn.shape.state }).meta({ id: "TurnCancelled" });
export const RetryBody = z.object({ model: ModelName.optional() });
export const TurnRetried = z.object({ turn_id: Id }).meta({ id: "TurnRetried" });

/** A turn with its rows of the ledger. */
export const TurnListItem = Turn.extend({ attempts: z.array(Attempt) }).meta({ id: "TurnListItem" });
export type TurnListItem = z.infer<typeof TurnListItem>;

/** The event by which it was done; the latest one when there was nothing left to do. */
export const Changed = z.object({ seq: z.int() }).meta({ id: "Changed" });

export const MessagePatch = z.object({ content: Content });
export type MessagePatch = z.infer<typeof MessagePatch>;

// Invitations, search

export const InvitationBody = z.object({
  /** Days it holds; uses it has (null: any number); the role of whoever joins by it. */
  days: z.int().min(1).max(365).default(7),
  uses: z.int().min(1).max(1000).nullable().default(null),
  role: MemberRole.exclude(["owner"]).default("member"),
});
export type InvitationBody = z.input<typeof InvitationBody>;

/** `code` is told once, to whoever made it: only its hash is kept. `id` names it afterwards. */
export const Invitation = z
  .object({
    id: Id,
    role: MemberRole,
    uses_left: z.int().nullable(),
    expires_at: z.iso.datetime(),
    created_by: Id,
    created_at: z.iso.datetime(),
  })
  .meta({ id: "Invitation" });
export type Invitation = z.infer<typeof Invitation>;
export const InvitationMade = Invitation.extend({ code: z.string(), url: z.string() }).meta({ id: "InvitationMade" });
export type InvitationMade = z.infer<typeof InvitationMade>;
/** What the holder of a code sees before joining. */
export const InvitationSeen = z
  .object({
    conversation_id: Id,
    title: z.string().nullable(),
    members: z.int(),
    role: MemberRole,
    joined: z.boolean(),
  })
  .meta({ id: "InvitationSeen" });
export type InvitationSeen = z.infer<typeof InvitationSeen>;

export const SearchQuery = z.object({
  q: Text.trim().min(1).max(200),
  kind: ConversationKind.optional(),
  /** Only messages of this conversation. */
  conversation_id: z.coerce.number().int().positive().optional(),
  /** Only messages since then. */
  from: z.iso.datetime().optional(),
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(50).default(20),
});
export type SearchQuery = z.input<typeof SearchQuery>;

/** `snippet` is HTML: text escaped, hits in `<mark>`. */
export const SearchHit = z
  .object({
    conversation_id: Id,
    title: z.string().nullable(),
    message_id: Id,
    role: Message.shape.role,
    author: Message.shape.author,
    created_at: z.iso.datetime(),
    snippet: z.string(),
  })
  .meta({ id: "SearchHit" });
export type SearchHit = z.infer<typeof SearchHit>;

// Models

export const ModelInfo = z
  .object({
    name: z.string(),
    provider: z.string(),
    configured: z.boolean(),
    default: z.boolean(),
    builtin: z.boolean(),
  })
  .meta({ id: "ModelInfo" });
export type ModelInfo = z.infer<typeof ModelInfo>;
