// The chat client of source 2, written afresh after its description: one question, one answer.
import { io } from "socket.io-client";
import { logIn, message, say, url } from "./program.mjs";

const { access_token } = await logIn();
const socket = io(url, { auth: { token: access_token } });

socket.on("connected", ({ user }) => {
  say("connected", user.username);
  socket.emit("chat", { message, metadata: { client: "web_app" } });
});

socket.on("conversation", (data) => {
  say("user", data.user_message.content);
  for (const response of data.assistant_responses) say("bot", response.content);
  socket.emit("join_conversation", { conversation_id: data.conversation_id });
});

socket.on("joined_conversation", ({ conversation_id }) => {
  say("joined", conversation_id);
  socket.emit("leave_conversation", { conversation_id: String(conversation_id) });
});

socket.on("left_conversation", ({ conversation_id }) => {
  say("left", conversation_id);
  socket.disconnect();
});

socket.on("error", (error) => {
  say("error", error.message);
  process.exitCode = 1;
  socket.disconnect();
});
socket.on("connect_error", (error) => {
  say("refused", error.message);
  process.exitCode = 1;
  socket.disconnect();
});
