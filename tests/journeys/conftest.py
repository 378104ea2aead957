"""What the journeys share: the town on each kind of database, with telephones."""

from collections.abc import Iterator

import pytest

from tests.conftest import lack, new_postgres_database
from tests.journeys.telephones import Telephones
from tests.town import Town


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database(request: pytest.FixtureRequest) -> str | None:
    """The address of a database without tables; None for one in the program's own folder."""
    if request.param == "sqlite":
        return None
    server = request.getfixturevalue("postgres_server")
    if server is None:
        lack("PostgreSQL", "no initdb in /usr/lib/postgresql or on the path")
    return new_postgres_database(server, "journey")


@pytest.fixture
def town(empty_database: str | None) -> Iterator[Town]:
    """The municipality, served, with a telephone network that calls it as ``town.telephones``."""
    with Telephones(lambda: found.url) as telephones, Town(empty_database, telephones.environ) as found:
        found.telephones = telephones
        yield found
