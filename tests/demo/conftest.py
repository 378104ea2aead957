"""A small demo: the town with its people, and a short, thin past."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from helpdesk.app import create_app
from helpdesk.config import Config
from helpdesk.contacts.sealing import Sealer
from helpdesk.db import Database
from helpdesk.demo import accounts, town
from helpdesk.demo.building import Wish, build
from helpdesk.demo.history.chronicle import Scale
from tests.conftest import NOW, empty

SMALL = Wish(seed=1, scale=Scale(weeks=2, volume=0.3))
PASSWORD = "ett lösenord för alla"


class Silent:
    """Hears how far the building has come, and adds it up."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.steps = 0

    def begin(self, what: str, total: int) -> None:
        """Begin a stage."""
        self.stages.append(what)
        assert total >= 0

    def advance(self, count: int) -> None:
        """Go on."""
        self.steps += count


@pytest.fixture(scope="module")
def built(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A small demo in a database of each kind, built once for the tests of a file; they only look."""
    database = Database(database_url, sealer=Sealer("test"))
    try:
        with database.transaction() as session:
            build(session, tmp_path_factory.mktemp("instance"), PASSWORD, SMALL, NOW, Silent())
        yield database
    finally:
        empty(database)
        database.dispose()


@pytest.fixture
def past(built: Database) -> Iterator[Session]:
    """A look at the small demo."""
    with built.reading() as session:
        yield session


@pytest.fixture
def demo_app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The whole program as a demo, on an empty database."""
    made = create_app(
        Config(
            secret_key="test",
            seal_key="test",
            instance=tmp_path,
            database_url=database_url,
            upload_dir=tmp_path / "uploads",
            twilio_auth_token="secret",
            demo=True,
            testing=True,
        )
    )
    yield made
    empty(made.extensions["helpdesk.database"])
    made.extensions["helpdesk.database"].dispose()


@pytest.fixture
def peopled(demo_app: Flask, tmp_path: Path) -> Callable[[], Database]:
    """Builds the town and its people into the demo's database, without a past; call it once."""

    def people() -> Database:
        database: Database = demo_app.extensions["helpdesk.database"]
        with database.transaction() as session:
            town.build(session, NOW, always_open=True)
            accounts.settle(session, tmp_path, PASSWORD, NOW)
        return database

    return people


def settle_people(demo_app: Flask) -> None:
    """Settle the demo's people in an application's database, without the town around them."""
    database: Database = demo_app.extensions["helpdesk.database"]
    with database.transaction() as session:
        accounts.settle(session, demo_app.config["HELPDESK"].instance, PASSWORD, NOW)
