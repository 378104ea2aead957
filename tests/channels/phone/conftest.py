"""A pretended telephone network with its REST side, for the tests of the phone."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from helpdesk.channels.phone.network.player import Network
from helpdesk.channels.phone.network.post import Answer, Post
from helpdesk.channels.phone.network.world import JumpingClock
from tests.twilio.mock import TwilioMock

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "a token that only the tests know"
PUBLIC = "https://example.test"
NOON = datetime(2026, 3, 3, 11, 0, tzinfo=UTC)


class Scripted:
    """A product that answers from a table of documents by path, and remembers what it was asked."""

    def __init__(self) -> None:
        self.documents: dict[str, str] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.headers: list[dict[str, str]] = []

    def __call__(self, path: str, form: object, headers: object) -> Answer:
        fields = dict(form)  # type: ignore[call-overload]
        self.asked.append((path, fields))
        self.headers.append(dict(headers))  # type: ignore[call-overload]
        body = self.documents.get(path.split("?")[0])
        return Answer(404, b"") if body is None else Answer(200, f"<Response>{body}</Response>".encode())

    def told(self, path: str, field: str) -> list[str]:
        """Return what one field said in each request to a path."""
        return [form[field] for where, form in self.asked if where.split("?")[0] == path and field in form]


@pytest.fixture
def scripted() -> Scripted:
    """A product with its answers in a table."""
    return Scripted()


@pytest.fixture
def story() -> list[str]:
    """What the network said happened."""
    return []


@pytest.fixture
def network(scripted: Scripted, story: list[str]) -> Network:
    """A network whose time jumps, connected to the scripted product."""
    post = Post(PUBLIC, lambda url, form: "signed", scripted)
    return Network(post, JumpingClock(NOON), ACCOUNT, story.append)


@pytest.fixture
def twilio(network: Network) -> Iterator[TwilioMock]:
    """The REST side of the network, judged by Twilio's description."""
    with TwilioMock(network, TOKEN, ("SK" + "1" * 32, "key secret")) as mock:
        yield mock
