"""Asks in a file room, loses its line in mid-answer, and comes back when the answer has ended: what it is told then.

    comeback.py --conversation ID [--url URL] [--username NAME] [--password PASSWORD] [--message MESSAGE]
"""

import asyncio

import socketio

from program import api, following, log_in, run, say


async def main(options):
    login = await log_in(options)
    token, room = login["access_token"], int(options.conversation)
    sio = socketio.AsyncClient(reconnection=False)
    chunks = []

    @sio.event
    async def ai_response_chunk(data):
        chunks.append(data["chunk"])

    @sio.event
    async def ai_thinking(_):
        chunks.clear()

    async def join():
        await sio.connect(options.url, auth={"token": token}, transports=["websocket"])
        await sio.call("join_room", {"conversation_id": room})

    async def answered():
        stored = await api(options, f"/api/v1/conversations/{room}/messages", token=token)
        return stored["items"][-1]["role"] == "assistant"

    try:
        await join()
        begun = following(sio, "ai_thinking")
        await sio.emit("send_message", {"message": options.message, "conversation_id": room})
        await begun
        sio.on("ai_thinking", ai_thinking)
        await sio.eio.ws.close()
        await sio.eio.wait()
        while not await answered():
            await asyncio.sleep(0.1)
        complete = following(sio, "ai_response_complete")
        await join()
        answer = (await complete)["content"]
        say("answer", answer)
        say("chunks", "".join(chunks) == answer)
    finally:
        await sio.disconnect()


if __name__ == "__main__":
    run(main, "Loses its line in mid-answer and comes back after it.", ("conversation",))
