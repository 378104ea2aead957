"""The picture of a follow-up: contacts a week before and after a delivery, laid out in a box of 860 × 300. Pure geometry."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import stdev

from helpdesk.feedback.benefit.effect import LEVEL, mean, student

LEFT, RIGHT, TOP, BOTTOM = 36.0, 848.0, 40.0, 260.0
EVERY_LABEL = 4
"""Every how manieth week is named under the picture."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One week of a follow-up: its Monday, its contacts, and whether it is ``before``, ``between`` or ``after``."""

    monday: date
    contacts: int
    side: str


@dataclass(frozen=True, slots=True)
class Point:
    """A week in the picture."""

    x: float
    y: float
    week: Counted


@dataclass(frozen=True, slots=True)
class Stretch:
    """The mean of one side, with its 95 % interval, from where to where."""

    start: float
    end: float
    mean: float
    low: float
    high: float
    y: float
    top: float
    height: float


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that is drawn."""

    points: list[Point]
    before: Stretch | None
    after: Stretch | None
    delivered_x: float
    lines: list[tuple[int, float]]
    """Contacts and height of each line of the grid."""
    labels: list[tuple[date, float]]

    def path(self, side: str) -> str:
        """Return the points of one side as a line."""
        return " ".join(f"{one.x:.1f},{one.y:.1f}" for one in self.points if one.week.side == side)


def picture(weeks: Sequence[Counted]) -> Picture | None:
    """Lay some weeks that follow on each other out; None without weeks on both sides."""
    if not {"before", "after"} <= {one.side for one in weeks}:
        return None
    step = nice_step(max(one.contacts for one in weeks))
    top = step * (max(one.contacts for one in weeks) // step + 1)
    width = (RIGHT - LEFT) / len(weeks)

    def height(contacts: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * contacts / top

    points = [Point(LEFT + (n + 0.5) * width, height(one.contacts), one) for n, one in enumerate(weeks)]
    first_after = next(n for n, one in enumerate(weeks) if one.side == "after")
    return Picture(
        points=points,
        before=stretch([one for one in points if one.week.side == "before"], width, height),
        after=stretch([one for one in points if one.week.side == "after"], width, height),
        delivered_x=LEFT + first_after * width,
        lines=[(n, height(n)) for n in range(0, top + 1, step)],
        labels=[(one.week.monday, one.x) for n, one in enumerate(points) if n % EVERY_LABEL == 0],
    )


def nice_step(most: int) -> int:
    """Return a round distance between the lines of the grid, so that there are about five."""
    for step in (1, 2, 5, 10, 20, 50, 100, 200, 500):
        if most <= 5 * step:
            return step
    return 1000


def stretch(points: Sequence[Point], width: float, height: Callable[[float], float]) -> Stretch:
    """Return the mean of one side and the 95 % interval around it."""
    counts = [one.week.contacts for one in points]
    middle = mean(counts)
    freedom = len(counts) - 1
    reach = student(LEVEL, freedom) * stdev(counts) / math.sqrt(len(counts)) if freedom else 0.0
    low, high = max(0.0, middle - reach), middle + reach
    return Stretch(
        start=points[0].x - width / 2,
        end=points[-1].x + width / 2,
        mean=middle,
        low=low,
        high=high,
        y=height(middle),
        top=height(high),
        height=height(low) - height(high),
    )
