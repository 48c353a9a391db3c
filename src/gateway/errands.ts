// Carries out what wire events ask for: each is a call to the conversation's object, in the order in which its socket
// asked. Decides nothing: who may do what is decided there.

import type { Principal } from "../auth/principal.ts";
import type { HistoryRequest } from "../conversation/reading.ts";
import type { RoomCommand } from "../conversation/room.ts";
import type { Outgoing } from "../conversation/turns/asking.ts";
import type { Returned } from "../conversation/turns/calling.ts";
import type { Clock } from "../lib/clock.ts";
import type { ClientSignal } from "../protocol/commands.ts";
import type { Conversation, Message } from "../protocol/entities.ts";
import { type Outcome, ok, refuse } from "../protocol/errors.ts";
import type { Followed, Happening, Place, Told } from "../protocol/happenings.ts";
import { asText, type Tool } from "../protocol/tools.ts";
import type { AssistantRoom } from "../store/assistant-rooms.ts";
import type { VocabularyName } from "../vocabularies/registry.ts";
import type { Answer, Ask, Names, Target } from "../vocabularies/vocabulary.ts";
import { GATEWAY } from "./limits.ts";
import type { Projects } from "./projects.ts";
import type { Follower, Rooms } from "./rooms.ts";
import type { Sockets } from "./sockets.ts";
import type { SocketRecord } from "./tables.ts";

/** What a gateway asks of a conversation's object. */
export interface ConversationDoor {
  /** May this person open the interview, as this entity? */
  openInterview(principal: Principal, entityId: number | null): Promise<Outcome<object>>;
  /** From now on `shard` is told what happens here. */
  follow(principal: Principal, shard: string, since: Place | null): Promise<Outcome<Followed>>;
  missed(since: Place): Promise<Told[] | null>;
  send(principal: Principal, message: Outgoing): Promise<Outcome<Sent>>;
  command(principal: Principal, command: RoomCommand): Promise<Outcome<object>>;
  history(principal: Principal, query: HistoryRequest): Promise<Outcome<Page>>;
  describe(principal: Principal): Promise<Outcome<Pick<Conversation, "model">>>;
  /** Who follows here through this shard. */
  attend(shard: string, users: { user_id: number; name: string; since: string }[]): Promise<void>;
  /** The line of one who follows here has broken; `asleep`: while this shard slept. */
  lost(userId: number, line: string, asleep: boolean): Promise<void>;
  signal(principal: Principal, signal: ClientSignal): Promise<void>;
  /** What came of a tool that the model called. */
  takeResult(principal: Principal, returned: Returned): Promise<Outcome<object>>;
  /** Ends the running turn, else gives up the calls that wait for results. */
  stop(principal: Principal): Promise<Outcome<object>>;
}
interface Sent {
  message_id: number;
  turn_id?: number;
  repeated: boolean;
}
interface Page {
  messages: Message[];
  older: boolean;
  newer: boolean;
}

/** Conversations by number, and by the names that other systems gave them. All but `door` throw when D1 is away. */
export interface Conversations {
  door(id: number): ConversationDoor;
  /** A new one of this person. `founding`: his own name for it, by which a repeated wish finds the one that there is. */
  found(
    principal: Principal,
    kind: Conversation["kind"],
    model: string | null,
    tools: Tool[],
    founding: string | null,
  ): Promise<number>;
  room(roomId: string): Promise<AssistantRoom | null>;
  chat(userId: number, chatId: string): Promise<AssistantRoom | null>;
  /** Only one that this person made. */
  ownChat(userId: number, chatId: string): Promise<AssistantRoom | null>;
  keepRoom(userId: number, room: AssistantRoom): Promise<AssistantRoom>;
  /** Names of providers that a room may ask for. */
  sources(): string[];
  /** The model by this name, or null: then the default one answers. */
  model(name: string): string | null;
  /** The same, for clients whose names without a provider may be those of another server: such a one must be listed. */
  listedModel(name: string): string | null;
  /** Answers where no model is chosen. */
  defaultModel: string;
}

export interface ErrandsOptions {
  clock: Clock;
  shard: string;
  rooms: Rooms;
  projects: Projects;
  sockets: Pick<Sockets, "says">;
  conversations: Conversations;
  /** Called in the turn in which the conversation answered, before anything that it delivers later. */
  joined(socket: SocketRecord, follower: Follower, followed: Followed, ask: Ask): void;
}

export class Errands {
  #o: ErrandsOptions;
  #sent = 0;

