"""What the program does by itself: sends the outbox and follows up what time has decided. Also in the serving process."""

import logging
from collections.abc import Callable
from datetime import datetime

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from helpdesk.channels.walk_in.calling import close_walk_in
from helpdesk.clock import now
from helpdesk.db import Database, database
from helpdesk.outbox.actions import Sender, deliver
from helpdesk.queue.presence import give_back_for, lost_agents
from helpdesk.resolution.actions import due_wrap_ups, end_wrap_up
from helpdesk.web.inbox import forget_old_keys

LOG = logging.getLogger(__name__)
EVERY_S = 1.0
"""How often the outbox and the clock are looked at, in seconds."""

Clock = Callable[[], datetime]


def sweep(database: Database, clock: Clock) -> None:
    """Do what time has decided: end countdowns, give back what lost agents had, drop old keys. Safe in many processes."""
    with database.reading() as session:
        ended, lost = due_wrap_ups(session, clock()), lost_agents(session, clock())
    for contact_id in ended:
        with database.transaction() as session:
            end_wrap_up(session, contact_id, clock())
    for agent_id in lost:
        with database.transaction() as session:
            give_back_for(session, agent_id, clock())
    close_walk_in(database, clock)


def work_once(app: Flask, senders: dict[str, Sender], clock: Clock = now) -> int:
    """Look once at the clock and the outbox; return how many rows were sent."""
    with app.app_context():
        sweep(database(), clock)
        return deliver(database(), senders, clock)


def work(app: Flask, senders: dict[str, Sender], wait: Callable[[float], bool]) -> None:
    """Work until ``wait`` (a wait for the given seconds) says to stop.

    An error in one round (the database restarts, say) is logged, and the next round tries again.
    """
    rounds = 0
    while not wait(EVERY_S):
        try:
            work_once(app, senders)
            if rounds % 600 == 0:
                with app.app_context(), database().transaction() as session:
                    forget_old_keys(session, now())
        except SQLAlchemyError:
            LOG.exception("a round of work failed; trying again")
        rounds += 1
