"""An agent at a desk: a browser without JavaScript that is signed in, and the committed centre around it."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from helpdesk.channels.arrival import Arrival, arrive
from helpdesk.clock import now
from helpdesk.contacts.models import Contact
from helpdesk.contacts.stages import Channel
from helpdesk.people.models import Account
from helpdesk.queue.models import Agent
from tests.browser import Site
from tests.builders import Centre
from tests.desk.served import ServedTown


class Town:
    """A committed service centre. Time is that of the program, because the pages ask the clock; people came just before."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.database = app.extensions["helpdesk.database"]
        self.now: datetime = now() - timedelta(seconds=30)
        self.agents: dict[str, int] = {}
        with self.database.transaction() as session:
            self.centre = Centre(session, self.now)
            for name, abilities in (("maria", ("lang:en",)), ("aino", ("lang:fi",))):
                self.agents[name] = self.centre.agent(name, *abilities).id

    def arrives(self, channel: Channel = Channel.CHAT, seconds_ago: int = 20, **more: Any) -> str:
        """Let a citizen come in; return the contact's public id."""
        with self.database.transaction() as session:
            came = now() - timedelta(seconds=seconds_ago)
            return arrive(session, Arrival(self.centre.doors[channel], **more), came).public_id

    def contact(self, public_id: str) -> Contact:
        """Return a contact as it is now."""
        with self.database.reading() as session:
            return session.scalars(select(Contact).where(Contact.public_id == public_id)).one()

    def agent(self, name: str = "maria") -> Agent:
        """Return an agent as they are now."""
        with self.database.reading() as session:
            return session.get_one(Agent, self.agents[name])

    def all_contacts(self) -> list[Contact]:
        """Return every contact, oldest first."""
        return self.all(Contact)

    def all(self, model: type, *where: Any) -> list[Any]:
        """Return the rows of a table."""
        with self.database.reading() as session:
            return list(session.scalars(select(model).where(*where).order_by(model.id)))


class Desk:
    """Somebody at the desk, in a browser without JavaScript."""

    def __init__(self, app: Flask, name: str) -> None:
        self.client: FlaskClient = app.test_client()
        with app.extensions["helpdesk.database"].reading() as session:
            account = session.scalars(select(Account).where(Account.email == f"{name}@kommunen.example")).one()
            kept = f"{account.public_id}.{account.session_epoch}"
        with self.client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = kept, True

    def page(self, path: str = "/arbetsyta", **query: str) -> str:
        """Return a page's text, in English."""
        answer = self.client.get(path, query_string={"lang": "en", **query})
        assert answer.status_code == 200, answer.text
        return answer.text

    def token(self) -> str:
        """Return the token that every form carries."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.page())
        assert found is not None
        return found[1]

    def post(self, path: str, **fields: Any) -> TestResponse:
        """Send a form and follow where it leads."""
        return self.client.post(path, data={"csrf_token": self.token(), **fields}, follow_redirects=True)

    def send(self, path: str, **fields: Any) -> TestResponse:
        """Send a form as the page's script does: the answer is JSON."""
        accept = {"Accept": "application/json, text/html;q=0.5"}
        return self.client.post(path, data={"csrf_token": self.token(), **fields}, headers=accept)

    def takes(self, public_id: str) -> str:
        """Take the very contact; return its id."""
        assert self.post(f"/arbetsyta/ta/{public_id}").status_code == 200
        return public_id


@pytest.fixture
def town(app: Flask) -> Town:
    """A service centre with two agents who are there and available."""
    return Town(app)


@pytest.fixture
def sits_down(app: Flask, town: Town) -> Callable[[str], Desk]:
    """Let one of the agents sit down at a desk."""
    return lambda name: Desk(app, name)


@pytest.fixture
def maria(sits_down: Callable[[str], Desk]) -> Desk:
    """Maria at her desk."""
    return sits_down("maria")


@pytest.fixture
def aino(sits_down: Callable[[str], Desk]) -> Desk:
    """Aino at hers."""
    return sits_down("aino")


@pytest.fixture(scope="module")
def served(site: Site) -> ServedTown:
    """The service centre, served to browsers."""
    return ServedTown(site)


@pytest.fixture
def agent(served: ServedTown) -> str:
    """The name of an agent who has nothing yet."""
    return served.hires()
