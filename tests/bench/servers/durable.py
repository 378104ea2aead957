"""The prototype that the chat is held against: store the message, raise the conversation's counter, commit, deliver.

SQLite as the product runs it (WAL, NORMAL, BEGIN IMMEDIATE, one writer at a time, nothing yields inside a transaction),
SQLAlchemy Core, no accounts, no rules, no masking.
"""

# ruff: noqa: E402  gevent's patches come before every other import

from gevent import monkey

monkey.patch_all()

import tempfile
import time
from pathlib import Path
from typing import Any

from flask import Flask, request
from flask_socketio import emit
from gevent.lock import BoundedSemaphore
from sqlalchemy import Column, Float, ForeignKey, Integer, MetaData, String, Table, create_engine, event, insert, update

from helpdesk.web import server

tables = MetaData()
conversation = Table(
    "conversation",
    tables,
    Column("id", Integer, primary_key=True),
    Column("messages", Integer, nullable=False, default=0),
    Column("last_at", Float),
)
message = Table(
    "message",
    tables,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", ForeignKey(conversation.c.id), nullable=False, index=True),
    Column("text", String, nullable=False),
    Column("at", Float, nullable=False),
)

folder = tempfile.TemporaryDirectory(prefix="bench-durable-")
engine = create_engine(f"sqlite:///{Path(folder.name) / 'messages.sqlite'}", pool_size=1, max_overflow=0)
one_writer = BoundedSemaphore()
conversation_of: dict[str, int] = {}

app = Flask(__name__)
socketio = server.build_socketio()
socketio.init_app(app)


@event.listens_for(engine, "connect")
def set_up(connection: Any, _: Any) -> None:
    """Take transactions into our own hands and set what the product sets."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=500"):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(engine, "begin")
def begin(connection: Any) -> None:
    """Take the write lock at once, so that a transaction never fails half-way."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@socketio.on("connect")
def connect() -> None:
    """Give every client a conversation of its own."""
    with one_writer, engine.begin() as transaction:
        made = transaction.execute(insert(conversation).values(messages=0))
        conversation_of[request.sid] = made.lastrowid  # type: ignore[attr-defined]


@socketio.on("msg")
def say(text: str) -> None:
    """Store, commit, deliver."""
    number, at = conversation_of[request.sid], time.time()  # type: ignore[attr-defined]
    with one_writer, engine.begin() as transaction:
        transaction.execute(insert(message).values(conversation_id=number, text=text, at=at))
        transaction.execute(
            update(conversation)
            .where(conversation.c.id == number)
            .values(messages=conversation.c.messages + 1, last_at=at)
        )
    emit("msg", text)


if __name__ == "__main__":
    tables.create_all(engine)
    with folder:
        code = server.serve(app, socketio, "127.0.0.1", 0)
    raise SystemExit(code)
