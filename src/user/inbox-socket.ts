// A socket of the inbox. Who is behind it is in its attachment, which outlives hibernation.
import type { Connection } from "partyserver";
import * as z from "zod";
import type { Principal } from "../auth/principal.ts";
import type { CloseCode } from "../protocol/errors.ts";
import type { InboxFrame } from "../protocol/inbox.ts";
import type { InboxPeer } from "./inbox.ts";

/** The login, and when the socket was opened (epoch ms). */
const Attachment = z.object({ sid: z.string().nullable(), iat: z.number(), exp: z.number(), since: z.number() });

export class InboxSocket implements InboxPeer {
  readonly id: string;
  readonly login: InboxPeer["login"];
  readonly #connection: Connection;
  readonly #heardAt: number;

  /** Writes who is behind a socket just accepted into its attachment. */
  static attach(connection: Connection, { sid, iat, exp }: Principal, now: number): void {
    connection.setState({ sid, iat, exp, since: now });
  }

  /** `pingedAt`: when the platform last answered its `ping`, epoch ms or 0. */
  constructor(connection: Connection, pingedAt: number) {
    const { since, ...login } = Attachment.parse(connection.state);
    this.id = connection.id;
    this.login = login;
    this.#connection = connection;
    this.#heardAt = Math.max(since, pingedAt);
  }

  heardAt(): number {
    return this.#heardAt;
  }
  send(frame: InboxFrame): void {
    this.#connection.send(JSON.stringify(frame));
  }
  close(code: CloseCode, reason: string): void {
    this.#connection.close(code, reason);
  }
}
