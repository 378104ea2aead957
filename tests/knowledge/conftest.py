"""The library's own ground: a database with its tables alone, and the demo municipality taken in once."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection

import pytest
from sqlalchemy import Connection as SqlConnection
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

import knowledge.models
from knowledge.base import Base
from knowledge.importers.catalogue import import_catalogue
from knowledge.importers.departments import import_authorities, import_departments
from knowledge.importers.markdown import import_articles
from knowledge.search.engine import Indexes
from knowledge.shelf import Shelf

DEMO = Path(knowledge.models.__file__).parent / "demo"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TABLES = [mapper.local_table for mapper in Base.registry.mappers if mapper.class_.__module__ == "knowledge.models"]


def take_in_demo(session: Session) -> None:
    """Take in everything that the demo municipality has."""
    import_authorities(session, DEMO / "authorities.csv", NOW)
    import_departments(session, DEMO / "departments.csv", NOW)
    import_catalogue(session, DEMO / "catalogue.csv", NOW)
    import_articles(session, DEMO / "articles", NOW)


def empty_database() -> Engine:
    """A database in memory with the library's tables, whose transactions can hold savepoints."""
    engine = create_engine("sqlite://", poolclass=StaticPool)

    @event.listens_for(engine, "connect")
    def ready(connection: Connection, _: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: SqlConnection) -> None:
        connection.exec_driver_sql("BEGIN")

    Base.metadata.create_all(engine, tables=TABLES)
    return engine


@pytest.fixture
def session() -> Iterator[Session]:
    """An empty library."""
    engine = empty_database()
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture(scope="session")
def demo_engine() -> Iterator[Engine]:
    """The demo municipality's library, taken in once; tests work in transactions that are rolled back."""
    engine = empty_database()
    with Session(engine) as session:
        take_in_demo(session)
        session.commit()
    yield engine
    engine.dispose()


@pytest.fixture
def demo(demo_engine: Engine) -> Iterator[Session]:
    """A session on the demo municipality's library; what a test changes is undone after it."""
    with demo_engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            yield session
        outer.rollback()


@pytest.fixture(scope="session")
def indexes(demo_engine: Engine) -> Indexes:
    """The indexes of the demo municipality's library."""
    with Session(demo_engine) as session:
        return Shelf().fresh(session)


@pytest.fixture
def small(session: Session, tmp_path: Path) -> Session:
    """A library of a dozen services and one article, quick to index."""
    import_authorities(session, DEMO / "authorities.csv", NOW)
    import_departments(session, DEMO / "departments.csv", NOW)
    lines = (DEMO / "catalogue.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if line.startswith(("id,", "ansok-bygglov,", "odlingslott,", "skol"))]
    (tmp_path / "few.csv").write_text("".join(kept), encoding="utf-8")
    import_catalogue(session, tmp_path / "few.csv", NOW)
    front = "id: kb-bygglov\ntitle: Så söker du bygglov\nlang: sv\ndepartment: bygg\naudience: public"
    (tmp_path / "bygglov.md").write_text(f"---\n{front}\n---\n\n## Så gör du\nRing oss.\n", encoding="utf-8")
    import_articles(session, tmp_path, NOW)
    return session
