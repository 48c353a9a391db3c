"""The chat client of source 2 in Python, written afresh after its description.

    chat.py [--url URL] [--username NAME] [--password PASSWORD] [--message TEXT]

Debian: python3-socketio, python3-aiohttp.
"""

import argparse
import asyncio
import sys

import aiohttp
import socketio

PATIENCE = 60  # seconds for the answer


def say(kind, text):
    print(f"{kind}: {text}", flush=True)


async def log_in(options):
    async with aiohttp.ClientSession() as session:
        login = {"username": options.username, "password": options.password}
        async with session.post(f"{options.url}/api/v1/auth/login", json=login) as response:
            return (await response.json())["access_token"]


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
        await sio.connect(options.url, auth={"token": await log_in(options)})
        await sio.emit("chat", {"message": options.message, "metadata": {"client": "python_client"}})
        return await asyncio.wait_for(done, PATIENCE)
    finally:
        await sio.disconnect()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Asks one question and prints the answer.")
    parser.add_argument("--url", default="http://localhost:8787")
    parser.add_argument("--username", default="testuser")
    parser.add_argument("--password", default="testpass123")
    parser.add_argument("--message", default="Hello from Python!")
    sys.exit(asyncio.run(main(parser.parse_args())))
