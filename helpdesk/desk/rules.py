"""What the desk decides by itself: what an agent is doing, how their room is cut, and why somebody cannot be taken."""

from collections.abc import Iterable
from dataclasses import dataclass

from helpdesk.contacts.stages import Channel, Stage

PAUSE_REASONS = ("break", "lunch", "meeting", "desk_work", "other")
"""Why somebody rests. Words stand in the templates; the first is meant when none is said."""

MOST_ERRANDS = 6
"""How many errands one contact can be closed with."""

SHOWS = ("talk", "close", "hand_over", "flag", "topic")
"""What the middle of the desk can show of a contact."""


@dataclass(frozen=True, slots=True)
class Open:
    """A contact that an agent has, as far as their room is concerned. ``cost`` in twelfths."""

    channel: Channel
    stage: Stage
    cost: int


def doing(chosen: str, has_no_answer: bool, load: int, room: int, opened: Iterable[Open]) -> str:
    """Say what an agent is doing, in the words of parts/look.html: what they chose (``available``, ``paused``,
    ``offline``), unless an available agent has something open.
    """
    if chosen != "available":
        return chosen
    if has_no_answer:
        return "no_answer"
    costly = [one for one in opened if one.cost]
    if costly and all(one.stage is Stage.WRAP_UP for one in costly):
        return "wrap_up"
    if any(one.channel in (Channel.PHONE, Channel.WALK_IN) for one in costly):
        return "busy"
    return "full" if load >= room else "available"


def free_slots(load: int, room: int, size: int) -> list[int]:
    """Return the free room cut into pieces of one chat each, in twelfths; the last piece may be smaller."""
    left = max(room - load, 0)
    whole, rest = divmod(left, max(size, 1))
    return [size] * whole + ([rest] if rest else [])


def languages_of(abilities: Iterable[str]) -> list[str]:
    """Return the languages among an agent's abilities; Swedish is everybody's."""
    return ["sv", *sorted(one.removeprefix("lang:") for one in abilities if one.startswith("lang:"))]