  constructor(options: ErrandsOptions) {
    this.#o = options;
  }

  /** Did this socket send the message that this is about, or is it this person who types or reads? */
  sentBy(socket: SocketRecord, happening: Happening): boolean {
    if (happening.type === "typing" || happening.type === "read") return happening.user_id === socket.principal.user_id;
    const message = "message" in happening ? happening.message : "question" in happening ? happening.question : null;
    if (message?.author?.user_id !== socket.principal.user_id || message.client_id === null) return false;
    if (message.client_id.startsWith("~")) return message.client_id.startsWith(`~${socket.id}.`);
    return socket.said.includes(message.client_id);
  }

  async run(socket: SocketRecord, vocabulary: VocabularyName, ask: Ask): Promise<Outcome<Answer>> {
    switch (ask.do) {
      case "join": {
        const names = await this.#join(socket, vocabulary, ask, ask.target);
        return names.ok ? ok({ did: "joined", names: names.value }) : names;
      }
      case "leave": {
        const id = await this.#resolve(ask.target);
        const follower = id === null ? null : this.#o.rooms.follower(id, socket.id, vocabulary);
        if (!follower) return refuse("not_found", "You have not joined it.");
        this.#o.rooms.unfollow(follower);
        return ok({ did: "left", names: follower.names });
      }
      case "send":
        return this.#send(socket, vocabulary, ask);
      case "typing":
        return this.#signal(socket, ask.target, { type: "typing", on: ask.on });
      case "read":
        return this.#signal(socket, ask.target, { type: "read", message_id: ask.message_id });
      case "history": {
        const { target, do: _, ...query } = ask;
        const id = await this.#resolve(target);
        if (id === null) return NOT_FOUND;
        const page = await this.#o.conversations.door(id).history(socket.principal, query);
        return page.ok ? ok({ did: "history", names: unnamed(id), ...page.value }) : page;
      }
      case "stop": {
        const id = await this.#resolve(ask.target);
        if (id === null) return NOT_FOUND;
        const stopped = await this.#o.conversations.door(id).stop(socket.principal);
        return stopped.ok ? ok({ did: "stopped", names: unnamed(id) }) : stopped;
      }
      case "create_room":
        return this.#createRoom(socket.principal, ask);
      case "find_chat": {
        const room = await this.#o.conversations.chat(socket.principal.user_id, ask.chat_id);
        return ok({ did: "found", chat_id: ask.chat_id, names: room && { ...room, model: null } });
      }
      case "tool_result":
        return this.#result(socket, ask.target, { call_id: ask.call_id, content: asText(ask.result), failed: false });
      case "tool_error":
        return this.#result(socket, ask.target, { call_id: ask.call_id, content: asText(ask.error), failed: true });
      case "join_project": {
        const joined = await this.#o.projects.join(socket, ask.project_id);
        return joined.ok ? ok({ did: "joined_project", project_id: ask.project_id }) : joined;
      }
      case "leave_project": {
        const left = this.#o.projects.leave(socket.id, ask.project_id);
        return left.ok ? ok({ did: "left_project", project_id: ask.project_id }) : left;
      }
      case "ping":
        return ok({ did: "pong", timestamp: this.#o.clock.now() });
      case "nothing":
        return ok({ did: "nothing" });
      default:
        return ask satisfies never;
    }
  }

  async #join(socket: SocketRecord, vocabulary: VocabularyName, ask: Ask, target: Target): Promise<Outcome<Names>> {
    const id = await this.#resolve(target);
    if (id === null) return NOT_FOUND;
    const { rooms, conversations, shard, joined } = this.#o;
    if (!rooms.follower(id, socket.id, vocabulary) && rooms.of(socket.id).length >= GATEWAY.follows)
      return refuse("rate_limited", `You have joined ${GATEWAY.follows} conversations: leave one first.`);
    return rooms.joining(id, async () => {
      const followed = await conversations.door(id).follow(socket.principal, shard, null);
      if (!followed.ok) return followed;
      const names = namesOf(followed.value.conversation, target);
      joined(socket, { socket: socket.id, vocabulary, names }, followed.value, ask);
      return ok(names);
    });
  }

  async #send(
    socket: SocketRecord,
    vocabulary: VocabularyName,
    ask: Extract<Ask, { do: "send" }>,
  ): Promise<Outcome<Answer>> {
    const { conversations, rooms, sockets } = this.#o;
    const { principal } = socket;
    const target: Target = ask.target ?? {
      by: "conversation",
      id: await conversations.found(principal, KIND[vocabulary], null, [], ask.client_id),
    };
    const id = await this.#resolve(target);
    if (id === null) return NOT_FOUND;
    const known = rooms.follower(id, socket.id, vocabulary);
    const names = known ? ok(known.names) : await this.#join(socket, vocabulary, ask, target);
    if (!names.ok) return names;
    const client_id = ask.client_id ?? `~${socket.id}.${++this.#sent}.${this.#o.clock.now().toString(36)}`;
    if (ask.client_id) sockets.says(socket, ask.client_id);
    const { content, data, temperature } = ask;
    const model = this.#modelFor(vocabulary, ask.model);
    const wish = { ...(model === null ? {} : { model }), ...(temperature === undefined ? {} : { temperature }) };
    const sent = await conversations.door(id).send(principal, { content, client_id, data, ...wish });
    if (!sent.ok) return sent;
    const { message_id, turn_id = null, repeated } = sent.value;
    return ok({ did: "sent", names: names.value, message_id, turn_id, repeated });
  }

