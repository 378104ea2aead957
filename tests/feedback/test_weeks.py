"""The weekly statistics: written once when a week is over, the same as a count over its errands, and kept."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.contacts.stages import Exclusion, Reason
from helpdesk.feedback.benefit.models import WeeklyStatistic
from helpdesk.feedback.benefit.weeks import keep_week, keep_weeks
from helpdesk.feedback.counting import series, weekly
from helpdesk.feedback.rules import Pair
from helpdesk.working_days import moment_on
from tests.conftest import NOW
from tests.feedback.conftest import Road

LAST = date(2026, 11, 16)


def in_week(days: int, clock: time = time(12)) -> datetime:
    """Return a moment so many days into the last full week."""
    return moment_on(LAST + timedelta(days=days), clock)


def test_a_week_is_written_by_cause_and_never_twice(session: Session, road: Road) -> None:
    permit = road.centre.permit
    for days in (0, 3, 6):
        road.closed(Reason.LOGIN, permit, at=in_week(days), seconds=100, repeat=days == 0)
    road.closed(Reason.LOGIN, None, at=in_week(2), seconds=50, exclusion=Exclusion.TRUST)
    road.closed(None, permit, at=in_week(2))
    road.closed(Reason.LOGIN, permit, at=in_week(7, time()))
    road.closed(Reason.LOGIN, permit, at=in_week(0, time()) - timedelta(seconds=1))
    assert keep_week(session, LAST)
    rows = session.scalars(select(WeeklyStatistic).order_by(WeeklyStatistic.contacts.desc(), WeeklyStatistic.id)).all()
    counted = {(one.service_id, one.reason): (one.contacts, one.seconds, one.repeat, one.exclusion) for one in rows}
    assert counted == {
        (permit.id, Reason.LOGIN): (3, 300, 1, 0),
        (None, Reason.LOGIN): (1, 50, 0, 1),
        (permit.id, None): (1, 300, 0, 0),
    }
    assert not keep_week(session, LAST)
    assert session.scalar(select(func.sum(WeeklyStatistic.contacts))) == 5


def test_writing_a_week_changes_no_figure(session: Session, road: Road) -> None:
    permit = road.centre.permit
    for days in (0, 1, 9):
        road.closed(Reason.LOGIN, permit, at=in_week(days) - timedelta(weeks=2))
    weeks = [LAST - timedelta(weeks=2), LAST - timedelta(weeks=1), LAST]
    pairs = {Pair(permit.id, Reason.LOGIN)}
    before = series(weekly(session, pairs, weeks), pairs, weeks)
    written = keep_weeks(session, NOW + timedelta(days=1))
    assert set(weeks) <= set(written) and len(written) == 26
    assert series(weekly(session, pairs, weeks), pairs, weeks) == before == [2, 1, 0]
    assert keep_weeks(session, NOW + timedelta(days=1)) == []


def test_a_week_has_a_day_of_grace_and_one_that_stands_there_already_is_left(session: Session, road: Road) -> None:
    door = next(iter(road.centre.doors.values()))
    session.add(WeeklyStatistic(week=LAST - timedelta(weeks=1), door_id=door.id, contacts=9, seconds=9))
    road.closed(at=in_week(1) - timedelta(weeks=1))
    written = keep_weeks(session, NOW)
    assert LAST not in written and LAST - timedelta(weeks=1) not in written
    assert session.scalar(select(func.sum(WeeklyStatistic.contacts))) == 9
