"""A citizen's page over the socket, without a network: what it asks, what it is answered, what it hears."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask_socketio import SocketIOTestClient

from helpdesk.app import socket_of
from helpdesk.channels.chat.live import CHAT
from tests.builders import Centre


def new_id() -> str:
    """Return a name for a message or a beginning, as a page makes it."""
    return str(uuid.uuid4())


class Page:
    """A citizen's open page."""

    def __init__(self, app: Flask) -> None:
        self.line = SocketIOTestClient(app, socket_of(app), namespace=CHAT)
        self.key: dict[str, str] = {}
        self.heard: list[tuple[str, Any]] = []

    def ask(self, call: str, *said: Any) -> dict[str, Any]:
        """Send a call as it is and return its acknowledgement."""
        answer = self.line.emit(call, *said, namespace=CHAT, callback=True)
        assert isinstance(answer, dict)
        return answer

    def starts(self, **said: Any) -> dict[str, Any]:
        """Begin a conversation and keep its key when there is one."""
        answer = self.ask("start", {"client_id": new_id(), "language": "sv", **said})
        if answer["ok"]:
            self.key = {"contact": answer["contact"], "token": answer["token"]}
        return answer

    def says(self, text: str, client_id: str | None = None) -> dict[str, Any]:
        """Say something."""
        return self.ask("say", {**self.key, "client_id": client_id or new_id(), "text": text})

    def resumes(self, after: int = 0, key: dict[str, str] | None = None) -> dict[str, Any]:
        """Come back, on this page or (with its key) on another."""
        self.key = key or self.key
        return self.ask("resume", {**self.key, "after": after})

    def hears(self, *names: str) -> list[Any]:
        """Return what the server has sent by itself since last asked, of these events (all: with their names)."""
        sent = self.line.get_received(CHAT)
        events = [(one["name"], one["args"][0] if isinstance(one["args"], list) else one["args"]) for one in sent]
        return [body for name, body in events if name in names] if names else events

    def leaves_the_line(self) -> None:
        """Lose the line."""
        self.line.disconnect(namespace=CHAT)


@pytest.fixture
def centre_of_chat(app: Flask, settled: Callable[[], Centre]) -> Centre:
    """A committed service centre whose chat is always open."""
    return settled()


@pytest.fixture
def new_page(app: Flask, centre_of_chat: Centre) -> Iterator[Callable[[], Page]]:
    """Open a page; as many as needed."""
    opened: list[Page] = []

    def open_page() -> Page:
        opened.append(Page(app))
        return opened[-1]

    yield open_page
    for page in opened:
        if page.line.is_connected(CHAT):
            page.leaves_the_line()


@pytest.fixture
def page(new_page: Callable[[], Page]) -> Page:
    """A citizen's page."""
    return new_page()
