"""What a ticket's letter, calls and moments mean, without a database."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from helpdesk.clock import local
from helpdesk.contacts.stages import EndedAs, Stage

MOST_CALLS = 3
"""A visitor is called, and called again twice at most (DOMAIN §8)."""
CALLS_BEFORE_NO_SHOW = 2
"""Nobody is *not here* before the number was called this many times."""
LEFT_AFTER_CLOSING = timedelta(minutes=60)
"""Tickets that nobody served end as *left* this long after closing (PRODUCT §1, Numbers)."""
LATE_MINUTES = (10, 20, 30)
"""How late a visitor may say that they will be."""


class Letter(StrEnum):
    """The kind of errand that a ticket begins with."""

    QUESTION = "A"
    BOOKED = "B"
    HELP = "C"


class Want(StrEnum):
    """What a visitor may need in the room. It never decides who may help them, so nobody waits longer for it."""

    SEAT = "seat"
    LOOP = "loop"
    LOW_DESK = "low_desk"
    INTERPRETER = "interpreter"
    READING = "reading"
    QUIET = "quiet"
    FETCH = "fetch"
    PRIVATE = "private"


class Standing(StrEnum):
    """What a ticket means to the visitor who holds it."""

    WAITING = "waiting"
    CALLED = "called"
    MISSED = "missed"
    ENDED = "ended"


CALLED_STAGES = frozenset({Stage.TALKING, Stage.HELD, Stage.PARKED})


def service_day(now: datetime) -> date:
    """Return the day that numbers and tickets of a moment belong to: the local date, also in the nights of clock change."""
    return local(now).date()


def standing_of(stage: Stage, ended_as: EndedAs | None, has_returned: bool, day: date, today: date) -> Standing:
    """Say how a ticket stands. Whoever was not there may come back once, on the ticket's own service day (``day``)."""
    if stage in (Stage.WAITING, Stage.OFFERED):
        return Standing.WAITING
    if stage in CALLED_STAGES:
        return Standing.CALLED
    may_return = ended_as is EndedAs.NO_SHOW and not has_returned and day == today
    return Standing.MISSED if may_return else Standing.ENDED


def is_left_behind(closing: datetime, issued_at: datetime, returned_at: datetime | None, now: datetime) -> bool:
    """Say whether a ticket that still waits is over: closing, and the last time the visitor was there, lie an hour back."""
    return max(closing, issued_at, returned_at or issued_at) + LEFT_AFTER_CLOSING <= now


def wants_of(kept: str) -> tuple[Want, ...]:
    """Return what a visitor needs in the room, in the order of the list; unknown words of older versions are left out."""
    words = set(kept.split())
    return tuple(one for one in Want if one.value in words)


def kept_wants(wants: frozenset[Want]) -> str:
    """Return needs in the room as a ticket keeps them: joined by a space, in the order of the list."""
    return " ".join(one.value for one in Want if one in wants)
