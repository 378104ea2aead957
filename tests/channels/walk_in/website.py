"""The whole program behind a port of its own, for a browser: an embedded database in a folder, a thread that answers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from helpdesk.app import create_app
from helpdesk.clock import now
from helpdesk.config import Config
from helpdesk.db import Database
from helpdesk.migrating import migrate
from helpdesk.queue.actions import take_next
from helpdesk.queue.models import Agent
from tests.builders import Centre
from tests.conftest import NOW


@dataclass
class Website:
    """A running program: its address and its database."""

    address: str
    app: Flask

    @property
    def database(self) -> Database:
        found: Database = self.app.extensions["helpdesk.database"]
        return found

    def takes_next(self) -> str | None:
        """Let the agent at desk 3 take whoever is next; return the contact's public id."""
        with self.database.transaction() as session:
            agent = session.scalars(select(Agent)).one()
            agent.desk = "3"
            contact = take_next(session, agent.id, now())
            return contact.public_id if contact else None


@contextmanager
def running(folder: Path) -> Iterator[Website]:
    """Run the program with a settled service centre, on a port that the kernel chooses."""
    app = create_app(
        Config(
            secret_key="test",
            seal_key="test",
            instance=folder,
            database_url=f"sqlite:///{folder}/helpdesk.sqlite",
            upload_dir=folder / "uploads",
            testing=True,
        )
    )
    database: Database = app.extensions["helpdesk.database"]
    migrate(database)
    with database.transaction() as session:
        Centre(session, NOW).staff()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Website(f"http://127.0.0.1:{server.port}", app)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        database.dispose()
