"""Who comes on a day of the past: when, by which door, about what, and how patient they are."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from helpdesk.clock import local
from helpdesk.contacts.doors.rules import Hours, openings_on
from helpdesk.contacts.stages import Channel, Priority, Reason, WaitsFor
from helpdesk.demo.history.causes import UNCLASSIFIED, Cause, Causes, Drawing
from helpdesk.demo.history.season import busyness, expected_on
from helpdesk.working_days import is_working_day

DOORS: Mapping[str, float] = {"vaxel": 0.585, "suomeksi": 0.015, "chatt": 0.18, "besok": 0.17, "meddelande": 0.05}
"""Doors by their share of all contacts."""
CHANNELS: Mapping[str, Channel] = {
    "vaxel": Channel.PHONE,
    "suomeksi": Channel.PHONE,
    "chatt": Channel.CHAT,
    "besok": Channel.WALK_IN,
    "meddelande": Channel.MESSAGE,
}
LANGUAGES: Mapping[str, float] = {"sv": 0.93, "fi": 0.025, "en": 0.03, "ar": 0.01, "so": 0.005}
TALK: Mapping[Channel, tuple[float, float]] = {
    Channel.PHONE: (215, 0.65),
    Channel.CHAT: (430, 0.5),
    Channel.WALK_IN: (390, 0.7),
    Channel.MESSAGE: (260, 0.5),
}
"""Median seconds of a conversation, and how widely they spread (sigma of the logarithm)."""
WRAP_UP = (42, 0.6)
PATIENCE: Mapping[Channel, tuple[float, float]] = {
    Channel.PHONE: (620, 0.7),
    Channel.CHAT: (560, 0.6),
    Channel.WALK_IN: (2400, 0.5),
}
HANGS_UP_AT_ONCE = 0.035
"""Some give up within seconds, whatever the wait: half of those who hang up do."""
CALLBACKS = 0.03
"""Share of calls that were booked to be made at a time of the citizen's choosing."""
LAST_TICKET_BEFORE = timedelta(minutes=10)
USUALLY_OPEN_S = 8.5 * 3600
"""A day that is shorter brings fewer."""
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Visitor:
    """Somebody who comes: what they bring, and (once the day has been lived) who helped them and when. Times in UTC."""

    door: str
    arrived: datetime
    cause: Cause
    language: str
    talk_s: int
    wrap_up_s: int
    reason: Reason | None
    """The reason as it is written down; None when nobody did."""
    patience_s: int | None = None
    priority: Priority = Priority.NORMAL
    waits_for: WaitsFor = WaitsFor.ANSWER
    ready: datetime = NEVER
    due: datetime = NEVER
    relaxed: datetime | None = None
    taken: datetime | None = None
    agent: int | None = None
    load: int = 0
    """The agent's load right after they took this one."""
    left: datetime | None = None

    @property
    def channel(self) -> Channel:
        """Return the kind of door."""
        return CHANNELS[self.door]

    @property
    def needs(self) -> frozenset[str]:
        """Return what they need of whoever helps."""
        return frozenset() if self.language == "sv" else frozenset({f"lang:{self.language}"})

    @property
    def stays(self) -> bool:
        """Whether nothing makes them leave before they are helped."""
        return self.patience_s is None


def spread(luck: Random, median: float, sigma: float, least: int = 5) -> int:
    """Return seconds around a median, a few of them much longer."""
    return max(least, round(median * math.exp(luck.gauss(0, sigma))))


def poisson(luck: Random, mean: float) -> int:
    """Return a Poisson number: how many come when so many are expected."""
    if mean > 60:
        return max(0, round(luck.gauss(mean, math.sqrt(mean))))
    limit, count, product = math.exp(-mean), 0, luck.random()
    while product > limit:
        count += 1
        product *= luck.random()
    return count


