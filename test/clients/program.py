"""What the Python client programs share: arguments, log-in and API, events that are waited for, lines of output.

Debian: python3-socketio, python3-aiohttp.
"""

import argparse
import asyncio
import sys

import aiohttp

PATIENCE = 60  # seconds for one answer


def say(kind, text):
    print(f"{kind}: {text}", flush=True)


def run(main, about, more=()):
    """`main(options)` with the arguments of the command line; `more` are those that only this program needs."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--url", default="http://localhost:8787")
    parser.add_argument("--username", default="testuser")
    parser.add_argument("--password", default="testpass123")
    parser.add_argument("--message", default="Hello from Python!")
    for name in more:
        parser.add_argument(f"--{name}", required=True)
    sys.exit(asyncio.run(main(parser.parse_args())))


async def api(options, path, body=None, token=None, form=None):
    """Calls the API, with a body as JSON or as a form; raises with what it answers when it refuses."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    method = "GET" if body is None and form is None else "POST"
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.request(method, options.url + path, json=body, data=form) as response:
            answer = await response.json()
            if not response.ok:
                raise RuntimeError(f"{path}: {answer['error']['message']}")
            return answer


async def log_in(options):
    login = {"username": options.username, "password": options.password}
    return await api(options, "/api/v1/auth/login", login)


def following(client, event, namespace="/"):
    """To be awaited: the payload of the next event of this name."""
    loop = asyncio.get_running_loop()
    payload = loop.create_future()

    # One argument, as clients written for the old servers have them.
    async def heard(data):
        if not payload.done():
            payload.set_result(data)

    client.on(event, heard, namespace=namespace)
    return asyncio.wait_for(payload, PATIENCE)
