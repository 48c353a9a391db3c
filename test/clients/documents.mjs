// The documents chat of source 4, written afresh after its React component: a state that events change, shown at the end.
import { io } from "socket.io-client";
import { api, logIn, message, next, say, url } from "./program.mjs";

class ChatComponent {
  state = { response: "", sources: null, updates: [] };

  constructor(token, projectId) {
    this.socket = io(url, { path: "/socket.io", transports: ["websocket"], auth: { token } });
    this.socket.on("connection_status", ({ status }) => say("status", status));
    this.socket.on("connect", () => this.socket.emit("join_project", { project_id: projectId }));
    this.socket.on("message_sources", ({ sources }) => this.setState({ sources }));
    this.socket.on("message_token", ({ token }) => this.setState({ response: this.state.response + token }));
    this.socket.on("project_update", ({ type }) => this.setState({ updates: [...this.state.updates, type] }));
    this.socket.on("error", ({ message }) => say("error", message));
  }

  setState(change) {
    this.state = { ...this.state, ...change };
  }

  sendMessage(chatId, text) {
    this.setState({ response: "", sources: null });
    const more = { model: "llama3.2", temperature: 0.7, include_history: true };
    this.socket.emit("send_message", { chat_id: chatId, message: text, ...more });
  }
}

const { access_token } = await logIn();
const project = await api("/api/v1/projects", { name: "The kitchen" }, access_token);
const page = new ChatComponent(access_token, project.id);
const { socket } = page;

const joined = await next(socket, "project_joined");
say("joined", joined.status);
const chat = await api(`/api/v1/projects/${project.id}/chats`, { title: "Tiles" }, access_token);

const received = next(socket, "message_received");
const complete = next(socket, "message_complete");
page.sendMessage(chat.id, message);
say("received", (await received).status);
const { metadata } = await complete;
say("sources", `${page.state.sources.length} of ${metadata.sources_count}`);
say("model", metadata.model);
say("response", page.state.response);

socket.emit("ping", {});
say("pong", typeof (await next(socket, "pong")).timestamp);
const left = next(socket, "project_left");
socket.emit("leave_project", { project_id: project.id });
say("left", (await left).status);
say("updates", page.state.updates.join(", "));
socket.emit("send_message", { message });
await next(socket, "error");
socket.disconnect();
