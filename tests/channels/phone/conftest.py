"""A pretended telephone network with its REST side, for the tests of the phone."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from helpdesk.app import create_app
from helpdesk.channels.phone.models import CallLeg
from helpdesk.channels.phone.network.calls import Call, Habits, Person
from helpdesk.channels.phone.network.player import Network
from helpdesk.channels.phone.network.post import Answer, Post
from helpdesk.channels.phone.network.world import JumpingClock
from helpdesk.channels.phone.telephone import sign
from helpdesk.channels.phone.twiml import read
from helpdesk.channels.phone.verbs import Verb
from helpdesk.clock import now
from helpdesk.config import Config
from helpdesk.contacts.models import Contact
from helpdesk.db import Database
from helpdesk.outbox.models import OutboxRow
from helpdesk.queue.actions import take_next
from helpdesk.queue.models import Agent
from helpdesk.worker import work_once
from tests.builders import Centre
from tests.conftest import empty
from tests.twilio.mock import TwilioMock

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "a token that only the tests know"
DESK = "+46980319210"
PUBLIC = "https://example.test"
FORM = {
    "AccountSid": ACCOUNT,
    "ApiVersion": "2010-04-01",
    "CallSid": "CA" + "ab" * 16,
    "CallStatus": "ringing",
    "Called": "+46980319200",
    "Caller": "+46701740601",
    "Direction": "inbound",
    "From": "+46701740601",
    "To": "+46980319200",
}
"""What a voice webhook carries."""
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


class ToApp:
    """Carries webhooks to the application through its test client."""

    def __init__(self) -> None:
        self.client: FlaskClient | None = None

    def __call__(self, path: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        assert self.client is not None
        answer = self.client.post(path, data=dict(form), headers=dict(headers))
        return Answer(answer.status_code, answer.get_data(), answer.content_type)


@dataclass
class Installation:
    """The whole program, connected to a pretended telephone network through Twilio's REST API and signed webhooks."""

    app: Flask
    network: Network
    twilio: TwilioMock
    story: list[str]
    habits: Habits

    @property
    def database(self) -> Database:
        """The application's database."""
        found: Database = self.app.extensions["helpdesk.database"]
        return found

    def work(self) -> int:
        """Let the worker send what is due; return how many rows left."""
        return work_once(self.app, self.app.extensions["helpdesk.senders"], now)

    def staff(self, *agents: str) -> list[int]:
        """Open the centre with these agents, each with a telephone; return their ids."""
        with self.database.transaction() as session:
            centre = Centre(session, now())
            made = [centre.agent(name, "lang:fi", "lang:en") for name in agents]
            for agent in made:
                agent.phone = DESK
            return [agent.id for agent in made]

    def staffed(self) -> int:
        """Return the first agent."""
        return int(self.rows(Agent)[0].id)

    def agent_key(self, agent_id: int) -> str:
        """Return what the world calls an agent."""
        return next(str(one.public_id) for one in self.rows(Agent) if one.id == agent_id)

    def take(self, agent_id: int) -> str | None:
        """Let the agent take whoever is next; return the contact's public id."""
        with self.database.transaction() as session:
            contact = take_next(session, agent_id, now())
            return contact.public_id if contact is not None else None

    def rows(self, kind: type[Any]) -> list[Any]:
        """Return every row of a table as it is now, oldest first."""
        with self.database.reading() as session:
            found = list(session.scalars(select(kind).order_by(kind.id)))
            session.expunge_all()
        return found

    def contacts(self) -> list[Contact]:
        """Return every contact there is, oldest first."""
        return self.rows(Contact)

    def legs(self) -> list[CallLeg]:
        """Return every leg there is, oldest first."""
        return self.rows(CallLeg)

    def outbox(self) -> list[OutboxRow]:
        """Return everything that was to leave the house."""
        return self.rows(OutboxRow)


@pytest.fixture
def habits() -> Habits:
    """How the network treats its webhooks; tests may override it."""
    return Habits()


@pytest.fixture
def installation(database_url: str, tmp_path: Path, story: list[str], habits: Habits) -> Iterator[Installation]:
    """A committed service centre that a telephone network can call."""
    carry = ToApp()
    post = Post(PUBLIC, partial(sign, TOKEN), carry)
    network = Network(post, JumpingClock(now()), ACCOUNT, story.append, habits)
    with TwilioMock(network, TOKEN) as twilio:
        app = create_app(
            Config(
                secret_key="test",
                seal_key="test",
                instance=tmp_path,
                database_url=database_url,
                public_url=PUBLIC,
                twilio_auth_token=TOKEN,
                twilio_api_url=twilio.url,
                testing=True,
            )
        )
        carry.client = app.test_client()
        yield Installation(app, network, twilio, story, habits)
        empty(app.extensions["helpdesk.database"])
        app.extensions["helpdesk.database"].dispose()


@pytest.fixture
def staffed(installation: Installation) -> Installation:
    """A centre with one agent, on an installation that a network can call."""
    installation.staff("maria")
    return installation


@pytest.fixture
def post(staffed: Installation) -> Callable[..., TestResponse]:
    """Send a signed webhook and return the answer."""
    client = staffed.app.test_client()

    def send(path: str, token: str | None = None, **fields: str) -> TestResponse:
        form = FORM | fields
        signature = sign(TOKEN, PUBLIC + path, form)
        headers = {"X-Twilio-Signature": signature} | ({"I-Twilio-Idempotency-Token": token} if token else {})
        return client.post(path, data=form, headers=headers)

    return send


def verbs(answer: TestResponse) -> tuple[Verb, ...]:
    """Return what an answer asks the network to do."""
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.mimetype == "text/xml"
    return read(answer.get_data())


def waits(installation: Installation, keys: str = "11", **person: Any) -> Call:
    """Let somebody call and wait in the queue."""
    call = installation.network.ring_in(
        "+46701740601", "+46980319200", Person(keys=keys, **person), PUBLIC + "/twilio/status"
    )
    installation.network.run(until=lambda: call.line is not None)
    return call


def talk(installation: Installation, call: Call) -> None:
    """Let the worker connect, and time pass until both talk."""
    assert installation.work() == 2
    installation.network.run(until=lambda: call.room is not None and call.room.status == "in-progress")
    installation.network.run(limit=1)
