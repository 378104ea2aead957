"""Rows by the ten thousand: collected per table, written in bulk, in the order in which tables lean on each other."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, text
from sqlalchemy.orm import Session

from knowledge.base import Base

CHUNK = 2000


class Ledger:
    """New rows of some tables, numbered from where each table's ids end. The session is the only writer meanwhile.

    ``rows`` holds what was collected and is not written yet.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.rows: dict[Table, list[dict[str, Any]]] = {}
        self._last: dict[Table, int] = {}

    def add(self, model: type[Base], **row: Any) -> int:
        """Collect a row and return its id. Every row of a table names the same columns."""
        table = table_of(model)
        if table not in self._last:
            self._last[table] = self._session.scalar(select(func.max(table.c.id))) or 0
        self._last[table] += 1
        self.rows.setdefault(table, []).append({"id": self._last[table], **row})
        return self._last[table]

    def complete(self, model: type[Base], row_id: int, row: dict[str, Any]) -> None:
        """Put the final values into a row that was collected (and not yet written): only columns that it has."""
        rows = self.rows[table_of(model)]
        own = rows[row_id - rows[0]["id"]]
        own.update(row)

    def attach(self, model: type[Base], **row: Any) -> None:
        """Collect a row of a table without an id of its own."""
        self.rows.setdefault(table_of(model), []).append(row)

    def count(self) -> int:
        """Return how many rows wait to be written."""
        return sum(len(rows) for rows in self.rows.values())

    def write(self, written: Callable[[int], object]) -> None:
        """Write everything in the session's transaction; ``written`` is told after each stretch how many rows it had."""
        connection = self._session.connection()
        is_postgres = connection.dialect.name == "postgresql"
        for table in Base.metadata.sorted_tables:
            rows = self.rows.pop(table, [])
            for start in range(0, len(rows), CHUNK):
                chunk = rows[start : start + CHUNK]
                if is_postgres:
                    copy_in(connection, table, chunk)
                else:
                    connection.execute(insert(table), chunk)
                written(len(chunk))
            if rows and table in self._last and is_postgres:
                connection.execute(
                    text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"),
                    {"name": table.name, "last": self._last[table]},
                )


def copy_in(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Write rows with PostgreSQL's COPY, several times as fast as single inserts; values go through the columns' own types."""
    names = list(rows[0])
    prepare = [table.c[name].type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for name in names]
    listed = ", ".join(f'"{name}"' for name in names)
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(f'COPY "{table.name}" ({listed}) FROM STDIN') as stream:
        for row in rows:
            stream.write_row(
                [act(row[name]) if act is not None else row[name] for name, act in zip(names, prepare, strict=True)]
            )


def table_of(model: type[Base]) -> Table:
    """Return the table of a model."""
    found = model.__table__
    if not isinstance(found, Table):
        raise TypeError(f"{model.__name__} has no table of its own")
    return found
