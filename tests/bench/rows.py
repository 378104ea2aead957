"""A measured figure beside its reference, how long to measure, and the table at the end."""

import os
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

QUICK_VARIABLE = "BENCH_QUICK"
BUDGET_S = 200
"""After so many seconds nothing is measured again for a better figure: a run comes to its end on a busy machine too."""
BEGAN = time.monotonic()


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to measure.

    ``runs`` of which the median counts, windows of so many seconds, each ``repeats`` times at most when others disturb;
    ``claims`` takes of each kind, every query ``searches`` times.
    """

    runs: int
    repeats: int
    window_seconds: float
    bisections: int
    idle_clients: int
    level_clients: int
    claims: int
    searches: int


FULL = Pace(3, 2, 2.0, 2, idle_clients=1000, level_clients=1000, claims=900, searches=10)
QUICK = Pace(1, 1, 1.0, 1, idle_clients=200, level_clients=200, claims=120, searches=2)


def pace() -> Pace:
    """Return how long to measure in this run: seconds with ``--quick``, minutes without."""
    return QUICK if os.environ.get(QUICK_VARIABLE) else FULL


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. ``foreign`` is the share of the machine (0 to 1) that other programs used meanwhile.

    ``goal``: what the ratio should be, where a goal was set.
    """

    what: str
    value: float
    unit: str
    reference: str
    reference_value: float
    foreign: float = 0.0
    note: str = ""
    goal: str = ""

    @property
    def ratio(self) -> float:
        """The figure as a share of its reference; whether more or less is better follows from the unit."""
        return self.value / self.reference_value if self.reference_value else float("nan")


def median_of(measure: Callable[[], float], runs: int | None = None) -> float:
    """Measure as often as this run wants and return the median; less often when the run's time is used up."""
    found = [measure()]
    while len(found) < (runs or pace().runs) and is_time_left():
        found.append(measure())
    return statistics.median(found)


def is_time_left() -> bool:
    """Say whether something may be measured again."""
    return time.monotonic() - BEGAN < BUDGET_S


def amount(value: float) -> str:
    """Write a figure with as many digits as it deserves."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def table(rows: Iterable[Row]) -> str:
    """Return the rows as text, one line each, columns aligned."""
    head = ("what", "figure", "unit", "reference", "figure", "ratio", "goal", "foreign CPU", "note")
    lines = [head] + [
        (
            row.what,
            amount(row.value),
            row.unit,
            row.reference,
            amount(row.reference_value),
            f"{row.ratio:.1%}" if row.ratio < 10 else f"{row.ratio:.1f}×",
            row.goal,
            f"{row.foreign:.0%}",
            row.note,
        )
        for row in rows
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
