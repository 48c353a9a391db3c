"""A client of source 4's documents in Python, written afresh after its description."""

import socketio

from program import api, following, log_in, run, say


async def main(options):
    token = (await log_in(options))["access_token"]
    project = (await api(options, "/api/v1/projects", {"name": "The kitchen"}, token))["id"]
    chat_id = (await api(options, f"/api/v1/projects/{project}/chats", {"title": "Tiles"}, token))["id"]
    sio = socketio.AsyncClient()
    tokens = []

    @sio.event
    async def message_token(data):
        tokens.append(data["token"])

    @sio.event
    async def error(data):
        say("error", data["message"])

    try:
        await sio.connect(options.url, auth={"token": token}, transports=["websocket"])
        joined = following(sio, "project_joined")
        await sio.emit("join_project", {"project_id": project})
        say("joined", (await joined)["status"])

        waited = [following(sio, f"message_{name}") for name in ("received", "sources", "complete")]
        payload = {"chat_id": chat_id, "message": options.message, "temperature": 0.7, "include_history": True}
        await sio.emit("send_message", payload)
        received, sources, complete = [await one for one in waited]
        say("received", received["status"])
        say("sources", f"{len(sources['sources'])} of {complete['metadata']['sources_count']}")
        say("response", "".join(tokens))

        pong = following(sio, "pong")
        await sio.emit("ping", {})
        say("pong", type((await pong)["timestamp"]).__name__)
        left = following(sio, "project_left")
        await sio.emit("leave_project", {"project_id": project})
        say("left", (await left)["status"])
        refused = following(sio, "error")
        await sio.emit("send_message", {"message": options.message})
        say("error", (await refused)["message"])
    finally:
        await sio.disconnect()


if __name__ == "__main__":
    run(main, "Asks one question in a project and prints the answer.")
