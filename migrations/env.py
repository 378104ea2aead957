"""Runs the migrations on whichever database the environment names, or on a connection that is handed in."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import Connection, create_engine, pool

from helpdesk import schema
from helpdesk.config import driver
from knowledge.base import UtcDateTime


def render(kind: str, item: object, _context: object) -> str | bool:
    """Write a moment as the plain type it is, so that no migration depends on the code of its day."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def migrate(connection: Connection) -> None:
    """Run what is asked for on this connection. SQLite rebuilds a table where it cannot alter one."""
    if connection.dialect.name == "sqlite":
        with keys_asleep(connection):
            run(connection)
    else:
        run(connection)


@contextmanager
def keys_asleep(connection: Connection) -> Iterator[None]:
    """Let tables be dropped and made anew without what points at them falling; look that every key leads somewhere after.

    SQLite hears the pragma outside a transaction only, so it goes past SQLAlchemy, which would open one.
    """
    driver_connection = connection.connection.driver_connection
    assert driver_connection is not None
    driver_connection.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
        connection.commit()
        astray = driver_connection.execute("PRAGMA foreign_key_check").fetchall()
        if astray:
            raise RuntimeError(f"the migration left keys that lead nowhere: {astray[:5]}")
    finally:
        driver_connection.execute("PRAGMA foreign_keys = ON")


def run(connection: Connection) -> None:
    """Run the migrations, each in a transaction of its own."""
    context.configure(
        connection=connection,
        target_metadata=schema.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=render,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    url = driver(context.config.get_main_option("sqlalchemy.url") or "sqlite:///instance/helpdesk.sqlite")
    with create_engine(url, poolclass=pool.NullPool).connect() as fresh:
        migrate(fresh)
