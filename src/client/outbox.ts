// Own messages until the server has acknowledged them: one at a time, in order, again after every reconnect with the
// same client_id, by which the server knows a repeat.
import type { ErrorBody } from "../protocol/errors.ts";
import { Replies } from "../protocol/frames.ts";
import { backoff } from "./backoff.ts";
import type { Environment } from "./environment.ts";
import { type Answer, CommandError, type Request } from "./requests.ts";

export type Acknowledgement = Replies["message.send"];
export type Outgoing = Omit<Extract<Request, { type: "message.send" }>, "type">;

const PASSING: ReadonlySet<ErrorBody["code"]> = new Set(["busy", "rate_limited", "unavailable"]);

export interface OutboxEvents {
  send(request: Request): Promise<Answer>;
  acknowledged(clientId: string, acknowledgement: Acknowledgement): void;
  refused(clientId: string, error: ErrorBody): void;
}

interface Entry {
  message: Outgoing;
  promise: Promise<Acknowledgement>;
  resolve(acknowledgement: Acknowledgement): void;
  reject(error: CommandError): void;
}

export interface Outbox {
  add(message: Outgoing): Promise<Acknowledgement>;
  /** Sends a refused message again, as the newest. */
  resend(clientId: string): void;
  discard(clientId: string): void;
  /** The connection takes commands from now on. */
  open(): void;
  shut(): void;
  /** Nothing will be sent any more. */
  abandon(error: ErrorBody): void;
}

export function createOutbox(environment: Environment, events: OutboxEvents): Outbox {
  const queue: Entry[] = [];
  const refused = new Map<string, Outgoing>();
  let isOpen = false;
  /** The message under way; its answer counts only as long as it is this one. */
  let underWay: Entry | null = null;
  let failures = 0;
  let stopWaiting = () => {};

  function next() {
    const head = queue[0];
    if (!isOpen || underWay || !head) return;
    underWay = head;
    void events.send({ type: "message.send", ...head.message }).then((answer) => {
      if (underWay !== head) return;
      underWay = null;
      settle(head, answer);
    });
  }

  function settle(entry: Entry, answer: Answer) {
    const acknowledgement = answer.kind === "done" ? Replies["message.send"].safeParse(answer.reply) : null;
    if (acknowledgement?.success) {
      leave(entry);
      events.acknowledged(entry.message.client_id, acknowledgement.data);
      entry.resolve(acknowledgement.data);
    } else if (answer.kind === "refused" && !PASSING.has(answer.error.code)) {
      leave(entry);
      refuse(entry, answer.error);
    } else {
      const asked = answer.kind === "refused" ? (answer.error.retry_after_ms ?? 0) : 0;
      stopWaiting();
      stopWaiting = environment.after(asked + backoff(++failures, environment.random()), next);
      return;
    }
    next();
  }

  function refuse({ message, reject }: Entry, error: ErrorBody) {
    refused.set(message.client_id, message);
    events.refused(message.client_id, error);
    reject(new CommandError(error));
  }

  function leave(entry: Entry) {
    failures = 0;
    queue.splice(queue.indexOf(entry), 1);
  }

  function add(message: Outgoing): Promise<Acknowledgement> {
    const known = queue.find((entry) => entry.message.client_id === message.client_id);
    if (known) return known.promise;
    refused.delete(message.client_id);
    let entry: Pick<Entry, "resolve" | "reject"> | undefined;
    const promise = new Promise<Acknowledgement>((resolve, reject) => {
      entry = { resolve, reject };
    });
    if (entry) queue.push({ message, promise, ...entry });
    next();
    return promise;
  }

  function shut() {
    isOpen = false;
    underWay = null;
    stopWaiting();
  }

  return {
    add,
    shut,
    resend(clientId) {
      const message = refused.get(clientId);
      if (message) add(message).catch(() => {}); // why it failed again is shown with the pending message
    },
    discard(clientId) {
      refused.delete(clientId);
      const entry = queue.find(({ message }) => message.client_id === clientId);
      if (!entry) return;
      if (underWay === entry) underWay = null;
      leave(entry);
      entry.reject(
        new CommandError({ code: "gone", message: "The message was discarded before it was acknowledged." }),
      );
      next();
    },
    open() {
      isOpen = true;
      next();
    },
    abandon(error) {
      shut();
      for (const entry of queue.splice(0)) refuse(entry, error);
    },
  };
}
