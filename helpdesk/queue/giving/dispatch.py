"""Offering, as it goes on by itself: whenever room frees or somebody arrives, those who are next are offered to those who can.

The rule is judged on a picture of a moment; each offer is then made in a transaction of its own that looks again. Runs in
every process: whoever comes second finds that it is done.
"""

from datetime import datetime
from threading import Event

from sqlalchemy.orm import Session

from helpdesk.db import Database
from helpdesk.news import Changed, News
from helpdesk.queue.giving.actions import expire, offer, withdraw
from helpdesk.queue.giving.queries import declined_by, line_to_offer, offers_that_ran_out, offers_to_nobody, picture
from helpdesk.queue.giving.rules import Match, matches
from helpdesk.queue.queries import someone_has_late_letter
from helpdesk.settings import settings

DEEPER = 8
"""So many more of each lane are looked at than agents are ready: some may be open to take only."""


class Bell:
    """Rings in this process when the queue has changed, so that nobody waits for the next round to be offered."""

    def __init__(self, news: News) -> None:
        self._rung = Event()
        news.listen(Changed, self._hear)

    def _hear(self, changed: Changed) -> None:
        if changed.what == "queue":
            self.ring()

    def ring(self) -> None:
        """Let whoever waits look at once."""
        self._rung.set()

    def wait(self, seconds: float) -> None:
        """Wait until it rings, ``seconds`` at most. What rang before counts."""
        self._rung.wait(seconds)
        self._rung.clear()


def due_offers(session: Session, now: datetime) -> list[Match]:
    """Return who is to be offered to whom now; nothing while offers are switched off."""
    if not settings(session).is_on("queue.offers"):
        return []
    house = picture(session, now)
    ready = sum(one.is_ready for one in house.colleagues.values())
    if not ready:
        return []
    line = line_to_offer(session, now, ready + DEEPER)
    said_no = declined_by(session, [standing.one.id for standing in line])
    return matches(line, house, now, not someone_has_late_letter(session, now), said_no)


def dispatch(database: Database, now: datetime) -> int:
    """End the offers whose time is up, and make those that are due; return how many were made."""
    with database.reading() as session:
        ran_out, to_nobody = offers_that_ran_out(session, now), offers_to_nobody(session, now)
    for assignment_id in ran_out:
        with database.transaction() as session:
            expire(session, assignment_id, now)
    for assignment_id in to_nobody:
        with database.transaction() as session:
            withdraw(session, assignment_id, now)
    with database.reading() as session:
        due = due_offers(session, now)
    return sum(_made(database, match, now) for match in due)


def _made(database: Database, match: Match, now: datetime) -> bool:
    with database.transaction() as session:
        return offer(session, match.agent_id, match.standing.one.id, now)
