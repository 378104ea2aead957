"""Who is given whom: the preferences that keep chats from shutting out calls and visits, and who is offered (PRODUCT §1).

What must hold whatever happens (one owner, nobody above their room) is the database's. These are preferences, judged on
a picture of everybody at work that may be a moment old. Takes, offers, the estimate and the day's simulator ask here.
"""

import math
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from helpdesk.contacts.stages import Channel
from helpdesk.queue.rules import Costs, LaneView, Taker, Waiting, why_not

FIRST_HAND = timedelta(seconds=120)
"""So much earlier does a contact count as due for an agent who has its need *first hand* (setting ``queue.first_hand_seconds``)."""

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Levers:
    """What a supervisor sets: the share of those on duty who may have chats at once, and how much *first hand* counts."""

    chat_desks_percent: int = 33
    first_hand: timedelta = FIRST_HAND


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody at work, as the rule sees them.

    ``is_ready``: may be given something now (available, there, has answered, not too much to finish, no offer open).
    ``has_nothing``: no contact of any kind takes room. ``last_ended_at``: None when nothing has ended yet.
    """

    id: int
    taker: Taker
    chats: int = 0
    has_nothing: bool = True
    is_ready: bool = True
    first_hand: frozenset[str] = frozenset()
    last_ended_at: datetime | None = None

    def given(self, channel: Channel, cost: int) -> "Colleague":
        """Return this colleague after a contact was offered to them: one offer at a time."""
        taker = replace(
            self.taker,
            free=self.taker.free - cost,
            has_call_or_visit=self.taker.has_call_or_visit or channel in (Channel.PHONE, Channel.WALK_IN),
        )
        chats = self.chats + (channel is Channel.CHAT)
        return replace(self, taker=taker, chats=chats, has_nothing=False, is_ready=False)


@dataclass(frozen=True, slots=True)
class Picture:
    """Everybody on duty, what contacts cost, and the levers: all that the preferences are judged on."""

    colleagues: Mapping[int, Colleague]
    costs: Costs
    levers: Levers = Levers()

    @property
    def chat_desks(self) -> int:
        """Return how many have chats now."""
        return sum(one.chats > 0 for one in self.colleagues.values())

    @property
    def most_chat_desks(self) -> int:
        """Return how many may have chats at once: a share of those on duty, rounded up."""
        return math.ceil(len(self.colleagues) * self.levers.chat_desks_percent / 100)

    def after(self, colleague: Colleague) -> "Picture":
        """Return the picture with one colleague as they are now."""
        return replace(self, colleagues={**self.colleagues, colleague.id: colleague})


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody who waits, with what the preferences ask about: the lane's needs, and since when the promise runs."""

    one: Waiting
    lane: LaneView
    since: datetime

    def is_half_run(self, now: datetime) -> bool:
        """Say whether half of the promised time has gone."""
        return now >= self.since + (self.one.due_at - self.since) / 2


def held_back(standing: Standing, colleague: Colleague, picture: Picture, now: datetime) -> str | None:
    """Name the preference that keeps a chat from an agent who could take it: ``fill_before_open``, ``chat_desks``; or None."""
    if standing.one.channel is not Channel.CHAT or colleague.chats > 0:
        return None
    others = [
        other
        for other in picture.colleagues.values()
        if other.id != colleague.id and other.is_ready and why_not(standing.lane, other.taker, picture.costs) is None
    ]
    if not standing.is_half_run(now) and any(other.chats > 0 for other in others):
        return "fill_before_open"
    if (
        picture.chat_desks >= picture.most_chat_desks
        and now <= standing.one.due_at
        and not any(other.has_nothing for other in others)
    ):
        return "chat_desks"
    return None


def agent_for(
    standing: Standing,
    picture: Picture,
    now: datetime,
    among: frozenset[int] | None = None,
    said_no: Container[tuple[int, int]] = (),
) -> Colleague | None:
    """Return who is offered a contact (``among``: of these only), or None when nobody can be.

    ``said_no``: (contact, agent) for each who has declined it.

    A chat goes to the one with the most chats who has room. Else the fewest abilities beyond the need decide (the only
    Finnish speaker is kept), then the longest time since their last contact ended, then the lowest id.
    """
    able = (
        one
        for one in picture.colleagues.values()
        if one.is_ready
        and (among is None or one.id in among)
        and (standing.one.id, one.id) not in said_no
        and why_not(standing.lane, one.taker, picture.costs) is None
        and held_back(standing, one, picture, now) is None
    )

    def place(one: Colleague) -> tuple[int, int, datetime, int]:
        chats = one.chats if standing.one.channel is Channel.CHAT else 0
        beyond = len(one.taker.abilities - standing.lane.needs)
        return (-chats, beyond, one.last_ended_at or LONG_AGO, one.id)

    return min(able, key=place, default=None)


@dataclass(frozen=True, slots=True)
class Match:
    """A contact and the agent it is to be offered to."""

    standing: Standing
    agent_id: int


def matches(
    line: Sequence[Standing],
    picture: Picture,
    now: datetime,
    late_letter_allowed: bool,
    said_no: Container[tuple[int, int]] = (),
) -> list[Match]:
    """Return who is to be offered to whom, at most one each, in the order in which they are next.

    A contact with a need that somebody has *first hand* stands in line twice: two minutes earlier for those, and at its
    own time for all. Where one offer changes what holds another back, the line is gone through again.
    """
    found: list[Match] = []
    ready = [one for one in picture.colleagues.values() if one.is_ready]
    places = _places(line, ready, picture.levers, now, late_letter_allowed)
    is_moving = True
    while is_moving and any(one.is_ready for one in picture.colleagues.values()):
        is_moving = False
        given = {match.standing.one.id for match in found}
        for place in places:
            if place.standing.one.id in given or (place.is_late_letter and _has_late_letter(found, now)):
                continue
            agent = agent_for(place.standing, picture, now, place.only, said_no)
            if agent is None:
                continue
            channel = place.standing.one.channel
            picture = picture.after(agent.given(channel, picture.costs.of(channel)))
            found.append(Match(place.standing, agent.id))
            given.add(place.standing.one.id)
            is_moving = True
    return found


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in the line: for everybody, or ``only`` for those who have the need first hand."""

    standing: Standing
    only: frozenset[int] | None
    is_late_letter: bool


def _places(
    line: Iterable[Standing], ready: Sequence[Colleague], levers: Levers, now: datetime, late_letter_allowed: bool
) -> list[_Place]:
    """Put those who wait in order: people before written work, one late letter before people, then by promise."""
    placed: list[tuple[tuple[int, datetime, int], _Place]] = []
    for standing in line:
        one = standing.one
        is_letter = one.channel is Channel.MESSAGE
        bands = [2 if is_letter else 1]
        if is_letter and late_letter_allowed and one.due_at < now:
            bands.append(0)
        first = frozenset(who.id for who in ready if not standing.lane.needs.isdisjoint(who.first_hand))
        for band in bands:
            placed.append(((band, one.due_at, one.id), _Place(standing, None, band == 0)))
            if first:
                placed.append(((band, one.due_at - levers.first_hand, one.id), _Place(standing, first, band == 0)))
    return [place for _order, place in sorted(placed, key=lambda both: both[0])]


def _has_late_letter(found: Iterable[Match], now: datetime) -> bool:
    return any(one.standing.one.channel is Channel.MESSAGE and one.standing.one.due_at < now for one in found)
