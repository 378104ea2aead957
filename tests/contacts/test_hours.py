"""When a door is open: days that differ, holidays, half days, lunch, versions, and the two nights of clock change."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy.orm import Session

from helpdesk.contacts.doors.models import Schedule, ScheduleException, ScheduleSpan
from helpdesk.contacts.doors.queries import door_of_site, hours_of, open_now, reason_for, site_by_slug
from helpdesk.contacts.doors.rules import (
    Hours,
    OtherHours,
    Version,
    WeekSpan,
    closing_of,
    is_open,
    next_opening,
    openings_on,
)
from helpdesk.contacts.stages import Channel
from helpdesk.refusals import Unknown
from tests.builders import Centre

MORNING = [WeekSpan(day, time(8), time(12)) for day in range(5)]
AFTERNOON = [WeekSpan(day, time(13), time(16)) for day in range(5)]
WEEK = Version(date(2026, 1, 1), None, True, time(12), (*MORNING, *AFTERNOON))
HOURS = Hours(False, False, (WEEK,))


def clock(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC)  # type: ignore[arg-type]


def times(hours: Hours, day: date) -> list[str]:
    return [f"{one.opens_at:%H%M}-{one.closes_at:%H%M}" for one in openings_on(hours, day)]


def test_a_day_may_have_several_stretches_in_order() -> None:
    assert times(HOURS, date(2026, 11, 23)) == ["0700-1100", "1200-1500"]
    assert closing_of(HOURS, date(2026, 11, 23)) == clock(2026, 11, 23, 15)


@pytest.mark.parametrize(
    ("moment", "is_it"),
    [((6, 59), False), ((7, 0), True), ((10, 59), True), ((11, 0), False), ((12, 0), True), ((15, 0), False)],
)
def test_closed_at_the_very_minute_of_closing(moment: tuple[int, int], is_it: bool) -> None:
    assert is_open(HOURS, clock(2026, 11, 23, *moment)) is is_it


def test_a_holiday_is_closed_and_the_working_day_before_it_closes_early() -> None:
    assert times(HOURS, date(2026, 12, 24)) == []
    assert times(HOURS, date(2026, 12, 23)) == ["0700-1100"]
    assert times(HOURS, date(2026, 10, 30)) == ["0700-1100"], "the Friday before All Saints' Day"
    assert times(HOURS, date(2026, 11, 20)) == ["0700-1100", "1200-1500"], "before an ordinary Saturday"


def test_a_door_that_does_not_follow_holidays_stays_open() -> None:
    always = Hours(False, False, (Version(date(2026, 1, 1), None, False, time(12), tuple(MORNING)),))
    assert times(always, date(2026, 12, 25)) == ["0700-1100"]


def test_a_day_that_differs_stands_before_everything_else() -> None:
    other = (OtherHours(date(2026, 12, 24), time(9), time(10)), OtherHours(date(2026, 11, 23), None, None))
    hours = Hours(False, False, (WEEK,), other)
    assert times(hours, date(2026, 12, 24)) == ["0800-0900"]
    assert times(hours, date(2026, 11, 23)) == []
    assert closing_of(hours, date(2026, 11, 23)) == clock(2026, 11, 23, 23), "midnight, local time"


def test_the_version_that_began_last_holds() -> None:
    summer = Version(date(2026, 6, 1), date(2026, 8, 31), True, None, (WeekSpan(0, time(10), time(0)),))
    hours = Hours(False, False, (WEEK, summer))
    assert times(hours, date(2026, 6, 8)) == ["0800-2200"], "00:00 as the end is midnight"
    assert times(hours, date(2026, 9, 7)) == ["0600-1000", "1100-1400"]


def test_a_stretch_may_last_past_midnight() -> None:
    late = Hours(False, False, (Version(date(2026, 1, 1), None, False, None, (WeekSpan(4, time(20), time(2)),)),))
    assert is_open(late, clock(2026, 11, 21, 0, 59))
    assert not is_open(late, clock(2026, 11, 21, 1))
    assert not is_open(late, clock(2026, 11, 20, 0, 30))


def test_opening_hours_are_local_on_both_sides_of_the_clock_change() -> None:
    daily = Hours(False, False, (Version(date(2026, 1, 1), None, False, None, (WeekSpan(6, time(1), time(4)),)),))
    spring, autumn = openings_on(daily, date(2026, 3, 29))[0], openings_on(daily, date(2026, 10, 25))[0]
    assert spring.closes_at - spring.opens_at == timedelta(hours=2)
    assert autumn.closes_at - autumn.opens_at == timedelta(hours=4)


def test_the_next_opening_is_found_across_a_weekend_and_not_for_a_door_that_is_shut() -> None:
    assert next_opening(HOURS, clock(2026, 11, 20, 15)) == clock(2026, 11, 23, 7)
    assert next_opening(HOURS, clock(2026, 11, 23, 11, 30)) == clock(2026, 11, 23, 12)
    assert next_opening(Hours(False, True, (WEEK,)), clock(2026, 11, 23, 3)) is None
    assert next_opening(Hours(False, False), clock(2026, 11, 23, 3)) is None
    assert not is_open(Hours(True, True), clock(2026, 11, 23, 9))
    assert is_open(Hours(True, False), clock(2026, 11, 23, 2))


def test_hours_are_read_from_the_tables(session: Session, centre: Centre) -> None:
    door = centre.doors[Channel.WALK_IN]
    assert door_of_site(session, site_by_slug(session, "servicecenter")) is door
    assert hours_of(session, door) == Hours(True, False)
    door.always_open = False
    week = Schedule(door_id=door.id, valid_from=date(2026, 1, 1), changed_at=centre.now)
    session.add(week)
    session.flush()
    closed = ScheduleException(
        door_id=door.id, day=date(2026, 11, 24), reason_sv="Utbildning", reason_en="Training", reason_fi="Koulutus"
    )
    session.add_all([ScheduleSpan(schedule_id=week.id, weekday=0, opens=time(8), closes=time(12)), closed])
    session.flush()
    hours = hours_of(session, door)
    assert times(hours, date(2026, 11, 23)) == ["0700-1100"]
    assert times(hours, date(2026, 11, 24)) == []
    assert reason_for(session, door, date(2026, 11, 24), "en") == "Training"
    assert reason_for(session, door, date(2026, 11, 23), "en") is None


def test_a_place_that_does_not_exist_or_receives_nobody_is_unknown(session: Session, centre: Centre) -> None:
    with pytest.raises(Unknown):
        site_by_slug(session, "ingenstans")
    centre.doors[Channel.WALK_IN].site_id = None
    session.flush()
    with pytest.raises(Unknown):
        door_of_site(session, centre.site)


def test_a_door_says_until_when_it_is_open_or_when_it_opens(session: Session, centre: Centre) -> None:
    door = centre.doors[Channel.CHAT]
    morning, evening = clock(2026, 11, 23, 9), clock(2026, 11, 23, 20)
    assert open_now(session, door, morning) == (True, None, None)
    door.always_open = False
    assert open_now(session, door, morning) == (False, None, None)
    schedule = Schedule(door_id=door.id, valid_from=date(2026, 1, 1), changed_at=morning)
    session.add(schedule)
    session.flush()
    session.add_all(
        ScheduleSpan(schedule_id=schedule.id, weekday=day, opens=time(9), closes=time(16)) for day in range(5)
    )
    session.flush()
    assert open_now(session, door, morning) == (True, clock(2026, 11, 23, 15), None)
    assert open_now(session, door, evening) == (False, None, clock(2026, 11, 24, 8))
    door.closed_now = True
    assert open_now(session, door, morning) == (False, None, None)
