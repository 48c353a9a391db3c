# Python: the ordinary chat server of that world, with the events of node-server.ts. One process with python-socketio on
# aiohttp and SQLite in WAL mode: stores every message and the finished answer, emits every token to the room.
import asyncio
import datetime
import json
import sqlite3
import sys

import aiohttp
import socketio
from aiohttp import web

DATABASE, MODEL_URL = sys.argv[1:3]
HISTORY = 50

db = sqlite3.connect(DATABASE, isolation_level=None)
db.row_factory = sqlite3.Row
db.executescript(
    """PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS message (id INTEGER PRIMARY KEY, room TEXT NOT NULL, role TEXT NOT NULL, author TEXT,
      content TEXT NOT NULL, created_at TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS message_room ON message (room, id)"""
)

sio = socketio.AsyncServer(async_mode="aiohttp")
app = web.Application()
sio.attach(app)
rooms = {}


def store(room, role, author, content):
    created_at = datetime.datetime.now(datetime.timezone.utc).isoformat()
    cursor = db.execute(
        "INSERT INTO message (room, role, author, content, created_at) VALUES (?, ?, ?, ?, ?)",
        (room, role, author, content, created_at),
    )
    return {"id": cursor.lastrowid, "role": role, "author": author, "content": content, "created_at": created_at}


def history(room, below=2**53):
    rows = db.execute(
        "SELECT * FROM message WHERE room = ? AND id < ? ORDER BY id DESC LIMIT ?", (room, below, HISTORY)
    ).fetchall()
    return [dict(row) for row in reversed(rows)]


async def answer(room):
    messages = [{"role": row["role"], "content": row["content"]} for row in history(room)]
    text = ""
    body = {"model": "bench", "messages": messages, "stream": True}
    async with app["model"].post(f"{MODEL_URL}/chat/completions", json=body) as response:
        async for line in response.content:
            if not line.startswith(b"data: {"):
                continue
            choices = json.loads(line[6:])["choices"]
            delta = choices[0]["delta"].get("content") if choices else None
            if delta:
                text += delta
                await sio.emit("token", {"room": room, "text": delta}, room=room)
    await sio.emit("done", {"room": room, "id": store(room, "assistant", None, text)["id"]}, room=room)


@sio.event
async def connect(sid, environ):
    query = dict(pair.split("=", 1) for pair in environ["QUERY_STRING"].split("&"))
    rooms[sid] = (query["room"], query["user"])
    sio.enter_room(sid, query["room"])


@sio.event
async def disconnect(sid):
    rooms.pop(sid, None)


@sio.on("open")
async def open_room(sid):
    return history(rooms[sid][0])


@sio.on("history")
async def older(sid, below):
    return history(rooms[sid][0], below)


@sio.on("message")
async def message(sid, content, wants_answer):
    room, author = rooms[sid]
    stored = store(room, "user", author, content)
    await sio.emit("message", stored, room=room)
    if wants_answer:
        asyncio.get_running_loop().create_task(answer(room))
    return stored["id"]


async def main():
    app["model"] = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None), read_bufsize=2**22)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(json.dumps({"port": site._server.sockets[0].getsockname()[1]}), flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