def visitors_of(
    day: date,
    hours: Mapping[str, Hours],
    causes: Causes,
    drawing: Drawing,
    planned: Counter[tuple[str, Reason]],
    volume: float,
    luck: Random,
) -> list[Visitor]:
    """Return everybody who comes on a local day, in order of arrival; nobody on a day when the doors are shut.

    ``planned``: contacts with these causes come besides, and stay until they are helped. ``volume`` scales all others.
    """
    if not is_working_day(day):
        return []
    length = open_seconds(hours["vaxel"], day) / USUALLY_OPEN_S
    expected = expected_on(day) * drawing.whole * volume * min(1.0, length)
    come = [(cause, False) for cause in drawing.draw(luck, poisson(luck, expected))]
    come += [(causes.cause(slug, reason), True) for (slug, reason), n in planned.items() for _ in range(n)]
    found = [one for cause, stays in come if (one := visitor(day, hours, cause, stays, luck)) is not None]
    found.sort(key=lambda one: one.arrived)
    return found


def open_seconds(hours: Hours, day: date) -> float:
    """Return how long a door is open on a local day."""
    return sum((one.closes_at - one.opens_at).total_seconds() for one in openings_on(hours, day))


def visitor(day: date, hours: Mapping[str, Hours], cause: Cause, stays: bool, luck: Random) -> Visitor | None:
    """Return one who comes on a local day about a cause; None when every door that they try is shut."""
    for _ in range(4):
        door = luck.choices(list(DOORS), weights=list(DOORS.values()))[0]
        arrived = arrival(day, hours[door], CHANNELS[door], luck)
        if arrived is not None:
            break
    else:
        return None
    channel = CHANNELS[door]
    language = "fi" if door == "suomeksi" else luck.choices(list(LANGUAGES), weights=list(LANGUAGES.values()))[0]
    one = Visitor(
        door=door,
        arrived=arrived,
        cause=cause,
        language=language,
        talk_s=spread(luck, *TALK[channel], least=25),
        wrap_up_s=spread(luck, *WRAP_UP, least=6),
        reason=cause.reason if stays or luck.random() >= UNCLASSIFIED else None,
        patience_s=None if stays else patience(channel, luck),
        priority=Priority.RAISED if channel is Channel.WALK_IN and luck.random() < 0.04 else Priority.NORMAL,
    )
    if channel is Channel.PHONE and language == "sv" and luck.random() < CALLBACKS:
        one.waits_for, one.patience_s = WaitsFor.CALLBACK, None
    return one


def patience(channel: Channel, luck: Random) -> int | None:
    """Return after how many seconds somebody gives up; None for those who write."""
    if channel is Channel.MESSAGE:
        return None
    if channel is Channel.PHONE and luck.random() < HANGS_UP_AT_ONCE:
        return luck.randint(3, 20)
    return spread(luck, *PATIENCE[channel], least=15)


def arrival(day: date, hours: Hours, channel: Channel, luck: Random) -> datetime | None:
    """Return a moment (whole seconds) at which a door is open on a local day, more often when it is busy; None when shut."""
    openings = openings_on(hours, day)
    if not openings:
        return None
    late = LAST_TICKET_BEFORE if channel is Channel.WALK_IN else timedelta(seconds=1)
    opens, closes = openings[0].opens_at, openings[-1].closes_at - late
    while True:
        moment = opens + timedelta(seconds=luck.randint(0, int((closes - opens).total_seconds())))
        is_inside = any(one.opens_at <= moment < one.closes_at for one in openings)
        if is_inside and luck.random() * 1.6 < busyness(local(moment).time()):
            return moment


def callback_at(arrived: datetime, closes: datetime, luck: Random) -> datetime | None:
    """Return a time for a callback that somebody chooses on the same day, on a quarter of an hour; None when it is too late."""
    chosen = arrived + timedelta(minutes=luck.randint(45, 150))
    chosen = chosen.replace(minute=chosen.minute // 15 * 15, second=0)
    return chosen if chosen < closes - timedelta(minutes=20) else None
