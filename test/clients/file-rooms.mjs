// The `SocketManager` of source 5, written afresh after its description, and a page that uses it: text over the socket,
// files over HTTP.
import { io } from "socket.io-client";
import { api, logIn, message, next, say, url } from "./program.mjs";

class SocketManager {
  /** Resolves when the server has said `connected`. */
  connect(token) {
    this.socket = io(url, { auth: { token }, transports: ["websocket", "polling"], reconnection: true });
    return new Promise((resolve, reject) => {
      this.socket.on("connected", resolve);
      this.socket.on("connect_error", reject);
    });
  }
  joinRoom(conversationId) {
    this.socket.emit("join_room", { conversation_id: conversationId });
  }
  leaveRoom(conversationId) {
    this.socket.emit("leave_room", { conversation_id: conversationId });
  }
  sendMessage(text, conversationId, userId) {
    this.socket.emit("send_message", { message: text, conversation_id: conversationId, user_id: userId });
  }
  sendTypingIndicator(conversationId, userId, isTyping) {
    this.socket.emit("typing", { conversation_id: conversationId, user_id: userId, is_typing: isTyping });
  }
  on(event, handler) {
    this.socket.on(event, handler);
  }
  off(event, handler) {
    this.socket.off(event, handler);
  }
  disconnect() {
    this.socket.disconnect();
  }
}

const { access_token, user } = await logIn();
const guest = { username: `${user.username}-guest`, password: crypto.randomUUID() };
const neighbour = await api("/api/v1/auth/signup", guest);
const garden = { title: "The garden", member_ids: [neighbour.user.id] };
const { id } = await api("/api/v1/conversations", garden, access_token);
const socketManager = new SocketManager();
const other = new SocketManager();
const { status, user_id } = await socketManager.connect(access_token);
say("connected", `${status} ${user_id === user.id}`);
await other.connect(neighbour.access_token);

const rooms = [next(socketManager, "joined_room"), next(other, "joined_room")];
socketManager.joinRoom(id);
other.joinRoom(id);
say(
  "joined",
  (await Promise.all(rooms)).every(({ room }) => room === `conversation_${id}`),
);

const typing = next(other, "user_typing");
socketManager.on("user_typing", () => say("typing", "told to myself"));
socketManager.sendTypingIndicator(id, user.id, true);
say("typing", (await typing).is_typing);

let chunks = "";
socketManager.on("new_message", (data) => say("user", data.content));
socketManager.on("ai_thinking", () => say("thinking", "…"));
socketManager.on("ai_response_chunk", ({ chunk }) => {
  chunks += chunk;
});
socketManager.on("error", (data) => say("error", data.message));
const complete = next(socketManager, "ai_response_complete");
socketManager.sendMessage(message, id, user.id);
const { content } = await complete;
say("bot", content);
say("chunks", chunks === content);

const broadcast = next(other, "file_uploaded");
const formData = new FormData();
formData.append("files", new File(["tea"], "Notes.TXT"));
formData.append("conversation_id", id);
formData.append("message", "Check out this file");
const uploaded = await fetch(`${url}/api/upload_file`, {
  method: "POST",
  headers: { Authorization: `Bearer ${access_token}` },
  body: formData,
});
say("uploaded", uploaded.status);
const { files, content: about } = await broadcast;
say("file", `${about}: ${files[0].filename} ${files[0].file_type} ${files[0].size}`);
say("content", await (await fetch(files[0].url)).text());

const left = next(socketManager, "left_room");
socketManager.leaveRoom(id);
say("left", (await left).conversation_id === id);
socketManager.disconnect();
other.disconnect();
