"""When somebody comes, gives up or is helped in the played day, so that the list always holds 6 to 12 rows."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from helpdesk.contacts.stages import Author, Channel, Stage

LOW, HIGH = 6, 12
"""How many rows the list holds, at least and at most."""
COLLEAGUES_HELP_FROM = 10
"""From so many rows on, the colleagues who are played take somebody."""
GAPS = ((7, 0), (8, 18), (9, 35), (10, 70), (11, 150))
"""How many seconds pass between two arrivals, by how many wait; with more nobody comes."""
WRITES_AFTER_S = 4
LETTERS_A_SECOND = 9
"""How fast people think and type."""
LETTER_S, CALL_AT_MOST_S, VISIT_S, AFTER_LAST_WORD_S = 45, 420, 150, 12


def gap_s(waiting: int) -> int | None:
    """Return how many seconds after the last arrival somebody comes, by how many wait; None when the list is full."""
    return next((gap for most, gap in GAPS if waiting <= most), None)


def comes(waiting: int, coming: int, since_last_s: float) -> bool:
    """Say whether somebody comes now. ``coming``: callers who are still in the menu."""
    gap = gap_s(waiting + coming)
    return waiting + coming < HIGH and gap is not None and since_last_s >= gap


def must_come_at_once(waiting: int) -> bool:
    """Say whether the list is about to be too short for somebody who has to go through a menu first."""
    return waiting <= LOW + 1


def may_give_up(waiting: int) -> bool:
    """Say whether somebody whose patience has ended may go: the list stays long enough to be looked at."""
    return waiting > LOW + 1


def colleagues_help(waiting: int) -> bool:
    """Say whether the played colleagues take somebody."""
    return waiting >= COLLEAGUES_HELP_FROM


def typing_s(text: str) -> float:
    """Return how long somebody thinks and types before a text is there."""
    return WRITES_AFTER_S + len(text) / LETTERS_A_SECOND


class Deed(StrEnum):
    """What a played colleague does next with a contact."""

    SAY = "say"
    RESOLVE = "resolve"


@dataclass(frozen=True, slots=True)
class Going:
    """A conversation that a played colleague has, as the rule sees it."""

    channel: Channel
    stage: Stage
    taken_at: datetime
    last_word_by: Author | None
    last_word_at: datetime | None
    next_line: str | None
    """What there is left to say; None when everything has been said."""
    is_resolved: bool


def deed(one: Going, now: datetime) -> Deed | None:
    """Say what a played colleague does with a conversation at a moment; None: they listen."""
    if one.is_resolved:
        return None
    if one.stage is Stage.WRAP_UP:
        return Deed.RESOLVE
    if one.stage is not Stage.TALKING:
        return None
    talked = (now - one.taken_at).total_seconds()
    quiet = (now - max(one.last_word_at or one.taken_at, one.taken_at)).total_seconds()
    if one.channel is Channel.CHAT:
        if one.next_line is None or one.last_word_by is Author.AGENT:
            is_over = one.next_line is None and quiet >= AFTER_LAST_WORD_S
            return Deed.RESOLVE if is_over or quiet >= CALL_AT_MOST_S else None
        return Deed.SAY if quiet >= typing_s(one.next_line) else None
    longest = {Channel.MESSAGE: LETTER_S, Channel.WALK_IN: VISIT_S, Channel.PHONE: CALL_AT_MOST_S}[one.channel]
    return Deed.RESOLVE if talked >= longest else None
