// One conversation, whole through every reconnect: wires the state, the socket, the outbox and the commands together.
import type { ErrorBody } from "../protocol/errors.ts";
import { Replies, type Reply } from "../protocol/frames.ts";
import { openConnection } from "./connection.ts";
import {
  type Applied,
  apply,
  applyUnknown,
  disconnected,
  forget,
  newSession,
  running,
  type Session,
  withAcknowledgement,
  withPending,
  withRefusal,
} from "./conversation-state.ts";
import { systemEnvironment } from "./environment.ts";
import { readFrame } from "./frames.ts";
import { createOutbox } from "./outbox.ts";
import { createPast } from "./past.ts";
import { createPresence } from "./presence.ts";
import { CLOSED_HERE, CommandError, createRequests, type Request } from "./requests.ts";
import { createStore } from "./store.ts";
import type { ConnectionStatus, ConversationHandle, ConversationOptions } from "./types.ts";

export function openConversation(options: ConversationOptions): ConversationHandle {
  const environment = options.environment ?? systemEnvironment;
  let session = newSession;
  let ignored = 0;
  /** What is held cannot be continued: ask for everything. */
  let startOver = false;
  /** The cursor at which something was missing last: twice the same, and it cannot be continued. */
  let stuckAt: string | null = null;
  const store = createStore(session.view, environment);

  const update = (next: Session) => {
    session = next;
    store.set(session.view);
  };
  const withStatus = (from: Session, status: ConnectionStatus): Session => ({
    ...from,
    view: { ...from.view, status },
  });
  /** Only after `welcome`: before it the server may still refuse this connection. */
  const write = (frame: string) => session.sync.state !== "closed" && connection.write(frame);

  const requests = createRequests(environment, write);
  const presence = createPresence(environment, (signal) => write(JSON.stringify(signal)));
  const outbox = createOutbox(environment, {
    send: requests.send,
    acknowledged: (clientId, { seq }) => update(withAcknowledgement(session, clientId, seq)),
    refused: (clientId, error) => update(withRefusal(session, clientId, error)),
  });

  const connection = openConnection({
    ...options,
    environment,
    party: "conversation",
    room: String(options.conversationId),
    cursor: () => (startOver ? {} : cursor()),
    onMessage,
    bye: () => session.bye,
    onLost(attempt) {
      update(withStatus(disconnected(session), { state: "reconnecting", attempt }));
      outbox.shut();
      requests.drop();
    },
    onEnded: end,
  });

  function cursor(): Record<string, string> {
    if (session.epoch === null) return {};
    const turn = running(session.view.turns.values());
    const text = turn ? { turn: String(turn.id), offset: String(turn.text.length) } : {};
    return { epoch: session.epoch, since: String(session.seq), ...text };
  }

  function onMessage(data: unknown) {
    const incoming = readFrame(data);
    if (incoming.kind !== "frame") ignored += 1;
    if (incoming.kind === "unreadable") return;
    if (incoming.kind === "unknown_event") return accept(applyUnknown(session, incoming.seq));
    const { frame } = incoming;
    if (frame.type === "probe") connection.write(JSON.stringify({ type: "probe", n: frame.n }));
    if (frame.type === "reply") requests.settle(frame);
    const { you } = session.view;
    // What `you` may do comes with `welcome` only.
    const promoted =
      frame.type === "member.role_changed" && frame.user_id === you?.user_id && session.sync.state === "live";
    accept(apply(session, frame));
    if (frame.type === "welcome" && session.sync.state !== "closed") {
      outbox.open();
      presence.reconnected();
    }
    if (promoted) connection.restart();
  }

  function accept({ session: next, lost }: Applied) {
    update(next);
    if (next.sync.state === "live") startOver = false;
    if (!lost) return;
    const at = new URLSearchParams(cursor()).toString();
    startOver = at === stuckAt;
    stuckAt = at;
    connection.restart();
  }

  function end(code: number, reason: ErrorBody | null) {
    update(withStatus(disconnected(session), { state: "ended", code, reason }));
    presence.close();
    outbox.abandon(reason ?? CLOSED_HERE);
    requests.drop();
  }

  async function command(request: Request): Promise<Reply> {
    const answer = await requests.send(request);
    if (answer.kind === "done") return answer.reply;
    throw new CommandError(answer.error);
  }

  const past = createPast({
    store,
    environment,
    command,
    show: (history) => update({ ...session, view: { ...session.view, ...history } }),
  });

  return {
    get state() {
      return session.view;
    },
    get ignored() {
      return ignored;
    },
    subscribe: store.subscribe,
    async send(content, { client_id = environment.newId(), ...rest } = {}) {
      const { status } = session.view;
      if (status.state === "ended") throw new CommandError(status.reason ?? CLOSED_HERE);
      update(
        withPending(session, {
          client_id,
          content,
          reply_to: rest.reply_to ?? null,
          created_at: new Date(environment.now()).toISOString(),
          error: null,
        }),
      );
      return outbox.add({ client_id, content, ...rest });
    },
    resend(clientId) {
      const refused = session.view.pending.find(({ client_id, error }) => client_id === clientId && error);
      if (!refused || session.view.status.state === "ended") return;
      update(withPending(session, { ...refused, error: null }));
      outbox.resend(clientId);
    },
    discard(clientId) {
      update(forget(session, clientId));
      outbox.discard(clientId);
    },
    cancel: async (turn_id) => void (await command({ type: "turn.cancel", turn_id })),
    retry: async (message_id, model) =>
      void (await command({ type: "turn.retry", message_id, ...(model === undefined ? {} : { model }) })),
    edit: async (message_id, content, edited_at) =>
      void (await command({
        type: "message.edit",
        message_id,
        content,
        ...(edited_at === undefined ? {} : { edited_at }),
      })),
    remove: async (message_id) => void (await command({ type: "message.delete", message_id })),
    selectAnswer: async (message_id) => void (await command({ type: "answer.select", message_id })),
    toolResult: async (call_id, outcome) => void (await command({ type: "tool.result", call_id, ...outcome })),
    ...past,
    typing: presence.typing,
    read: presence.read,
    configure: async (change) => void (await command({ type: "configure", ...change })),
    addMember: async (user_id, role = "member") => void (await command({ type: "member.add", user_id, role })),
    removeMember: async (user_id) => void (await command({ type: "member.remove", user_id })),
    setMemberRole: async (user_id, role) => void (await command({ type: "member.role", user_id, role })),
    async refresh(token) {
      const { session_expires_at } = Replies["auth.refresh"].parse(await command({ type: "auth.refresh", token }));
      update({ ...session, view: { ...session.view, session_expires_at } });
    },
    wake: connection.wake,
    close() {
      presence.close();
      connection.close();
      if (session.view.status.state !== "ended") end(1000, null);
    },
  };
}
