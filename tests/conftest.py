"""What all tests share: both databases, the application, people and the citizen at the door.

Every test that takes ``database`` (or anything built on it) runs on SQLite and on PostgreSQL.
"""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from helpdesk import schema
from helpdesk.answers.search import Searching
from helpdesk.app import create_app
from helpdesk.config import Config
from helpdesk.contacts.sealing import Sealer
from helpdesk.db import Database
from helpdesk.migrating import migrate
from tests import servers
from tests.builders import Centre

pytest_plugins = ("tests.browser",)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday, 10.00 in Sweden. Time is always given in."""

LACKING: set[str] = set()


def lack(what: str, why: str) -> None:
    """Skip for want of something on the machine, and say so at the end; in CI nothing may be wanting."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing: {why}")
    LACKING.add(f"{what}: {why}")
    pytest.skip(f"{what} is missing")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that no worker is left with it when the others are done."""
    items.sort(key=lambda item: not any(item.get_closest_marker(name) for name in ("browser", "long")))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in the last lines what could not be tested here, and why."""
    for line in sorted(LACKING):
        terminalreporter.write_line(f"not tested here - {line}")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str | None]:
    """The address of a private PostgreSQL server, or None."""
    with servers.postgres() as address:
        yield address


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of a private Redis server."""
    with servers.redis() as address:
        if address is None:
            lack("Redis", "no redis-server on the path")
        else:
            yield address


MADE: dict[str, str] = {}
"""The address of each kind of database that has been made in this process: once, however the tests are ordered."""


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def database_url(
    request: pytest.FixtureRequest, postgres_server: str | None, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The address of a migrated database, one of each kind."""
    kind: str = request.param
    if kind == "postgres" and postgres_server is None:
        lack("PostgreSQL", "no initdb in /usr/lib/postgresql or on the path")
    if kind not in MADE:
        url = (
            f"sqlite:///{tmp_path_factory.mktemp('sqlite')}/helpdesk.sqlite"
            if kind == "sqlite"
            else new_postgres_database(str(postgres_server), "helpdesk")
        )
        database = Database(url)
        migrate(database)
        database.dispose()
        MADE[kind] = url
    return MADE[kind]


def new_postgres_database(server: str, name: str) -> str:
    """Make an empty database on the server and return its address."""
    engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return f"{server}/{name}"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty, migrated database for tests that commit; emptied again afterwards."""
    found = Database(database_url, sealer=Sealer("test"))
    yield found
    empty(found)
    found.dispose()


def empty(database: Database) -> None:
    """Take every row out, past the triggers that guard the logs."""
    deletes = [f'DELETE FROM "{table.name}"' for table in reversed(schema.metadata.sorted_tables)]
    with database.engine.connect() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica; " + "; ".join(deletes))
            connection.commit()
            return
        triggers = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        for name, _sql in triggers:
            connection.execute(text(f"DROP TRIGGER {name}"))
        for delete in deletes:
            connection.exec_driver_sql(delete)
        for _name, sql in triggers:
            connection.execute(text(sql))
        connection.commit()


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """A session on a real database whose work is rolled back after the test."""
    database = Database(database_url, sealer=Sealer("test"))
    with database.engine.connect() as connection:
        outer = connection.begin()
        with Session(
            connection,
            expire_on_commit=False,
            join_transaction_mode="create_savepoint",
            info={"sealer": Sealer("test")},
        ) as one:
            yield one
        outer.rollback()
    database.dispose()


@pytest.fixture
def centre(session: Session) -> Centre:
    """A service centre with doors, departments and the means to add people, in the rolled-back session."""
    return Centre(session, NOW)


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Flask]]:
    """Give the whole program on a database, made once for each: wiring it takes longer than most tests."""
    made: dict[str, Flask] = {}

    def program_on(url: str) -> Flask:
        if url not in made:
            instance = tmp_path_factory.mktemp("instance")
            made[url] = create_app(
                Config(
                    secret_key="test",
                    seal_key="test",
                    instance=instance,
                    database_url=url,
                    upload_dir=instance / "uploads",
                    twilio_auth_token="secret",
                    twilio_account_sid="AC" + "0" * 32,
                    twilio_number="+46980319200",
                    public_url="https://example.test",
                    testing=True,
                )
            )
        return made[url]

    yield program_on
    for one in made.values():
        one.extensions["helpdesk.database"].dispose()


@pytest.fixture
def app(programs: Callable[[str], Flask], database_url: str) -> Iterator[Flask]:
    """The whole program on an empty database, with nothing remembered from another test."""
    program = programs(database_url)
    config = dict(program.config)
    program.extensions["helpdesk.search"] = Searching()
    with program.app_context():
        for limiter in program.extensions["limiter"]:
            limiter.reset()
    yield program
    program.config.clear()
    program.config.update(config)
    empty(program.extensions["helpdesk.database"])


@pytest.fixture
def settled(app: Flask) -> Callable[[], "Centre"]:
    """A committed service centre in the application's database; call it once."""

    def settle() -> Centre:
        with app.extensions["helpdesk.database"].transaction() as session:
            made = Centre(session, NOW)
            made.staff()
        return made

    return settle


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript."""
    return app.test_client()
