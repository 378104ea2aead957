"""What the worker does with the tickets that are left after closing, in the whole program."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask

from helpdesk.channels.walk_in.actions import Arriving, take_ticket
from helpdesk.channels.walk_in.queries import visit_by_token
from helpdesk.channels.walk_in.rules import Letter, Want
from helpdesk.contacts.stages import EndedAs, Stage
from helpdesk.db import Database
from helpdesk.worker import sweep
from tests.builders import Centre
from tests.conftest import NOW


def test_the_worker_ends_what_nobody_served_and_forgets_the_needs(app: Flask, settled: Callable[[], Centre]) -> None:
    settled()
    database: Database = app.extensions["helpdesk.database"]
    with database.transaction() as session:
        visitor = Arriving("servicecenter", Letter.QUESTION, wants=frozenset({Want.FETCH}))
        token = take_ticket(session, visitor, NOW).token
    sweep(database, lambda: NOW + timedelta(hours=14))
    with database.reading() as session:
        assert visit_by_token(session, token).contact.stage is Stage.WAITING
    sweep(database, lambda: NOW + timedelta(hours=15))
    with database.reading() as session:
        visit = visit_by_token(session, token)
        assert (visit.contact.ended_as, visit.ticket.asked_for) == (EndedAs.LEFT, "")
        assert visit.ticket.ended_at == NOW + timedelta(hours=15)
