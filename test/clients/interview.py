"""The interview's command line of source 1, written afresh after its description.

    interview.py --token TOKEN --session-id SESSION [--message TEXT] [--user-entity-id ENTITY] [--url URL]

Without --message it talks line by line, up to the summary. Debian: python3-socketio, python3-aiohttp.
"""

import argparse
import asyncio
import sys

import socketio

PATIENCE = 60  # seconds for one answer


def say(kind, text):
    print(f"{kind}: {text}", flush=True)


async def next_line():
    line = await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    return line.rstrip("\n") if line else None


async def exchange(client, answers, message):
    """The answer to one message; None when there was none."""
    await client.emit("ai_message", {"message": message})
    return await asyncio.wait_for(answers.get(), PATIENCE)


async def converse(client, answers):
    """Line by line, each answered before the next; True when the last answer was the summary."""
    while (line := await next_line()) is not None:
        answer = await exchange(client, answers, line)
        if answer is None or answer["content"]["isSummary"]:
            return answer is not None
    return False


async def main(options):
    client = socketio.AsyncClient()
    answers = asyncio.Queue()
    opened = asyncio.get_running_loop().create_future()

    # One argument each, as clients written for the old server have them.
    @client.on("ai_message")
    async def on_ai_message(data):
        kind = data["type"]
        if kind == "ai_response":
            content = data["content"]
            say("summary" if content["isSummary"] else f"question {data['question_count']}", content["message"])
            await answers.put(data)
        else:
            say(kind, data["content"])
            if kind == "system" and not opened.done():
                opened.set_result(None)
            if kind == "error":
                await answers.put(None)

    @client.on("connect_error")
    async def on_connect_error(data):
        if not opened.done():
            opened.set_result(data["message"] if isinstance(data, dict) else str(data))

    auth = {"token": options.token, "session_id": options.session_id}
    if options.user_entity_id:
        auth["user_entity_id"] = options.user_entity_id
    try:
        await client.connect(options.url, auth=auth, wait=False)
        refusal = await asyncio.wait_for(opened, PATIENCE)
        if refusal is not None:
            say("refused", refusal)
            return 1
        if options.message is None:
            done = await converse(client, answers)
        else:
            done = await exchange(client, answers, options.message) is not None
        return 0 if done else 1
    finally:
        await client.disconnect()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Talks to the interviewer of a session.")
    parser.add_argument("--url", default="http://localhost:8787")
    parser.add_argument("--token", required=True)
    parser.add_argument("--session-id", required=True)
    parser.add_argument("--user-entity-id")
    parser.add_argument("--message")
    sys.exit(asyncio.run(main(parser.parse_args())))
