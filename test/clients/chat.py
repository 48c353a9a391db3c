"""The chat client of source 2 in Python, written afresh after its description."""

import asyncio

import socketio

from program import PATIENCE, log_in, run, say


async def main(options):
    sio = socketio.AsyncClient()
    done = asyncio.get_running_loop().create_future()

    # One argument each, as clients written for the old server have them.
    @sio.event
    async def connected(data):
        say("connected", data["user"]["username"])

    @sio.event
    async def conversation(data):
        say("user", data["user_message"]["content"])
        for response in data["assistant_responses"]:
            say("bot", response["content"])
        await sio.emit("join_conversation", {"conversation_id": data["conversation_id"]})

    @sio.event
    async def joined_conversation(data):
        say("joined", data["conversation_id"])
        done.set_result(0)

    @sio.event
    async def error(data):
        say("error", data["message"])
        done.set_result(1)

    try:
        await sio.connect(options.url, auth={"token": (await log_in(options))["access_token"]})
        await sio.emit("chat", {"message": options.message, "metadata": {"client": "python_client"}})
        return await asyncio.wait_for(done, PATIENCE)
    finally:
        await sio.disconnect()


if __name__ == "__main__":
    run(main, "Asks one question and prints the answer.")
