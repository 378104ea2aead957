"""When a door is open: weekly hours in versions, days that differ, holidays, and the day before one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from helpdesk.clock import local
from helpdesk.working_days import is_holiday, moment_on

MIDNIGHT = time(0)
LOOK_AHEAD_DAYS = 31
"""How far :func:`next_opening` looks."""


@dataclass(frozen=True, slots=True)
class WeekSpan:
    """From when to when, local time, on one weekday (0 = Monday). An end at or before the beginning is on the day after."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Version:
    """The weekly hours that hold from one local day, until another or until further notice."""

    valid_from: date
    valid_to: date | None
    follows_holidays: bool
    day_before_holiday_closes: time | None
    spans: tuple[WeekSpan, ...]


@dataclass(frozen=True, slots=True)
class OtherHours:
    """What holds on one local day instead: these times, or closed (None)."""

    day: date
    opens: time | None
    closes: time | None


@dataclass(frozen=True, slots=True)
class Hours:
    """Everything that decides when a door is open. ``closed_now``: somebody has shut it by hand until they open it."""

    always_open: bool
    closed_now: bool
    versions: tuple[Version, ...] = ()
    exceptions: tuple[OtherHours, ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """A stretch in which a door is open, as two moments in UTC; at the second one it is closed."""

    opens_at: datetime
    closes_at: datetime


def openings_on(hours: Hours, day: date, holiday: Callable[[date], bool] = is_holiday) -> list[Opening]:
    """Return when a door is open on a local day, in order.

    A day that differs stands before everything else. Then: closed on a holiday, closing early on a working day before
    one, for doors that follow holidays; else the weekly hours of the version that began last.
    """
    if hours.always_open:
        return [opening(day, MIDNIGHT, MIDNIGHT)]
    other = [one for one in hours.exceptions if one.day == day]
    if other:
        return in_order(
            opening(day, one.opens, one.closes) for one in other if one.opens is not None and one.closes is not None
        )
    version = version_on(hours.versions, day)
    if version is None or (version.follows_holidays and holiday(day)):
        return []
    spans = [one for one in version.spans if one.weekday == day.weekday()]
    before = version.follows_holidays and day.weekday() < 5 and holiday(day + timedelta(days=1))
    early = version.day_before_holiday_closes if before else None
    return in_order(
        opening(day, one.opens, earliest(one.closes, early)) for one in spans if early is None or one.opens < early
    )


def version_on(versions: Sequence[Version], day: date) -> Version | None:
    """Return the version that holds on a local day: of several the one that began last."""
    holding = [one for one in versions if one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)]
    return max(holding, key=lambda one: one.valid_from, default=None)


def earliest(closes: time, early: time | None) -> time:
    """Return the earlier of two closing times, midnight being the latest."""
    if early is None:
        return closes
    return early if closes == MIDNIGHT else min(closes, early)


def opening(day: date, opens: time, closes: time) -> Opening:
    """Return a stretch that begins on a local day as moments. An end at or before the beginning lies on the day after."""
    until = day + timedelta(days=1) if closes <= opens else day
    return Opening(moment_on(day, opens), moment_on(until, closes))


def in_order(found: Iterator[Opening]) -> list[Opening]:
    """Put stretches in the order of the day."""
    return sorted(found, key=lambda one: one.opens_at)


def is_open(hours: Hours, now: datetime) -> bool:
    """Say whether somebody may come in at this moment."""
    return not hours.closed_now and opening_at(hours, now) is not None


def opening_at(hours: Hours, now: datetime) -> Opening | None:
    """Return the stretch that a moment lies in, by the hours alone; None when it lies in none.

    A stretch that began yesterday may last past midnight.
    """
    today = local(now).date()
    near = [*openings_on(hours, today - timedelta(days=1)), *openings_on(hours, today)]
    return next((one for one in near if one.opens_at <= now < one.closes_at), None)


def next_opening(hours: Hours, now: datetime) -> datetime | None:
    """Return when the door opens next after this moment, within 31 days; None when it does not, or is shut by hand."""
    if hours.closed_now:
        return None
    today = local(now).date()
    for ahead in range(LOOK_AHEAD_DAYS + 1):
        for one in openings_on(hours, today + timedelta(days=ahead)):
            if one.opens_at > now:
                return one.opens_at
    return None


def closing_of(hours: Hours, day: date) -> datetime:
    """Return when the door closes for good on a local day; the midnight after a day on which it does not open."""
    return max((one.closes_at for one in openings_on(hours, day)), default=moment_on(day + timedelta(days=1), MIDNIGHT))
