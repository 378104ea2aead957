"""Reading what a follow-up measures: per week, the contacts of some causes and all other classified ones."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from helpdesk.contacts.models import Errand
from helpdesk.feedback.benefit.effect import Week
from helpdesk.feedback.benefit.models import WeeklyStatistic
from helpdesk.feedback.counting import in_week, number_of_week, series, weekly
from helpdesk.feedback.rules import Pair


@dataclass(frozen=True, slots=True)
class Measured:
    """Some weeks as a follow-up sees them, by their Mondays (local), and how many of all errands have a reason."""

    weeks: Mapping[date, Week]
    coverage: float


def measured(session: Session, pairs: Collection[Pair], mondays: Sequence[date]) -> Measured:
    """Count some weeks that follow on each other, given by their Mondays, oldest first. Weeks without any errand are left out."""
    classified, closed = closed_errands(session, mondays)
    causes = series(weekly(session, pairs, list(mondays)), pairs, list(mondays))
    weeks = {
        monday: Week(cause, classified[monday] - cause)
        for monday, cause in zip(mondays, causes, strict=True)
        if closed[monday]
    }
    every = sum(closed.values())
    return Measured(weeks, sum(classified.values()) / every if every else 0.0)


def closed_errands(session: Session, mondays: Sequence[date]) -> tuple[Mapping[date, int], Mapping[date, int]]:
    """Return, by week, how many errands have a reason, and how many were closed at all.

    A week that stands in the weekly statistics is taken from there, any other is counted from its errands.
    """
    classified: dict[date, int] = defaultdict(int)
    closed: dict[date, int] = defaultdict(int)
    if not mondays:
        return classified, closed
    for week, reason, count in session.execute(
        select(WeeklyStatistic.week, WeeklyStatistic.reason, func.sum(WeeklyStatistic.contacts))
        .where(WeeklyStatistic.week >= mondays[0], WeeklyStatistic.week <= mondays[-1])
        .group_by(WeeklyStatistic.week, WeeklyStatistic.reason)
    ):
        closed[week] += int(count)
        classified[week] += int(count) if reason is not None else 0
    missing = [monday for monday in mondays if monday not in closed]
    if missing:
        which = number_of_week(missing)
        for n, known, count in session.execute(
            select(which, Errand.reason.is_not(None), func.count())
            .where(or_(*(in_week(monday) for monday in missing)))
            .group_by(which, Errand.reason.is_not(None))
        ):
            closed[missing[n]] += count
            classified[missing[n]] += count if known else 0
    return classified, closed
