"""A client of source 5's file rooms in Python, written afresh after its description."""

import aiohttp
import socketio

from program import api, following, log_in, run, say


async def main(options):
    login = await log_in(options)
    token, user_id = login["access_token"], login["user"]["id"]
    room = (await api(options, "/api/v1/conversations", {"title": "The garden"}, token))["id"]
    sio = socketio.AsyncClient()
    chunks = []

    @sio.event
    async def ai_response_chunk(data):
        chunks.append(data["chunk"])

    @sio.event
    async def error(data):
        say("error", data["message"])

    try:
        connected = following(sio, "connected")
        await sio.connect(options.url, auth={"token": token})
        say("connected", (await connected)["user_id"] == user_id)
        joined = following(sio, "joined_room")
        await sio.emit("join_room", {"conversation_id": room})
        say("joined", (await joined)["room"] == f"conversation_{room}")

        waited = [following(sio, name) for name in ("new_message", "ai_thinking", "ai_response_complete")]
        message = {"message": options.message, "conversation_id": str(room), "user_id": user_id}
        await sio.emit("send_message", message)
        said, _, complete = [await one for one in waited]
        say("user", said["content"])
        say("bot", complete["content"])
        say("chunks", "".join(chunks) == complete["content"])

        broadcast = following(sio, "file_uploaded")
        form = aiohttp.FormData({"conversation_id": str(room), "message": ""})
        form.add_field("files", b"tea", filename="Notes.TXT")
        await api(options, "/api/upload_file", token=token, form=form)
        uploaded = await broadcast
        say("file", f"{uploaded['content']} {uploaded['files'][0]['filename']}")

        left = following(sio, "left_room")
        await sio.emit("leave_room", {"conversation_id": room})
        say("left", (await left)["conversation_id"] == room)
    finally:
        await sio.disconnect()


if __name__ == "__main__":
    run(main, "Asks one question in a room, sends a file, and prints what it hears.")
