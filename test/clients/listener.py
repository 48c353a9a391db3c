"""Follows one conversation in four vocabularies at once, and prints each answer as a page of that system shows it.

    listener.py --conversation ID --room ROOM --answers COUNT [--url URL] [--username NAME] [--password PASSWORD]

Ends when it has so many answers in each.
"""

import asyncio
import json

import socketio

from program import PATIENCE, log_in, run

# By vocabulary: the namespace, the event that joins, where an answer begins, its pieces and their field, and its end.
TONGUES = {
    "chat": ("/", "join_conversation", None, "conversation_token", "token", "conversation"),
    "assistant rooms": ("/assistant/realtime", "join_room", "stream_start", "stream_chunk", "content", "stream_end"),
    "documents": ("/", "join_chat", "message_sources", "message_token", "token", "message_complete"),
    "file rooms": ("/", "join_room", "ai_thinking", "ai_response_chunk", "chunk", "ai_response_complete"),
}


async def follow(name, options, token, place):
    namespace, join, opens, piece, field, ends = TONGUES[name]
    client = socketio.AsyncClient()
    over = asyncio.get_running_loop().create_future()
    texts, answers = [], []

    # One argument beside the name, as clients written for the old servers have them.
    async def heard(event, data):
        event = event.split(" ")[0]
        if event == opens or (event == piece and data.get("offset") == 0):
            texts.clear()
        if event == piece:
            texts.append(data[field])
        if event == ends:
            answers.append("".join(texts))
            print(json.dumps([name, answers[-1]]), flush=True)
        if len(answers) == int(options.answers) and not over.done():
            over.set_result(None)

    client.on("*", heard, namespace=namespace)
    try:
        await client.connect(options.url, auth={"token": token}, namespaces=[namespace])
        await client.call(join, place, namespace=namespace)
        print(json.dumps([name, None]), flush=True)
        await asyncio.wait_for(over, PATIENCE)
    finally:
        await client.disconnect()


async def main(options):
    token = (await log_in(options))["access_token"]
    number = int(options.conversation)
    places = {
        "chat": {"conversation_id": number},
        "assistant rooms": {"room_id": options.room},
        "documents": {"chat_id": number},
        "file rooms": {"conversation_id": number},
    }
    await asyncio.gather(*(follow(name, options, token, place) for name, place in places.items()))


if __name__ == "__main__":
    run(main, "Follows a conversation in four vocabularies at once.", ("conversation", "room", "answers"))
