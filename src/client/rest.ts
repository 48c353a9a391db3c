// The REST API as typed functions, for the page, the terminal client and tests.
import type * as z from "zod";
import {
  ManagedUser,
  MetricsAnswer,
  ResetLink,
  type UserCreate,
  UserCreated,
  type UserPatch,
} from "../protocol/admin.ts";
import type { Configure, SendMessage } from "../protocol/commands.ts";
import { Conversation, Member, type MemberRole } from "../protocol/entities.ts";
import {
  AffiliationBody,
  Entity,
  type EntityCreate,
  type EntityKind,
  type InterviewCreate,
  InterviewSession,
  RelationBody,
} from "../protocol/interviews.ts";
import { Project, type ProjectChatCreate, type ProjectCreate } from "../protocol/projects.ts";
import {
  type ConversationCreate,
  ConversationListItem,
  Erased,
  Invitation,
  type InvitationBody,
  InvitationMade,
  InvitationSeen,
  Joined,
  LoginAnswer,
  type LoginBody,
  type MemberAdd,
  MessagePosted,
  MessagesAnswer,
  type MessagesQuery,
  ModelInfo,
  page,
  SearchHit,
  type SearchQuery,
  SessionInfo,
  type SignupBody,
  TicketAnswer,
  TurnCancelled,
  TurnListItem,
  TurnRetried,
  User,
  UserFound,
} from "../protocol/rest.ts";
import { type Call, createHttp, type HttpOptions } from "./http.ts";

export { ApiError } from "./http.ts";

type PageOf = { cursor?: string; limit?: number };
type MessageOptions = Omit<z.input<typeof SendMessage>, "content">;

const Conversations = page(ConversationListItem);
const Members = page(Member);
const Invitations = page(Invitation);
const Turns = page(TurnListItem);
const Models = page(ModelInfo);
const Hits = page(SearchHit);
const Sessions = page(SessionInfo);
const Users = page(ManagedUser);
const Entities = page(Entity);

