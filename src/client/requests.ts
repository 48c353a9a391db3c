// Commands on one connection: each has a `ref`, and ends by its reply, by the connection's end or by the time-out.
import type { Command } from "../protocol/commands.ts";
import type { ErrorBody } from "../protocol/errors.ts";
import type { Reply } from "../protocol/frames.ts";
import type { Environment } from "./environment.ts";

const TIMEOUT_MS = 15_000;
export const CLOSED_HERE: ErrorBody = { code: "unavailable", message: "The conversation was closed here." };

type Unnumbered<T> = T extends Command ? Omit<T, "ref"> : never;
export type Request = Unnumbered<Command>;

/** `lost`: nobody knows whether the command was done; only a repeatable one may be sent again. */
export type Answer =
  | { kind: "done"; reply: Reply }
  | { kind: "refused"; error: ErrorBody }
  | { kind: "lost"; error: ErrorBody };

/** A command that was refused, or whose outcome is not known (`unavailable`). */
export class CommandError extends Error {
  override name = "CommandError";
  readonly error: ErrorBody;
  constructor(error: ErrorBody) {
    super(error.message);
    this.error = error;
  }
}

export interface Requests {
  send(request: Request): Promise<Answer>;
  settle(reply: Reply): void;
  /** The connection ended: every command without a reply is lost. */
  drop(): void;
}

export function createRequests(environment: Environment, write: (frame: string) => boolean): Requests {
  const open = new Map<number, (answer: Answer) => void>();
  let last = 0;
  const gone = (message: string): Answer => ({ kind: "lost", error: { code: "unavailable", message } });

  return {
    send(request) {
      const ref = ++last;
      return new Promise((resolve) => {
        if (!write(JSON.stringify({ ...request, ref }))) {
          resolve(gone("There is no connection to the server."));
          return;
        }
        const cancel = environment.after(TIMEOUT_MS, () => finish(gone("The server did not answer in time.")));
        const finish = (answer: Answer) => {
          cancel();
          open.delete(ref);
          resolve(answer);
        };
        open.set(ref, finish);
      });
    },
    settle(reply) {
      open.get(reply.ref)?.(reply.ok ? { kind: "done", reply } : { kind: "refused", error: reply.error });
    },
    drop() {
      for (const finish of [...open.values()]) finish(gone("The connection was lost before the server answered."));
    },
  };
}
