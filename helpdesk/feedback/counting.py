"""Counting closed errands: by cause in a period, and by cause and week. Every figure about change requests comes from here."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import Session

from helpdesk.clock import local
from helpdesk.contacts.models import Errand
from helpdesk.contacts.stages import Reason
from helpdesk.feedback.benefit.models import WeeklyStatistic
from helpdesk.feedback.models import PainPoint
from helpdesk.feedback.rules import Pair, Tallies, Tally
from helpdesk.settings import settings
from helpdesk.working_days import moment_on

WEEK = timedelta(days=7)


def usual_period(session: Session, now: datetime) -> tuple[datetime, datetime]:
    """Return the period that a demand covers when nobody says another: the last days (a setting, 91) up to now."""
    return now - timedelta(days=settings(session).number("demand.days")), now


def flags_by_errand() -> Subquery:
    """Return a table of what was flagged on each errand, whoever flagged it: ``repeat`` and ``exclusion``, 1 or 0."""
    return (
        select(
            PainPoint.errand_id,
            func.max(case((PainPoint.is_repeat, 1), else_=0)).label("repeat"),
            func.max(case((PainPoint.exclusion.is_not(None), 1), else_=0)).label("exclusion"),
        )
        .group_by(PainPoint.errand_id)
        .subquery()
    )


def sums(flags: Subquery) -> list[ColumnElement[Any]]:
    """Return what is summed over errands, beside their flags: contacts, seconds, repeated ones, people shut out."""
    return [
        func.count(),
        func.sum(Errand.seconds),
        func.sum(case((or_(Errand.is_repeat, flags.c.repeat == 1), 1), else_=0)),
        func.sum(case((or_(Errand.exclusion.is_not(None), flags.c.exclusion == 1), 1), else_=0)),
    ]


def tallies(session: Session, start: datetime, end: datetime) -> Tallies:
    """Count the errands closed after ``start``, up to and with ``end``, by service and reason (None: not classified).

    An errand is repeated, or its citizen shut out, when its classification or somebody's flag on it says so.
    """
    flags = flags_by_errand()
    cause: list[Any] = [Errand.service_id, Errand.reason]
    rows = session.execute(
        select(*cause, *sums(flags))
        .outerjoin(flags, flags.c.errand_id == Errand.id)
        .where(Errand.closed_at > start, Errand.closed_at <= end)
        .group_by(*cause)
    )
    return {
        (service_id, reason): Tally(contacts, int(seconds), int(repeat), int(exclusion))
        for service_id, reason, contacts, seconds, repeat, exclusion in rows
    }


def monday_of(day: date) -> date:
    """Return the Monday of the week of a local day."""
    return day - timedelta(days=day.weekday())


def full_weeks(now: datetime, count: int) -> list[date]:
    """Return the Mondays (local) of the last ``count`` weeks that are over, oldest first."""
    this = monday_of(local(now).date())
    return [this - back * WEEK for back in range(count, 0, -1)]


Weekly = Mapping[Pair, Mapping[date, int]]
"""Contacts by cause and week (its Monday)."""


def weekly(session: Session, pairs: Collection[Pair], weeks: list[date]) -> Weekly:
    """Count the contacts of some causes in each of some weeks that follow on each other.

    A week that stands in the weekly statistics is taken from there (they are kept for ever), any other is counted from
    its errands.
    """
    found: dict[Pair, dict[date, int]] = {pair: defaultdict(int) for pair in pairs}
    if not weeks:
        return found
    first, last = weeks[0], weeks[-1]
    kept = set(
        session.scalars(
            select(WeeklyStatistic.week)
            .where(WeeklyStatistic.week >= first, WeeklyStatistic.week <= last)
            .group_by(WeeklyStatistic.week)
        )
    )
    services = {pair.service_id for pair in pairs} - {None}
    of_statistic = or_(WeeklyStatistic.service_id.in_(services), WeeklyStatistic.service_id.is_(None))
    for service_id, reason, week, count in session.execute(
        select(
            WeeklyStatistic.service_id,
            WeeklyStatistic.reason,
            WeeklyStatistic.week,
            func.sum(WeeklyStatistic.contacts),
        )
        .where(WeeklyStatistic.week >= first, WeeklyStatistic.week <= last, of_statistic)
        .group_by(WeeklyStatistic.service_id, WeeklyStatistic.reason, WeeklyStatistic.week)
    ):
        add(found, service_id, reason, week, int(count))
    missing = [week for week in weeks if week not in kept]
    if missing:
        of_errand = or_(Errand.service_id.in_(services), Errand.service_id.is_(None))
        which = number_of_week(missing)
        for service_id, reason, n, count in session.execute(
            select(Errand.service_id, Errand.reason, which, func.count())
            .where(Errand.reason.is_not(None), of_errand, or_(*(in_week(week) for week in missing)))
            .group_by(Errand.service_id, Errand.reason, which)
        ):
            add(found, service_id, reason, missing[n], count)
    return found


def number_of_week(mondays: list[date]) -> ColumnElement[int]:
    """Say in SQL in which of some weeks (oldest first, by their place in the list) an errand was closed."""
    return case(*((Errand.closed_at < moment_on(monday + WEEK, time()), n) for n, monday in enumerate(mondays)))


def in_week(monday: date) -> ColumnElement[bool]:
    """Say in SQL that an errand was closed in the week (local time) that begins on a Monday."""
    return and_(Errand.closed_at >= moment_on(monday, time()), Errand.closed_at < moment_on(monday + WEEK, time()))


def add(found: dict[Pair, dict[date, int]], service_id: int | None, reason: Reason | None, week: date, n: int) -> None:
    """Add contacts to a cause's week, when the cause is one of those asked about."""
    if reason is not None and (of_pair := found.get(Pair(service_id, reason))) is not None:
        of_pair[week] += n


def series(counted: Weekly, pairs: Collection[Pair], weeks: list[date]) -> list[int]:
    """Return the contacts of some causes together, week by week; a cause named twice counts once."""
    own = [counted.get(pair, {}) for pair in frozenset(pairs)]
    return [sum(one.get(week, 0) for one in own) for week in weeks]
