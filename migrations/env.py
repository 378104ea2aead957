"""Runs the migrations on whichever database the environment names, or on a connection that is handed in."""

from alembic import context
from sqlalchemy import Connection, create_engine, pool, text

from helpdesk import schema
from helpdesk.config import driver
from knowledge.base import UtcDateTime


def render(kind: str, item: object, _context: object) -> str | bool:
    """Write a moment as the plain type it is, so that no migration depends on the code of its day."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def migrate(connection: Connection) -> None:
    """Run what is asked for on this connection. SQLite rebuilds a table where it cannot alter one."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA foreign_keys = OFF"))
        connection.commit()
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
