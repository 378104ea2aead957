"""Bringing a database up to the newest migration, and knowing whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from helpdesk.db import Database

FOLDER = Path(__file__).resolve().parent.parent / "migrations"


def alembic_config() -> AlembicConfig:
    """Return Alembic's settings."""
    return AlembicConfig(str(FOLDER / "alembic.ini"))


def migrate(database: Database, to: str = "head") -> None:
    """Run the migrations up to ``to`` on the database (``base`` goes all the way back)."""
    settings = alembic_config()
    with database.engine.connect() as connection:
        settings.attributes["connection"] = connection
        if to == "base":
            command.downgrade(settings, to)
        else:
            command.upgrade(settings, to)
        connection.commit()


def is_migrated(database: Database) -> bool:
    """Say whether the database is at the newest migration."""
    newest = ScriptDirectory.from_config(alembic_config()).get_current_head()
    with database.readers.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest
