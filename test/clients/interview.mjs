// The interview's client of source 1, written afresh after its description: one message, one answer.
import { io } from "socket.io-client";
import { api, logIn, message, say, url } from "./program.mjs";

const { access_token } = await logIn();
const { session_id } = await api("/api/v1/ai-assistant/sessions", {}, access_token);
const socket = io(url, { auth: { token: access_token, session_id, user_entity_id: "" } });

socket.on("ai_message", ({ type, content, question_count }) => {
  if (type !== "ai_response") say(type, content);
  if (type === "system") socket.emit("ai_message", { message });
  if (type !== "ai_response") return;
  say(`question ${question_count}`, content.message);
  socket.disconnect();
});
socket.on("connect_error", (error) => {
  say("refused", error.message);
  process.exitCode = 1;
  socket.disconnect();
});