  async #result(socket: SocketRecord, target: Target, returned: Returned): Promise<Outcome<Answer>> {
    const id = await this.#resolve(target);
    if (id === null) return NOT_FOUND;
    const taken = await this.#o.conversations.door(id).takeResult(socket.principal, returned);
    return taken.ok ? ok({ did: "nothing" }) : taken;
  }

  #modelFor(vocabulary: VocabularyName, name: string | undefined): string | null {
    const { conversations } = this.#o;
    if (name === undefined) return null;
    return vocabulary === "documents" ? conversations.listedModel(name) : conversations.model(name);
  }

  async #signal(socket: SocketRecord, target: Target, signal: ClientSignal): Promise<Outcome<Answer>> {
    const id = await this.#resolve(target);
    if (id === null || !this.#o.rooms.follows(id, socket.id)) return refuse("not_found", "Join it first.");
    await this.#o.conversations.door(id).signal(socket.principal, signal);
    return ok({ did: "nothing" });
  }

  /** A second wish for the same chat is answered with the same room as it is: with its own model and tools. */
  async #createRoom(principal: Principal, ask: Extract<Ask, { do: "create_room" }>): Promise<Outcome<Answer>> {
    const { conversations } = this.#o;
    const sources = [...ROOM_SOURCES, ...conversations.sources()];
    if (!sources.includes(ask.source.toLowerCase())) {
      const message = `Unsupported API source: ${ask.source}. Supported: ${sources.join(", ")}`;
      return refuse("invalid", message, { field: "model_api_source" });
    }
    const known = await conversations.ownChat(principal.user_id, ask.chat_id);
    const room = known ?? (await this.#newRoom(principal, ask));
    const described = await conversations.door(room.conversation_id).describe(principal);
    if (!described.ok) return described;
    const model = described.value.model ?? conversations.defaultModel;
    return ok({ did: "created", names: { ...room, model }, model });
  }

  async #newRoom(principal: Principal, ask: Extract<Ask, { do: "create_room" }>): Promise<AssistantRoom> {
    const { conversations } = this.#o;
    const conversation_id = await conversations.found(
      principal,
      "assistant_room",
      conversations.model(ask.model),
      ask.tools,
      ask.chat_id,
    );
    const room = { room_id: `room_${crypto.randomUUID()}`, chat_id: ask.chat_id, conversation_id };
    return conversations.keepRoom(principal.user_id, room);
  }

  async #resolve(target: Target): Promise<number | null> {
    if (target.by === "conversation") return target.id;
    return (await this.#o.conversations.room(target.room_id))?.conversation_id ?? null;
  }
}

/** The sources that this system's clients name, whatever is behind them here. */
const ROOM_SOURCES = ["openai_realtime", "aisuite"];

const KIND: Record<VocabularyName, Conversation["kind"]> = {
  interview: "interview",
  chat: "chat",
  assistant_rooms: "assistant_room",
  documents: "project_chat",
  file_rooms: "file_room",
};

const NOT_FOUND = refuse("not_found", "There is no such conversation.");

/** Whoever asks for this has no need of its names. */
const unnamed = (conversation_id: number): Names => ({ conversation_id, room_id: null, chat_id: null, model: null });

const namesOf = (conversation: Conversation, target: Target): Names => ({
  conversation_id: conversation.id,
  room_id: target.by === "room" ? target.room_id : null,
  chat_id: null,
  model: conversation.model,
});
