"""Building the demo: the municipality, its people, and a past; all in one transaction, so that there is a whole demo or none."""

import random
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.clock import local
from helpdesk.contacts.doors.models import Door
from helpdesk.demo import accounts, town
from helpdesk.demo.history.causes import Causes
from helpdesk.demo.history.changes import CHANGES, COUNTED_WEEKS, FULL_WEEKS, plan
from helpdesk.demo.history.chronicle import Past, Scale, write_past
from helpdesk.demo.history.house import furnish
from helpdesk.demo.history.ledger import Ledger
from helpdesk.demo.history.season import DAILY, WEEKDAYS
from helpdesk.demo.history.weeks import write_weeks
from helpdesk.demo.improvements import improve
from helpdesk.news import touch
from helpdesk.people.models import Account
from helpdesk.people.queries import account_by_email
from helpdesk.settings import change_setting

FULL = Scale(weeks=FULL_WEEKS)
FOLLOWED = ("queue", "contacts", "requests")
"""What open pages follow; after a build each has a new version."""


class Progress(Protocol):
    """Told what is being done, and how much of it."""

    def begin(self, what: str, total: int) -> None:
        """Begin a stage of about so many steps."""
        ...

    def advance(self, count: int) -> None:
        """So many steps are done."""
        ...


@dataclass(frozen=True, slots=True)
class Wish:
    """How the demo shall be: its seed, whether the doors are always open, whether a calm day is played."""

    seed: int = 1
    always_open: bool = True
    live: bool = False
    scale: Scale = FULL


def is_built(session: Session) -> bool:
    """Say whether the database holds the demo."""
    return account_by_email(session, accounts.PEOPLE[0].email) is not None


def is_empty(session: Session) -> bool:
    """Say whether nobody works with this database yet."""
    return not session.scalar(select(func.count()).select_from(Account))


def build(
    session: Session, instance: Path, password: str | None, wish: Wish, now: datetime, progress: Progress
) -> None:
    """Build the whole demo into an empty database. ``password``: one for all accounts, None for one each."""
    progress.begin("The municipality", 1)
    town.build(session, now, always_open=False)
    accounts.settle(session, instance, password, now)
    progress.advance(1)
    past = past_of(session, wish, now)
    ledger = Ledger(session)
    progress.begin("Contacts of 90 days", about(wish.scale))
    write_past(past, ledger, progress.advance)
    progress.begin("Counts of 80 weeks", COUNTED_WEEKS)
    write_weeks(past, ledger, progress.advance)
    progress.begin("Writing it down", ledger.count())
    ledger.write(progress.advance)
    session.expire_all()
    progress.begin("Change requests", 1)
    improve(session, now)
    progress.advance(1)
    for door in session.scalars(select(Door)):
        door.always_open = wish.always_open
    if wish.live:
        change_setting(session, "demo.live", "on", now)
    for what in FOLLOWED:
        touch(session, what)


def past_of(session: Session, wish: Wish, now: datetime) -> Past:
    """Return the past that belongs to a seed and a moment, in the house that the database holds."""
    house = furnish(session)
    planned = plan(CHANGES, local(now).date(), random.Random(f"{wish.seed} plan"), wish.scale.volume)
    return Past(house, wish.seed, now, wish.scale, planned, Causes(house.services))


def about(scale: Scale) -> int:
    """Return about how many contacts a past of this size holds."""
    return round(scale.weeks * DAILY * len(WEEKDAYS) * scale.volume)
