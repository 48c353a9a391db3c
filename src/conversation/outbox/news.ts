// What a project's clients hear of its chats: in order, and lost when the project is away. Their list is the truth.
import { faultFields, type Log } from "../../lib/log.ts";
import { Serial } from "../../lib/serial.ts";
import { Event } from "../../protocol/frames.ts";
import type { ProjectUpdate } from "../../protocol/projects.ts";
import type { Journal } from "../journal/journal.ts";
import type { StoredEvent } from "../journal/tables.ts";

export interface NewsOptions {
  journal: Journal;
  log: Log;
  /** Throws when the project's object is away. */
  tellProject(project: number, updates: ProjectUpdate[]): Promise<void>;
}

export class News {
  #o: NewsOptions;
  #serial = new Serial();

  constructor(options: NewsOptions) {
    this.#o = options;
  }

  created(): void {
    const { head } = this.#o.journal;
    if (head) this.#tell([{ update: "chat_created", data: { chat_id: head.id, title: head.title } }]);
  }

  /** Of events that were committed. */
  happened(events: readonly StoredEvent[]): void {
    const { head } = this.#o.journal;
    if (head?.project_id == null) return;
    this.#tell(events.flatMap(({ json }) => updatesOf(head.id, Event.parse(JSON.parse(json)))));
  }

  #tell(updates: ProjectUpdate[]): void {
    const project = this.#o.journal.head?.project_id ?? null;
    if (project === null || updates.length === 0) return;
    this.#serial
      .run("project", () => this.#o.tellProject(project, updates))
      .catch((error: unknown) => this.#o.log("warn", "project.untold", faultFields(error)));
  }
}

function updatesOf(chat_id: number, event: Event): ProjectUpdate[] {
  switch (event.type) {
    case "message.created":
      return [{ update: "chat_message_added", data: { chat_id, message_id: event.message.id } }];
    case "turn.finished":
    case "turn.failed":
    case "turn.cancelled":
    case "turn.interrupted":
      return "message" in event && event.message
        ? [{ update: "chat_message_added", data: { chat_id, message_id: event.message.id } }]
        : [];
    case "conversation.configured":
      return [{ update: "chat_updated", data: { chat_id, title: event.conversation.title } }];
    case "conversation.erased":
      return [{ update: "chat_deleted", data: { chat_id } }];
    default:
      return [];
  }
}
