"""A service centre that really serves: its own processes, a citizen's real line, an agent's real API."""

import threading
import uuid
from collections.abc import Mapping
from datetime import timedelta
from types import TracebackType
from typing import Any

import socketio
from sqlalchemy import select

from helpdesk.channels.chat.live import CHAT
from helpdesk.clock import now
from helpdesk.contacts.sealing import Sealer
from helpdesk.db import Database
from helpdesk.migrating import migrate
from helpdesk.people.actions import make_token
from helpdesk.people.models import Account
from tests.builders import Centre
from tests.soak.processes import Api, Helpdesk

SCOPES = ("queue:read", "contacts:read", "contacts:write", "contacts:take")
ANSWER_S = 10


class House:
    """A served service centre with one agent. Use it as a context manager; ``desk`` is the installation beneath."""

    def __init__(
        self, database_url: str | None = None, environ: Mapping[str, str] | None = None, is_first: bool = True
    ) -> None:
        self.desk = Helpdesk(database_url=database_url, environ={"HELPDESK_DEMO": "0", **(environ or {})})
        self.is_first = is_first

    def __enter__(self) -> "House":
        self.desk.__enter__()
        try:
            self.settle()
            self.desk.start()
        except BaseException:
            self.desk.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.desk.__exit__(kind, error, trace)

    def settle(self) -> None:
        """Make the tables, doors and people, unless another house on the same database has; give the agent a key."""
        database = Database(self.desk.environ["DATABASE_URL"], sealer=Sealer("unused"))
        if self.is_first:
            migrate(database)
        with database.transaction() as session:
            if self.is_first:
                Centre(session, now()).staff()
            account = session.scalars(select(Account).where(Account.email == "agent@kommunen.example")).one()
            self.key = make_token(session, account, SCOPES, timedelta(hours=1), now())
        database.dispose()

    def agent(self) -> Api:
        """Return the agent's API."""
        return self.desk.api(self.key)


class Caller:
    """A citizen's page with a real line: python-socketio's own client."""

    def __init__(self, url: str, transport: str = "websocket") -> None:
        self.url, self.transport = url, transport
        self.line = socketio.Client(reconnection=False)
        self.heard: list[tuple[str, Any]] = []
        self.changed = threading.Condition()
        self.key: dict[str, str] = {}
        self.line.on("*", self.hear, namespace=CHAT)

    def __enter__(self) -> "Caller":
        self.line.connect(self.url, transports=[self.transport], namespaces=[CHAT], wait_timeout=ANSWER_S)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.line.shutdown()

    def hear(self, name: str, body: Any = None) -> None:
        """Remember what the server sent by itself."""
        with self.changed:
            self.heard.append((name, body))
            self.changed.notify_all()

    def waits_for(self, name: str, count: int = 1) -> list[Any]:
        """Return what came under a name, once there are so many of it."""

        def found() -> list[Any]:
            return [body for heard, body in self.heard if heard == name]

        with self.changed:
            assert self.changed.wait_for(lambda: len(found()) >= count, ANSWER_S), (name, count, self.heard)
            return found()

    def ask(self, call: str, body: Any) -> dict[str, Any]:
        """Send a call and return its acknowledgement."""
        answer: dict[str, Any] = self.line.call(call, body, namespace=CHAT, timeout=ANSWER_S)
        return answer

    def starts(self, **said: Any) -> dict[str, Any]:
        """Begin a conversation."""
        answer = self.ask("start", {"client_id": str(uuid.uuid4()), "language": "sv", **said})
        if answer["ok"]:
            self.key = {"contact": answer["contact"], "token": answer["token"]}
        return answer

    def says(self, text: str, client_id: str | None = None) -> dict[str, Any]:
        """Say something and wait until it is stored."""
        return self.ask("say", {**self.key, "client_id": client_id or str(uuid.uuid4()), "text": text})

    def sends(self, text: str) -> None:
        """Say something without waiting."""
        body = {**self.key, "client_id": str(uuid.uuid4()), "text": text}
        self.line.emit("say", body, namespace=CHAT)

    def resumes(self, after: int = 0, key: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Come back with one's own key or, as another page, with a given one."""
        self.key = dict(key or self.key)
        return self.ask("resume", {**self.key, "after": after})
