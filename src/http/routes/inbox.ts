// The door of the user's inbox: like a conversation's (socket.ts), but of the caller's own object, and only to listen.
import { refusedAttempt } from "../address.ts";
import { routes } from "../context.ts";
import { anyhow, refused } from "../respond.ts";
import { noUpgrade, withoutUpgrade } from "../upgrade.ts";

export const inbox = routes();

// Only described here: who is refused, and how, is decided before any of it is looked at.
inbox.openAPIRegistry.registerPath({
  method: "get",
  path: "/parties/inbox/me",
  operationId: "openInbox",
  summary: "The WebSocket of the caller's inbox",
  description:
    "Says which conversations have changed in the caller's list, a second or two after it happened. Only the server speaks; " +
    "a text frame `ping` is answered with `pong`.",
  tags: ["sockets"],
  security: anyhow,
  responses: { 101: { description: "Connected: signals follow" }, 426: withoutUpgrade },
});

inbox.get("/parties/inbox/me", async (c) => {
  const plain = noUpgrade(c);
  if (plain) return plain;
  const admission = await c.get("auth").ofSocket(c.req.raw, null, c.env);
  if (!admission.ok) return refusedAttempt(c, admission.error);
  const { principal, ticket } = admission.value;
  c.set("principal", principal);
  const user = c.env.USER.getByName(String(principal.user_id));
  const admitted = await user.admit(principal, ticket && { jti: ticket.jti, exp: ticket.exp });
  if (!admitted.ok) return refused(c, admitted.error);
  return user.fetch(`https://user/?_pk=${admitted.value.key}`, { headers: { Upgrade: "websocket" } });
});
