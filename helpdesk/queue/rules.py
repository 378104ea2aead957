"""Who is next, what was promised and what fits: the rule of the queue, without a database (PRODUCT §1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

from helpdesk.contacts.stages import Channel, Priority
from helpdesk.working_days import moment_on, working_day_after

FACTORS: Mapping[Priority, float] = {Priority.URGENT: 0.25, Priority.RAISED: 0.5, Priority.NORMAL: 1.0}
"""How much of the target time each priority leaves."""


@dataclass(frozen=True, slots=True)
class Targets:
    """How soon each door promises a first answer, in seconds; a message by a local time on the next working day."""

    phone: int
    chat: int
    walk_in: int
    message_by: time


def first_promise(
    channel: Channel, priority: Priority, arrived_at: datetime, arrived_on: date, targets: Targets
) -> datetime:
    """Return when a first answer is promised: arrival + target(door) × factor(priority).

    ``arrived_on`` is the local day of the arrival; a message is promised for the next working day.
    """
    if channel is Channel.MESSAGE:
        return moment_on(working_day_after(arrived_on, 1), targets.message_by)
    seconds = {Channel.PHONE: targets.phone, Channel.CHAT: targets.chat, Channel.WALK_IN: targets.walk_in}[channel]
    return arrived_at + timedelta(seconds=seconds * FACTORS[priority])


@dataclass(frozen=True, slots=True)
class Costs:
    """What one contact of each channel takes of an agent's room, in twelfths."""

    phone: int
    walk_in: int
    chat: int
    message: int

    def of(self, channel: Channel) -> int:
        """Return the cost of a channel."""
        return {
            Channel.PHONE: self.phone,
            Channel.WALK_IN: self.walk_in,
            Channel.CHAT: self.chat,
            Channel.MESSAGE: self.message,
        }[channel]


@dataclass(frozen=True, slots=True)
class LaneView:
    """A lane as the rule sees it."""

    id: int
    channel: Channel
    needs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Taker:
    """An agent as the rule sees them: channels they work with, abilities, and the room that is left, in twelfths."""

    channels: frozenset[Channel]
    abilities: frozenset[str]
    free: int
    has_call_or_visit: bool


def needs_key(needs: Iterable[str]) -> str:
    """Return needs as a lane spells them: sorted, joined by a space."""
    return " ".join(sorted(set(needs)))


def why_not(lane: LaneView, taker: Taker, costs: Costs) -> str | None:
    """Say why an agent cannot be given contacts of a lane: ``door``, ``needs``, ``busy`` or ``room``; None when they can."""
    if lane.channel not in taker.channels:
        return "door"
    if not lane.needs <= taker.abilities:
        return "needs"
    if taker.has_call_or_visit:
        return "busy"
    if costs.of(lane.channel) > taker.free:
        return "room"
    return None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits, as the rule sees them."""

    id: int
    lane_id: int
    channel: Channel
    due_at: datetime


def in_order(
    waiting: Iterable[Waiting],
    now: datetime,
    late_letter_allowed: bool,
    earlier: Mapping[int, timedelta] = MappingProxyType({}),
) -> list[Waiting]:
    """Put those who wait in the order in which they are next: earliest promise first, lowest id at a tie.

    People who wait now come before written work. Written work past its promise goes first when
    ``late_letter_allowed``: for one agent at a time. ``earlier``: by how much a lane counts as due before its promises
    (a need that the agent has *first hand*).
    """

    def place(one: Waiting) -> tuple[int, datetime, int]:
        counts_as_due = one.due_at - earlier.get(one.lane_id, timedelta())
        if one.channel is not Channel.MESSAGE:
            return (1, counts_as_due, one.id)
        return (0 if late_letter_allowed and one.due_at < now else 2, counts_as_due, one.id)

    return sorted(waiting, key=place)


def rule_of(chosen: Waiting, now: datetime, earlier: Mapping[int, timedelta] = MappingProxyType({})) -> str:
    """Name the rule by which somebody was next, for *why this one?*."""
    if chosen.channel is Channel.MESSAGE:
        return "late_letter" if chosen.due_at < now else "no_one_waits_in_person"
    return "first_hand" if chosen.lane_id in earlier else "earliest_promise"
