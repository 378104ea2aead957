"""How the story of a change request is told: steps of who did what, so many days ago."""

from dataclasses import dataclass
from enum import StrEnum

from helpdesk.contacts.stages import Reason
from helpdesk.feedback.models import RequestKind, View
from helpdesk.feedback.rules import RequestState

EVERY_VIEW = tuple(View)
IMPROVER = "eva"


class Does(StrEnum):
    """What happens in a step."""

    SEND = "send"
    SAY = "say"
    MOVE = "move"
    LOOK = "look"
    MERGE = "merge"
    FOLLOW = "follow"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: who (the first part of their address) does what, so many calendar days ago."""

    days: int
    who: str
    does: Does
    text: str | None = None
    to: RequestState | None = None
    views: tuple[View, ...] = ()
    into: str | None = None
    """The key of the request that this one is taken up in."""


@dataclass(frozen=True, slots=True)
class Story:
    """One change request from its draft on. ``change``: the delivered change (history/changes.py) that it led to."""

    key: str
    days: int
    title: str
    text: str
    lead: str
    causes: tuple[tuple[str, Reason], ...]
    steps: tuple[Step, ...] = ()
    kind: RequestKind = RequestKind.CHANGE
    change: str | None = None
    judge: str = ""
    """For a delivered one: who answered and decided for the department."""
    said: tuple[str, ...] = ()
    """For a delivered one: the lines of its thread, the department's first."""


def say(days: int, who: str, text: str) -> Step:
    """Return a line in the thread."""
    return Step(days, who, Does.SAY, text)


def move(days: int, who: str, to: RequestState, text: str | None = None) -> Step:
    """Return a move to another state."""
    return Step(days, who, Does.MOVE, text, to)


def send(days: int) -> Step:
    """Return the sending of a draft."""
    return Step(days, IMPROVER, Does.SEND)


def look(days: int, who: str, *views: View, text: str | None = None) -> Step:
    """Return a look from some of the six sides; with a text there is a risk, and that is what is done about it."""
    return Step(days, who, Does.LOOK, text, views=views)
