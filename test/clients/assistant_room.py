"""A client of source 3's assistant rooms in Python, written afresh after its description."""

import uuid

import socketio

from program import following, log_in, run, say

ROOMS = "/assistant/realtime"


async def main(options):
    token = (await log_in(options))["access_token"]
    sio = socketio.AsyncClient()
    chat_id = f"chat-{uuid.uuid4()}"
    streamed = []

    try:
        await sio.connect(options.url, auth={"token": token}, namespaces=[ROOMS])
        created = following(sio, f"room_created {chat_id}", ROOMS)
        weather = {"name": "weather", "description": "The weather of a city", "parameters": {"type": "object"}}
        wish = {"chat_id": chat_id, "model_api_source": "openai_realtime", "model_id": "harness", "tools": [weather]}
        await sio.emit("create_room", wish, namespace=ROOMS)
        room_id = (await created)["room_id"]
        joined = following(sio, f"room_joined {room_id}", ROOMS)
        await sio.emit("join_room", {"room_id": room_id}, namespace=ROOMS)
        say("joined", (await joined)["room_id"] == room_id)

        async def chunk(data):
            streamed.append(data["content"])

        sio.on(f"stream_chunk {room_id}", chunk, namespace=ROOMS)
        sent, answer = following(sio, "message_sent m1", ROOMS), following(sio, f"receive_message {room_id}", ROOMS)
        message = {"room_id": room_id, "message": {"id": "m1", "content": options.message, "role": "user"}}
        await sio.emit("send_message", message, namespace=ROOMS)
        say("sent", (await sent)["success"])
        text = (await answer)["data"]["content"]
        say("bot", text)
        say("streamed", "".join(streamed) == text)

        call = following(sio, f"function_call {room_id}", ROOMS)
        await sio.emit("send_message", {"room_id": room_id, "message": "How warm is it?"}, namespace=ROOMS)
        called = await call
        say("call", f"{called['function_name']} {called['arguments']['city']}")
        ended = following(sio, f"stream_end {room_id}", ROOMS)
        streamed.clear()
        result = {"call_id": called["call_id"], "result": {"celsius": 20}}
        await sio.emit(f"function_result {room_id}", result, namespace=ROOMS)
        await ended
        say("bot", "".join(streamed))

        left = following(sio, "room_left", ROOMS)
        await sio.emit("leave_room", {"room_id": room_id}, namespace=ROOMS)
        say("left", (await left)["room_id"] == room_id)
    finally:
        await sio.disconnect()


if __name__ == "__main__":
    run(main, "Talks in a room of its own, and runs the tool that the model calls.")
