// The assistant rooms' client of source 3, written afresh after its description: logged in by its cookie alone, it looks for
// its chat, makes a room for it, and talks in it.
import { io } from "socket.io-client";
import { logIn, message, next, say, url } from "./program.mjs";

const { access_token } = await logIn();
const extraHeaders = { cookie: `access_token=${access_token}`, origin: "http://localhost:5173" };
const socket = io(`${url}/assistant/realtime`, { extraHeaders, transports: ["websocket"] });

const chat_id = `chat-${Math.random().toString(36).slice(2)}`;
const looked = next(socket, `room_not_found ${chat_id}`);
socket.emit("find_chat", { chat_id });
say("found", (await looked).room_id);

const created = next(socket, `room_created ${chat_id}`);
const weather = { name: "weather", description: "The weather of a city", parameters: { type: "object" } };
socket.emit("create_room", {
  ...{ chat_id, model_api_source: "aisuite", model_id: "aisuite.openai:harness" },
  ...{ tools: [weather], auto_execute_functions: true },
});
const { room_id, model_id } = await created;
say("created", `${/^room_[0-9a-f-]{36}$/.test(room_id)} ${model_id}`);

const joined = next(socket, `room_joined ${room_id}`);
socket.emit("join_room", { room_id });
say("joined", (await joined).room_id === room_id);

let streamed = "";
socket.on(`stream_chunk ${room_id}`, ({ content }) => {
  streamed += content;
});
socket.on("message_error", ({ error }) => say("error", error));
const answers = [
  next(socket, "message_sent m1"),
  next(socket, `stream_start ${room_id}`),
  next(socket, `stream_end ${room_id}`),
  next(socket, `receive_message ${room_id}`),
];
const item = { content: [{ type: "input_text", text: message }], modality: "text" };
socket.emit(`send_message ${room_id}`, { room_id, message: { id: "m1", type: "message", data: { item } } });
const [sent, start, end, answer] = await Promise.all(answers);
say("sent", sent.success);
say("one answer", start.message_id === end.message_id && end.message_id === answer.message.message_id);
say("type", answer.type);
say("bot", answer.data.content);
say("streamed", streamed === answer.data.content);

const called = next(socket, `function_call ${room_id}`);
socket.emit("send_message", { room_id, message: "How warm is it?" });
const { function_name, arguments: args, call_id } = await called;
say("call", `${function_name} ${args.city}`);
const warm = new Promise((resolve) =>
  socket.on(`receive_message ${room_id}`, (one) => {
    if (one.type === "sbaw.text_message.assistant") resolve(one);
  }),
);
socket.emit(`function_result ${room_id}`, { call_id, result: { celsius: 20 } });
say("bot", (await warm).data.content);

const found = next(socket, `room_found ${chat_id}`);
socket.emit("find_chat", { chat_id });
say("found", (await found).room_id === room_id);

const calledAgain = next(socket, `function_call ${room_id}`);
socket.emit("send_message", { room_id, message: "How warm is it?" });
await calledAgain;
const stop = (id) => socket.emit("event", { room_id, event: { id, type: "sbaw.assistant.stop_processing" } });
const stopped = next(socket, "event_received e1");
stop("e1");
say("stopped", (await stopped).success);
const idle = next(socket, "event_error e2");
stop("e2");
say("nothing to stop", (await idle).error);

const left = next(socket, "room_left");
socket.emit("leave_room", { room_id });
say("left", (await left).room_id === room_id);
socket.disconnect();
