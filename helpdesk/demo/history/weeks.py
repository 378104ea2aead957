"""The weeks before the full past, as counts that name nobody: by service, reason, door and authority."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

from helpdesk.contacts.stages import FAILURE_DEMAND, Reason
from helpdesk.demo.history.causes import UNCLASSIFIED, Cause, Causes
from helpdesk.demo.history.changes import COUNTED_WEEKS, FULL_WEEKS, PLANNED, week_load, weeks_until
from helpdesk.demo.history.chronicle import Past, drawn_share
from helpdesk.demo.history.ledger import Ledger
from helpdesk.demo.history.outcome import REPEATED, USUALLY_REPEATED
from helpdesk.demo.history.season import DAILY, WEEKDAYS
from helpdesk.demo.history.visitors import CHANNELS, DOORS, TALK, WRAP_UP, poisson, spread
from helpdesk.feedback.benefit.models import WeeklyStatistic

HELPED = 0.98
"""Errands for each contact that comes: some give up, some bring two."""
EXCLUDED: Mapping[Reason, float] = {Reason.PAPER_ONLY: 0.6, Reason.LOGIN: 0.3}
USUALLY_EXCLUDED = 0.02


@dataclass(slots=True)
class Cell:
    """What one cell of the statistics has counted."""

    contacts: int = 0
    seconds: int = 0
    repeat: int = 0
    exclusion: int = 0


Key = tuple[int | None, Reason | None, str, int]
"""Service, reason (None: not classified), door and authority."""


def counted_weeks(past: Past) -> list[date]:
    """Return the Mondays of the weeks that are kept as counts, oldest first."""
    return weeks_until(past.today, FULL_WEEKS + COUNTED_WEEKS)[:COUNTED_WEEKS]


def write_weeks(past: Past, ledger: Ledger, written: Callable[[int], object]) -> None:
    """Collect the statistics of the weeks before the full past, planned contacts among them; ``written`` hears of each."""
    drawing = past.causes.without(PLANNED)
    per_week = DAILY * sum(WEEKDAYS) * drawn_share() * HELPED * past.scale.volume
    for monday in counted_weeks(past):
        luck = past.luck("week", monday)
        drawn = drawing.draw(luck, poisson(luck, per_week * week_load(monday)))
        come = [(one, None if luck.random() < UNCLASSIFIED else one.reason) for one in drawn]
        come += [(one, one.reason) for one in planned_causes(past.causes, past.plan[monday])]
        for (service_id, reason, door, authority_id), cell in cells(come, past.house.home.authority_id, luck).items():
            ledger.add(
                WeeklyStatistic,
                week=monday,
                service_id=service_id,
                reason=reason,
                door_id=past.house.doors[door],
                authority_id=authority_id,
                contacts=cell.contacts,
                seconds=cell.seconds,
                repeat=cell.repeat,
                exclusion=cell.exclusion,
            )
        written(1)


def planned_causes(causes: Causes, planned: Counter[tuple[str, Reason]]) -> list[Cause]:
    """Return the planned contacts of a week, one by one."""
    return [causes.cause(slug, reason) for (slug, reason), n in sorted(planned.items()) for _ in range(n)]


def cells(come: list[tuple[Cause, Reason | None]], home: int, luck: Random) -> dict[Key, Cell]:
    """Count contacts by cell; each takes its time, comes by a door, and may be a repeated one."""
    found: dict[Key, Cell] = defaultdict(Cell)
    doors = luck.choices(list(DOORS), weights=list(DOORS.values()), k=len(come))
    for (cause, reason), door in zip(come, doors, strict=True):
        service = cause.service
        cell = found[service.id if service else None, reason, door, service.authority_id if service else home]
        cell.contacts += 1
        cell.seconds += spread(luck, *TALK[CHANNELS[door]], least=25) + spread(luck, *WRAP_UP, least=6)
        cell.repeat += luck.random() < REPEATED.get(reason, USUALLY_REPEATED)
        shut_out = EXCLUDED.get(reason, USUALLY_EXCLUDED) if reason in FAILURE_DEMAND and reason else USUALLY_EXCLUDED
        cell.exclusion += luck.random() < shut_out
    return found
