"""The two databases and their ways: one writer at a time on SQLite, a small pool on PostgreSQL.

The edge opens a :meth:`Database.transaction` (or a :meth:`Database.reading`, which cannot write), gives the session to
one action and leaves; no session lies in a global. Measured background of each choice: README, *Decisions*.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import current_app
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from helpdesk.news import News
from helpdesk.turn import Turn

PATIENCE_S = 30.0
"""How long a writer waits for another process (a command, a backup) to let go of an SQLite file, in seconds."""


class Database:
    """One database with its engines.

    ``news`` says what follows from what is told in a transaction; ``tools`` are laid in every session's ``info`` (the
    sealer, say), so that an action needs no global.
    """

    def __init__(self, url: str, news: News | None = None, pool_size: int = 8, **tools: Any) -> None:
        self.url = url
        self.tools = tools
        self.news = news or News()
        self.is_sqlite = url.startswith("sqlite")
        self._turn = Turn()
        self._inside = threading.local()
        if self.is_sqlite:
            self.engine = sqlite_engine(url, "BEGIN IMMEDIATE", 1)
            self.readers = sqlite_engine(url, "BEGIN", pool_size, "query_only = ON")
        else:
            self.engine = create_engine(url, pool_size=pool_size, max_overflow=4, pool_pre_ping=True)
            self.readers = reading_engine(url, pool_size)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Give a session that may write; commit at the end, then publish what was told. An exception rolls back.

        On SQLite one writer of this process is inside at a time, so that no greenlet waits in C for a lock that
        another greenlet holds. Raises RuntimeError for a transaction inside a transaction.
        """
        if getattr(self._inside, "writing", False):
            raise RuntimeError("a transaction inside a transaction: hand the session on instead")
        self._inside.writing = True
        try:
            if self.is_sqlite:
                with self._turn, self._work() as session:
                    yield session
            else:
                with self._work() as session:
                    yield session
        finally:
            self._inside.writing = False
        self.news.publish(session)

    @contextmanager
    def _work(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False, info=dict(self.tools)) as session:
            self.news.follow(session)
            yield session
            session.flush()
            self.news.before_commit(session)
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that looks and cannot write: the database itself refuses it.

        What was read may be used after its end. A look inside a look (a page's frame, say) is the same look, so that
        nobody holds one connection of the pool while waiting for a second.
        """
        outer: Session | None = getattr(self._inside, "reading", None)
        if outer is not None:
            yield outer
            return
        with Session(self.readers, expire_on_commit=False, info=dict(self.tools)) as session:
            self._inside.reading = session
            try:
                yield session
            finally:
                self._inside.reading = None

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        self.readers.dispose()


def sqlite_engine(url: str, begin: str, pool_size: int, *pragmas: str) -> Engine:
    """Return an engine that opens its transactions with ``begin`` and waits its turn without stopping the process."""
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=PATIENCE_S,
        connect_args={"isolation_level": None, "check_same_thread": False, "timeout": 0.5},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", *pragmas):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def open_transaction(connection: Connection) -> None:
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                connection.exec_driver_sql(begin)
                return
            except OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > until:
                    raise
            time.sleep(0.01)

    return engine


def reading_engine(url: str, pool_size: int) -> Engine:
    """Return an engine for PostgreSQL that cannot write and opens no transactions: each statement is a look of its own.

    That is what READ COMMITTED gives anyway, without the way there and back for BEGIN and ROLLBACK.
    """
    engine = create_engine(url, pool_size=pool_size, max_overflow=4, pool_pre_ping=True, isolation_level="AUTOCOMMIT")

    @event.listens_for(engine, "connect")
    def only_look(connection: Any, _record: Any) -> None:
        connection.autocommit = True
        connection.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")

    return engine


def is_current(session: Session) -> bool:
    """Say whether the database answers."""
    return bool(session.execute(text("SELECT 1")).scalar_one() == 1)


def database() -> Database:
    """Return the database of the running application."""
    found: Database = current_app.extensions["helpdesk.database"]
    return found


@contextmanager
def transaction() -> Iterator[Session]:
    """Open a transaction in the running application's database (see :meth:`Database.transaction`)."""
    with database().transaction() as session:
        yield session


@contextmanager
def reading() -> Iterator[Session]:
    """Open a look that cannot write (see :meth:`Database.reading`)."""
    with database().reading() as session:
        yield session
