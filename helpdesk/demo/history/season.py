"""How busy the invented municipality is: over the year, the week and the day."""

from collections.abc import Mapping
from datetime import date, time
from itertools import pairwise

DAILY = 138
"""Contacts on an ordinary working day; 145 on the mean of an autumn."""

WEEKDAYS = (1.24, 1.07, 1.01, 0.97, 0.71)
"""Monday to Friday, against their mean."""

HOURS: Mapping[int, float] = {
    7: 0.55,
    8: 0.95,
    9: 1.55,
    10: 1.5,
    11: 1.0,
    12: 0.72,
    13: 1.25,
    14: 1.2,
    15: 0.85,
    16: 0.55,
}
"""Arrivals by local hour, against each other: peaks at 9-11 and 13-15."""

YEAR = (
    ((1, 1), 1.0),
    ((1, 10), 1.2),
    ((1, 31), 1.12),
    ((2, 20), 1.0),
    ((5, 20), 0.98),
    ((6, 12), 0.9),
    ((6, 27), 0.65),
    ((8, 2), 0.65),
    ((8, 13), 1.2),
    ((8, 31), 1.15),
    ((9, 21), 1.02),
    ((12, 10), 1.0),
    ((12, 20), 0.85),
    ((12, 31), 0.9),
)
"""The year's course by month and day, straight between: peaks in January and August, a dip of 35 % in summer."""


def season_on(day: date) -> float:
    """Return how busy a day of the year is, against an ordinary one."""
    points = [(date(day.year, month, one).toordinal(), level) for (month, one), level in YEAR]
    here = day.toordinal()
    for (start, low), (end, high) in pairwise(points):
        if here <= end:
            return low + (high - low) * (here - start) / (end - start)
    return points[-1][1]


def expected_on(day: date) -> float:
    """Return how many contacts a working day brings, if it is open as long as usual."""
    return DAILY * season_on(day) * WEEKDAYS[day.weekday()] if day.weekday() < len(WEEKDAYS) else 0.0


def busyness(clock: time) -> float:
    """Return how many arrivals a minute at this local time brings, against others."""
    return HOURS.get(clock.hour, 0.2)
