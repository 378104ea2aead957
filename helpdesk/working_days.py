"""The Swedish working week: what is a working day, and which one comes after so many."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from holidays.countries.sweden import Sweden

from helpdesk.clock import LOCAL


@lru_cache(maxsize=32)
def _holidays(year: int) -> frozenset[date]:
    return frozenset(Sweden(include_sundays=False, years=year, categories=("public", "de_facto")))


def is_holiday(day: date) -> bool:
    """Say whether a local day is a public holiday or one of the three eves. Ordinary Sundays are none."""
    return day in _holidays(day.year)


def is_working_day(day: date) -> bool:
    """Say whether offices work on a local day: Monday to Friday, no public holiday, none of the three eves."""
    return day.weekday() < 5 and not is_holiday(day)


def working_day_after(day: date, count: int) -> date:
    """Return the working day that lies ``count`` working days after a local day (which itself does not count)."""
    while count > 0:
        day += timedelta(days=1)
        if is_working_day(day):
            count -= 1
    return day


def moment_on(day: date, clock: time) -> datetime:
    """Return the moment (UTC) when the clocks of the municipality show ``clock`` on a local day."""
    return datetime.combine(day, clock, LOCAL).astimezone(UTC)
