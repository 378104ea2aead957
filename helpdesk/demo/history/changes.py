"""Changes that were delivered in the demo's past, and what each did to the contacts that it was made for.

Their contacts are planned apart from all others: each stretch of weeks gets the number that its season and the change's
effect call for, spread over the weeks by chance. What a follow-up finds is then measured like everything else.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from helpdesk.contacts.stages import Reason
from helpdesk.demo.history.season import DAILY, WEEKDAYS, expected_on
from helpdesk.feedback.benefit.effect import BASELINE_WEEKS, PLANNED_WEEKS
from helpdesk.working_days import is_holiday, is_working_day

WEEK = timedelta(days=7)
FULL_WEEKS = 13
"""How many weeks before this one lie in full; the 90 days with a Monday to begin with."""
COUNTED_WEEKS = 80
"""How many weeks before those are kept as counts."""
DECIDED_BEFORE = 5
"""How many weeks before its delivery a change was decided."""
SUMMER = (6, 1)
"""Month and day by which the change that summer hides was delivered."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change: its causes (service's slug and reason), how many contacts they made in an ordinary week, and its effect."""

    key: str
    causes: tuple[tuple[str, Reason], ...]
    per_week: float
    ratio: float
    """Contacts after, divided by contacts before."""
    weeks_ago: int | None
    """How many weeks before this one it was delivered; None for the beginning of the latest summer that can be judged."""

    def delivered_on(self, today: date) -> date:
        """Return the Monday on which it was delivered (never a holiday)."""
        this = today - timedelta(days=today.weekday())
        if self.weeks_ago is not None:
            day = this - self.weeks_ago * WEEK
        else:
            day = date(today.year, *SUMMER)
            day -= timedelta(days=day.weekday())
            while day + PLANNED_WEEKS * WEEK > this:
                day = date(day.year - 1, *SUMMER)
                day -= timedelta(days=day.weekday())
        while is_holiday(day):
            day -= WEEK
        return day

    def decided_week(self, today: date) -> date:
        """Return the Monday of the week in which it was decided; the baseline ends there."""
        return self.delivered_on(today) - DECIDED_BEFORE * WEEK


CASES = (
    "ansok-bygglov",
    "ansok-forskola",
    "ekonomiskt-bistand",
    "ansok-hemtjanst",
    "skolskjuts",
    "ansok-fardtjanst",
    "parkeringstillstand",
    "ansok-fritidshem",
    "skolval",
    "komvux-ansokan",
    "lss-ansokan",
    "god-man-ansokan",
)

CHANGES = (
    Change(
        "proved",
        (("agarbyte-va", Reason.HARD_TO_UNDERSTAND), ("agarbyte-va", Reason.INFO_NOT_FOUND)),
        per_week=20,
        ratio=0.5,
        weeks_ago=19,
    ),
    Change("uncertain", (("bestall-ritning", Reason.NOT_FOUND),), per_week=9, ratio=0.9, weeks_ago=27),
    Change(
        "no_effect",
        tuple((slug, Reason.CASE_STATUS) for slug in CASES),
        per_week=125,
        ratio=0.96,  # all others fall by as much, because of the changes that helped
        weeks_ago=15,
    ),
    Change(
        "hidden_by_summer",
        (("avfallsabonnemang", Reason.LOGIN), ("avfallsabonnemang", Reason.TOOL_PROBLEM)),
        per_week=6.5,
        ratio=0.74,
        weeks_ago=None,
    ),
    Change("measuring", (("ekonomiskt-bistand", Reason.HARD_TO_UNDERSTAND),), per_week=11, ratio=0.75, weeks_ago=6),
)
"""What was delivered: one that helped, one too small to tell, one without effect, one whose effect summer hid at first, and
one that is still being measured."""

PLANNED = frozenset(cause for change in CHANGES for cause in change.causes)
"""The causes that are planned here and drawn nowhere else."""


def week_load(monday: date, upto: date | None = None) -> float:
    """Return how busy a week is against an ordinary one with five working days; ``upto``: only its days until then."""
    days = [monday + timedelta(days=n) for n in range(len(WEEKDAYS))]
    open_days = [day for day in days if is_working_day(day) and (upto is None or day <= upto)]
    return sum(expected_on(day) for day in open_days) / (DAILY * sum(WEEKDAYS))


def weeks_until(today: date, count: int) -> list[date]:
    """Return the Mondays of this week and so many before it, oldest first."""
    this = today - timedelta(days=today.weekday())
    return [this - back * WEEK for back in range(count, -1, -1)]


Plan = Mapping[date, Counter[tuple[str, Reason]]]
"""Planned contacts by week (its Monday) and cause."""


def plan(changes: Sequence[Change], today: date, luck: Random, volume: float = 1.0) -> Plan:
    """Return how many contacts each change's causes make in every week of the past, this one up to today; ``volume`` scales."""
    weeks = weeks_until(today, FULL_WEEKS + COUNTED_WEEKS)
    planned: dict[date, Counter[tuple[str, Reason]]] = {week: Counter() for week in weeks}
    for change in changes:
        for stretch in stretches(change, weeks, today):
            loads = [week_load(week, today) for week in stretch]
            effect = change.ratio if stretch[0] >= change.delivered_on(today) else 1.0
            count = round(change.per_week * effect * sum(loads) * volume)
            if count:
                shares = [(n + 1) ** -0.7 for n in range(len(change.causes))]
                causes = luck.choices(change.causes, weights=shares, k=count)
                for week, cause in zip(luck.choices(stretch, weights=loads, k=count), causes, strict=True):
                    planned[week][cause] += 1
    return planned


def stretches(change: Change, weeks: Sequence[date], today: date) -> list[list[date]]:
    """Divide weeks where something about a change begins or ends: baseline, decision, delivery, judgement, extension."""
    delivered, decided = change.delivered_on(today), change.decided_week(today)
    cuts = (
        decided - BASELINE_WEEKS * WEEK,
        decided,
        delivered,
        delivered + PLANNED_WEEKS * WEEK,
        delivered + 2 * PLANNED_WEEKS * WEEK,
    )
    found: list[list[date]] = []
    for week in weeks:
        if not found or week in cuts:
            found.append([])
        found[-1].append(week)
    return found
