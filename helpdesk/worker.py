"""What the program does by itself: sends the outbox and follows up what time has decided. Also in the serving process."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from helpdesk.channels.walk_in.calling import close_walk_in
from helpdesk.clock import now
from helpdesk.db import Database, database
from helpdesk.feedback.benefit.weeks import keep_weeks
from helpdesk.outbox.actions import Sender, deliver
from helpdesk.outbox.queries import BATCH
from helpdesk.people.actions import forget_old_failures
from helpdesk.queue.giving.dispatch import Bell, dispatch
from helpdesk.queue.presence import give_back_for, lost_agents
from helpdesk.resolution.actions import due_wrap_ups, end_wrap_up
from helpdesk.web.inbox import forget_old_keys

LOG = logging.getLogger(__name__)
EVERY_S = 1.0
"""How often the outbox and the clock are looked at, in seconds."""

SWEEP_S = 5.0
"""How often it is looked whether somebody should be offered something, also when nothing was heard, in seconds."""

TOGETHER_S = 0.02
"""Changes that come so close together are looked at once, in seconds."""

FORGET_EVERY = 600
"""Old keys are dropped once in so many rounds."""

Clock = Callable[[], datetime]
Wait = Callable[[float], bool]
"""Waits for so many seconds and says whether to stop."""


def sweep(database: Database, clock: Clock) -> None:
    """Do what time has decided: end countdowns, give back what lost agents had. Safe in many processes.

    Each contact has a transaction of its own, and one that fails does not hold up the others.
    """
    with database.reading() as session:
        ended, lost = due_wrap_ups(session, clock()), lost_agents(session, clock())
    for contact_id in ended:
        follow_up(database, end_wrap_up, contact_id, clock())
    for agent_id in lost:
        follow_up(database, give_back_for, agent_id, clock())
    close_walk_in(database, clock)


def follow_up(database: Database, step: Callable[[Session, int, datetime], object], row_id: int, now: datetime) -> None:
    """Do one step for one row in its own transaction; what the database refuses is logged and tried again next round."""
    try:
        with database.transaction() as session:
            step(session, row_id, now)
    except SQLAlchemyError:
        LOG.exception("%s failed for %s; trying again", step.__name__, row_id)


def work_once(app: Flask, senders: dict[str, Sender], clock: Clock = now) -> int:
    """Look once at the clock and the outbox; return how many rows were sent."""
    with app.app_context():
        sweep(database(), clock)
        return deliver(database(), senders, clock)


def follow_clock(app: Flask, wait: Wait) -> None:
    """Look at the clock every second until ``wait`` says to stop."""
    rounds = 0
    while not wait(EVERY_S):
        with app.app_context(), surviving():
            sweep(database(), now)
            if rounds % FORGET_EVERY == 0:
                with database().transaction() as session:
                    forget_old_keys(session, now())
                    forget_old_failures(session, now())
                    keep_weeks(session, now())
        rounds += 1


def send_outbox(app: Flask, senders: dict[str, Sender], wait: Wait) -> None:
    """Send what is due until ``wait`` says to stop: at once again while there is more, else every second.

    Apart from the clock, so that nobody's wrap-up waits for a slow telephone network.
    """
    sent = 0
    while not wait(0 if sent >= BATCH else EVERY_S):
        sent = 0
        with app.app_context(), surviving():
            sent = deliver(database(), senders, now)


def keep_offering(app: Flask, wait: Wait) -> None:
    """Offer those who are next to those who can until ``wait`` says to stop: when the queue changes, else every 5 s."""
    bell: Bell = app.extensions["helpdesk.bell"]
    while not wait(TOGETHER_S):
        bell.wait(SWEEP_S)
        with app.app_context(), surviving():
            dispatch(database(), now())


@contextmanager
def surviving() -> Iterator[None]:
    """Log what the database refuses in one round (it restarts, say); the next round tries again."""
    try:
        yield
    except SQLAlchemyError:
        LOG.exception("a round of work failed; trying again")
