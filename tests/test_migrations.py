"""Forwards, backwards, and nothing left to migrate: on both databases."""

import pytest
from alembic import command
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from helpdesk.db import Database
from helpdesk.migrating import alembic_config, is_migrated, migrate
from tests.conftest import new_postgres_database
from tests.knowledge.conftest import take_in_demo


@pytest.fixture(params=["sqlite", "postgres"])
def bare(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Database:
    """A database without any table."""
    if request.param == "sqlite":
        return Database(f"sqlite:///{tmp_path_factory.mktemp('bare')}/bare.sqlite")
    server = request.getfixturevalue("postgres_server")
    if server is None:
        pytest.skip("PostgreSQL is missing")
    return Database(new_postgres_database(server, f"bare{tmp_path_factory.mktemp('bare').name}"))


def test_the_migrations_make_what_the_models_say(bare: Database) -> None:
    migrate(bare)
    settings = alembic_config()
    with bare.engine.connect() as connection:
        settings.attributes["connection"] = connection
        command.check(settings)
    assert is_migrated(bare)
    bare.dispose()


def test_back_to_nothing_and_forwards_again_with_things_in_it(bare: Database) -> None:
    migrate(bare)
    with bare.transaction() as session:
        take_in_demo(session)
    migrate(bare, "base")
    assert set(inspect(bare.engine).get_table_names()) <= {"alembic_version"}
    migrate(bare)
    assert is_migrated(bare)
    bare.dispose()


@pytest.mark.parametrize(
    "table", ["contact_event", "classification_change", "change_request_event", "retention_run", "setting_change"]
)
def test_a_log_is_only_added_to(database: Database, table: str) -> None:
    with database.engine.connect() as connection:
        triggers = (
            connection.execute(
                text("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :t"), {"t": table}
            )
            if database.is_sqlite
            else connection.execute(
                text("SELECT count(*) FROM information_schema.triggers WHERE event_object_table = :t"), {"t": table}
            )
        )
        assert triggers.scalar_one() == 2


def test_a_reading_of_the_log_cannot_be_rewritten(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO account (id, public_id, email, name, must_change_password, session_epoch, created_at) "
                "VALUES (1, 'a', 'a@kommunen.example', 'A', false, 0, '2026-11-23 09:00:00')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO read_log (id, at, account_id, record, record_id, reason, route) "
                "VALUES (1, '2026-11-23 09:00:00', 1, 'contact', 'x', 'why', '/')"
            )
        )
    for statement in ("UPDATE read_log SET reason = 'other'", "DELETE FROM read_log"):
        with pytest.raises(DBAPIError, match="only added to"), database.engine.begin() as connection:
            connection.execute(text(statement))
