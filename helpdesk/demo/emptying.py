"""Taking a demo away: every row, also of the logs that nothing else may touch. Never called outside the demo."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from helpdesk import schema

KEPT = frozenset({"change_version", "library_version"})
"""What running servers follow: it only ever rises, so that they see that everything is new."""


def empty(session: Session) -> None:
    """Take every row out in the session's transaction; the logs' guards stand again at its end."""
    connection = session.connection()
    names = [table.name for table in schema.metadata.sorted_tables if table.name not in KEPT]
    if connection.dialect.name == "postgresql":
        listed = ", ".join(f'"{name}"' for name in names)
        connection.execute(text(f"TRUNCATE {listed} RESTART IDENTITY"))
        return
    guards = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
    connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    for name, _sql in guards:
        connection.execute(text(f'DROP TRIGGER "{name}"'))
    for name in reversed(names):
        connection.execute(text(f'DELETE FROM "{name}"'))
    for _name, sql in guards:
        connection.execute(text(sql))
