"""Writing the weekly statistics: once a week is over, its errands are counted by cause, door and authority, for ever."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.contacts.models import Contact, Errand
from helpdesk.counters import Counter, next_number
from helpdesk.feedback.benefit.models import WeeklyStatistic
from helpdesk.feedback.counting import flags_by_errand, full_weeks, in_week, sums

SERIES, LETTER = "weekly_statistic", "W"
BACK = 26
"""How many weeks back a week that was missed (the program stood still) is still written."""
GRACE = timedelta(days=1)
"""How long after its end a week is left, so that what was in wrap-up has its measured seconds."""


def keep_weeks(session: Session, now: datetime) -> list[date]:
    """Write every full week of the last half year that is not written yet, once in any number of processes; return their Mondays."""
    return [monday for monday in full_weeks(now - GRACE, BACK) if keep_week(session, monday)]


def keep_week(session: Session, monday: date) -> bool:
    """Count the errands closed in a week (local time, from its Monday) into rows; False when that was done before."""
    if session.get(Counter, (SERIES, monday, LETTER)) is not None or next_number(session, SERIES, monday, LETTER) > 1:
        return False
    if session.scalar(select(WeeklyStatistic.id).where(WeeklyStatistic.week == monday).limit(1)) is not None:
        return False
    flags = flags_by_errand()
    cause: list[Any] = [Errand.service_id, Errand.reason, Contact.door_id, Errand.authority_id]
    rows = session.execute(
        select(*cause, *sums(flags))
        .join(Contact, Contact.id == Errand.contact_id)
        .outerjoin(flags, flags.c.errand_id == Errand.id)
        .where(in_week(monday))
        .group_by(*cause)
    )
    session.add_all(
        WeeklyStatistic(
            week=monday,
            service_id=service_id,
            reason=reason,
            door_id=door_id,
            authority_id=authority_id,
            contacts=int(contacts),
            seconds=int(seconds),
            repeat=int(repeat),
            exclusion=int(exclusion),
        )
        for service_id, reason, door_id, authority_id, contacts, seconds, repeat, exclusion in rows
    )
    session.flush()
    return True