export function createRest(options: HttpOptions) {
  const http = createHttp(options);
  const post = (body: unknown = {}): Call => ({ method: "POST", body });
  const patch = (body: unknown): Call => ({ method: "PATCH", body });
  const remove: Call = { method: "DELETE" };

  async function enter(path: string, body: SignupBody | LoginBody): Promise<LoginAnswer> {
    const answer = await http.call(path, LoginAnswer, { ...post(body), anonymous: true });
    http.begin(answer);
    return answer;
  }

  return {
    /** The session's tokens; null with cookies, and when nobody is logged in. */
    get tokens() {
      return http.tokens;
    },
    signup: (body: SignupBody) => enter("/auth/signup", body),
    login: (body: LoginBody) => enter("/auth/login", body),
    refresh: http.refresh,
    async logout() {
      await http.order("/auth/logout", post());
      http.begin(null);
    },
    resetPassword: (token: string, new_password: string) =>
      http.order("/auth/password/reset", { ...post({ token, new_password }), anonymous: true }),
    me: () => http.call("/me", User),
    sessions: () => http.call("/me/sessions", Sessions),
    endSession: (sid: string) => http.order(`/me/sessions/${encodeURIComponent(sid)}`, remove),
    findUser: (username: string) => http.call("/users", UserFound, { query: { username } }),
    /** Opens one socket to this conversation within the next seconds. */
    async ticket(conversation_id: number): Promise<string> {
      return (await http.call("/tickets", TicketAnswer, post({ conversation_id }))).ticket;
    },
    /** `signal` ends a search whose answer is no longer wanted. */
    search: (query: SearchQuery, signal?: AbortSignal) =>
      http.call("/search", Hits, { query, ...(signal ? { signal } : {}) }),
    /** The same for the caller's inbox. */
    async inboxTicket(): Promise<string> {
      return (await http.call("/tickets", TicketAnswer, post({ inbox: true }))).ticket;
    },
    models: () => http.call("/models", Models),

    conversations: {
      list: (query: PageOf = {}) => http.call("/conversations", Conversations, { query }),
      create: (body: ConversationCreate = {}) => http.call("/conversations", Conversation, post(body)),
      get: (id: number) => http.call(`/conversations/${id}`, ConversationListItem),
      update: (id: number, change: z.input<typeof Configure>) =>
        http.call(`/conversations/${id}`, Conversation, patch(change)),
      erase: (id: number) => http.call(`/conversations/${id}`, Erased, remove),
    },
    /** The whole conversation as a file, to be read as it comes. */
    export: (id: number, format: "json" | "md") =>
      http.open(`/conversations/${id}/export`, { query: { format }, unlimited: true }),
    /** For administrators. */
    users: {
      add: (body: UserCreate) => http.call("/admin/users", UserCreated, post(body)),
      list: (query: PageOf & { q?: string } = {}) => http.call("/admin/users", Users, { query }),
      change: (id: number, change: UserPatch) => http.call(`/admin/users/${id}`, ManagedUser, patch(change)),
      endSessions: (id: number) => http.order(`/admin/users/${id}/revoke`, post()),
      makeResetLink: (id: number) => http.call(`/admin/users/${id}/reset-link`, ResetLink, post()),
    },
    metrics: (query: { from?: string; to?: string; step?: number } = {}) =>
      http.call("/admin/metrics", MetricsAnswer, { query }),
    interviews: {
      start: (body: InterviewCreate = {}) => http.call("/ai-assistant/sessions", InterviewSession, post(body)),
      /** Refused when this session may not be opened, as this entity. */
      get: (id: number, user_entity_id?: number) =>
        http.call(`/ai-assistant/sessions/${id}`, InterviewSession, { query: { user_entity_id } }),
    },
    projects: {
      create: (body: ProjectCreate) => http.call("/projects", Project, post(body)),
      createChat: (id: number, body: ProjectChatCreate = {}) =>
        http.call(`/projects/${id}/chats`, Conversation, post(body)),
    },
    /** For administrators, and for hospitals of their own. */
    directory: {
      list: (kind: EntityKind, query: PageOf = {}) => http.call(`/directory/${kind}s`, Entities, { query }),
      add: (kind: EntityKind, body: EntityCreate) => http.call(`/directory/${kind}s`, Entity, post(body)),
      relate: (body: RelationBody) => http.call("/directory/relations", RelationBody, post(body)),
      affiliate: (body: AffiliationBody) => http.call("/directory/affiliations", AffiliationBody, post(body)),
    },
    members: {
      list: (id: number) => http.call(`/conversations/${id}/members`, Members),
      add: (id: number, member: MemberAdd) => http.order(`/conversations/${id}/members`, post(member)),
      setRole: (id: number, userId: number, role: MemberRole) =>
        http.order(`/conversations/${id}/members/${userId}`, patch({ role })),
      remove: (id: number, userId: number) => http.order(`/conversations/${id}/members/${userId}`, remove),
    },
    invitations: {
      list: (id: number) => http.call(`/conversations/${id}/invitations`, Invitations),
      make: (id: number, body: InvitationBody = {}) =>
        http.call(`/conversations/${id}/invitations`, InvitationMade, post(body)),
      revoke: (id: number, invitationId: number) =>
        http.order(`/conversations/${id}/invitations/${invitationId}`, remove),
      see: (code: string) => http.call(`/invitations/${encodeURIComponent(code)}`, InvitationSeen),
      join: (code: string) => http.call(`/invitations/${encodeURIComponent(code)}`, Joined, post()),
    },
    messages: {
      list: (id: number, query: MessagesQuery = {}) =>
        http.call(`/conversations/${id}/messages`, MessagesAnswer, { query }),
      /** Accepted and stored; the answer comes over the socket. */
      send: (id: number, content: string, more: MessageOptions = {}) =>
        http.call(`/conversations/${id}/messages`, MessagePosted, {
          ...post({ content, ...more }),
          query: { wait: false },
        }),
    },
    turns: {
      list: (id: number, query: PageOf = {}) => http.call(`/conversations/${id}/turns`, Turns, { query }),
      cancel: (id: number, turnId: number) =>
        http.call(`/conversations/${id}/turns/${turnId}/cancel`, TurnCancelled, post()),
      retry: (id: number, turnId: number, model?: string) =>
        http.call(
          `/conversations/${id}/turns/${turnId}/retry`,
          TurnRetried,
          post(model === undefined ? {} : { model }),
        ),
    },
  };
}
