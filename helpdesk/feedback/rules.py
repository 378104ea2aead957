"""What a change request may become and who decides it, what counts as an answer, and when a figure or a quote may stand."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from helpdesk.contacts.sealing import MASK, mask
from helpdesk.contacts.stages import FAILURE_DEMAND, Reason


class RequestState(StrEnum):
    """Where a change request is on the board."""

    DRAFT = "draft"
    NEW = "new"
    ASSESSING = "assessing"
    ACCEPTED = "accepted"
    PLANNED = "planned"
    DELIVERED = "delivered"
    FOLLOWED_UP = "followed_up"
    DECLINED = "declined"
    MERGED = "merged"


S = RequestState

MOVES: Mapping[RequestState, tuple[RequestState, ...]] = {
    S.DRAFT: (S.NEW,),
    S.NEW: (S.ASSESSING,),
    S.ASSESSING: (S.ACCEPTED, S.DECLINED),
    S.ACCEPTED: (S.PLANNED, S.DECLINED),
    S.PLANNED: (S.DELIVERED, S.DECLINED),
    S.DELIVERED: (S.FOLLOWED_UP, S.ASSESSING),
    S.FOLLOWED_UP: (),
    S.DECLINED: (S.ASSESSING,),
    S.MERGED: (),
}
"""Where a change request may go from where it is. Any of them may also be merged into another."""

BOARD = (S.NEW, S.ASSESSING, S.ACCEPTED, S.PLANNED, S.DELIVERED, S.FOLLOWED_UP)
"""The columns of the board, in order; what was declined stands in a table below."""
OPEN = frozenset({S.NEW, S.ASSESSING, S.ACCEPTED, S.PLANNED})
"""States in which the change is still to be made."""
DECISIONS = frozenset({S.ACCEPTED, S.DECLINED})
"""Moves that are the department's decision, and so an answer."""


class Side(StrEnum):
    """On which side of a change request somebody stands."""

    CENTRE = "centre"
    DEPARTMENT = "department"


BOTH = frozenset(Side)
CENTRE = frozenset({Side.CENTRE})
DEPARTMENT = frozenset({Side.DEPARTMENT})
MOVED_BY: Mapping[tuple[RequestState, RequestState], frozenset[Side]] = {
    (S.DRAFT, S.NEW): CENTRE,
    (S.NEW, S.ASSESSING): BOTH,
    (S.ASSESSING, S.ACCEPTED): DEPARTMENT,
    (S.ASSESSING, S.DECLINED): DEPARTMENT,
    (S.ACCEPTED, S.PLANNED): DEPARTMENT,
    (S.ACCEPTED, S.DECLINED): DEPARTMENT,
    (S.PLANNED, S.DELIVERED): BOTH,
    (S.PLANNED, S.DECLINED): DEPARTMENT,
    (S.DELIVERED, S.FOLLOWED_UP): CENTRE,
    (S.DELIVERED, S.ASSESSING): CENTRE,
    (S.DECLINED, S.ASSESSING): BOTH,
}
"""Who may make each move: the service centre asks and follows up, the department judges."""

VIEWS = 6
"""How many sides a decision is looked at from."""


def may_merge(state: RequestState) -> bool:
    """Say whether a request in this state can be taken up in another: any that is not so already."""
    return state is not S.MERGED


def moves_from(state: RequestState, sides: frozenset[Side]) -> tuple[RequestState, ...]:
    """Return the states that somebody on these sides may move a request to, in the order of the board."""
    return tuple(to for to in MOVES[state] if sides & MOVED_BY[state, to])


def needs_reason(to: RequestState, looked: int) -> bool:
    """Say whether a move must be given a reason: a refusal always, an acceptance with a view that nobody looked at."""
    return to is S.DECLINED or (to is S.ACCEPTED and looked < VIEWS)


def is_unanswered(state: RequestState, sent_at: datetime | None, first_answer_at: datetime | None) -> bool:
    """Say whether the department still owes its first written answer or decision."""
    return sent_at is not None and first_answer_at is None and state not in (S.DRAFT, S.MERGED)


def is_overdue(due: date | None, today: date) -> bool:
    """Say whether the local day by which an answer was due has passed."""
    return due is not None and today > due


@dataclass(frozen=True, slots=True)
class Pair:
    """A cause: a service (None: no service) and the reason why citizens had to contact us about it."""

    service_id: int | None
    reason: Reason

    @property
    def is_failure(self) -> bool:
        """Whether an earlier failure of the municipality caused these contacts."""
        return self.reason in FAILURE_DEMAND


@dataclass(frozen=True, slots=True)
class Tally:
    """Closed errands counted: how many, their measured seconds, repeated ones, and those of people shut out digitally."""

    contacts: int = 0
    seconds: int = 0
    repeat: int = 0
    exclusion: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """Return both together."""
        return Tally(
            self.contacts + other.contacts,
            self.seconds + other.seconds,
            self.repeat + other.repeat,
            self.exclusion + other.exclusion,
        )


COVERAGE_ENOUGH = 0.8
"""Under this share of errands with a reason a figure is grey and no verdict is given."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a change request would mend, measured: closed errands with its causes in a period, and how well all are known."""

    start: datetime
    end: datetime
    tally: Tally
    closed: int
    """All errands closed in the period, in the whole municipality."""
    classified: int
    """Those of them that have a reason."""

    @property
    def repeat_share(self) -> float:
        """The share whose citizen had contacted us about it before; 0 when nothing was counted."""
        return self.tally.repeat / self.tally.contacts if self.tally.contacts else 0.0

    @property
    def exclusion_share(self) -> float:
        """The share whose citizen could not go the digital way; 0 when nothing was counted."""
        return self.tally.exclusion / self.tally.contacts if self.tally.contacts else 0.0

    @property
    def coverage(self) -> float:
        """The share of all closed errands that have a reason; 0 when none was closed."""
        return self.classified / self.closed if self.closed else 0.0

    @property
    def is_grey(self) -> bool:
        """Whether too few errands have a reason for the figure to be trusted."""
        return self.coverage < COVERAGE_ENOUGH


Tallies = Mapping[tuple[int | None, Reason | None], Tally]
"""All closed errands of a period, by service and reason. An errand has one of each, so it stands in one tally."""


def demand_of(pairs: Iterable[Pair], tallies: Tallies, start: datetime, end: datetime) -> Demand:
    """Return the demand of some causes. A cause that is named twice (by two rows, or by a merge) counts once."""
    total = Tally()
    for pair in frozenset(pairs):
        total += tallies.get((pair.service_id, pair.reason), Tally())
    closed = sum(one.contacts for one in tallies.values())
    unknown = sum(one.contacts for (_service, reason), one in tallies.items() if reason is None)
    return Demand(start, end, total, closed, closed - unknown)


def change_between(weeks: Iterable[int]) -> float | None:
    """Return by what share the later half of an even number of weeks differs from the earlier; None when that is empty."""
    counts = list(weeks)
    half = len(counts) // 2
    before, after = sum(counts[:half]), sum(counts[half:])
    return after / before - 1 if before else None


QUOTE_CONTACTS = 5
"""How many contacts must stand behind a cause before somebody's words about it are shown."""
HIDDEN = "●●●"
EMAIL = re.compile(r"[^\s@<>()]+@[^\s@<>()]+\.\w+")
PHONE = re.compile(r"(?<![\w+])(?:\+|0)[\d \-–/()]{5,}\d(?!\w)")


class Identity(StrEnum):
    """What in a text tells who somebody is."""

    IDENTITY_NUMBER = "identity_number"
    PHONE = "phone"
    EMAIL = "email"


def identity_in(text: str) -> frozenset[Identity]:
    """Return what tells who somebody is in a text: an identity number (also a masked one), a telephone number, an address."""
    found = set()
    if MASK in text or mask(text).hidden:
        found.add(Identity.IDENTITY_NUMBER)
    if EMAIL.search(text):
        found.add(Identity.EMAIL)
    if PHONE.search(mask(text).text):
        found.add(Identity.PHONE)
    return frozenset(found)


def without_identity(text: str) -> str:
    """Return the text with identity numbers, telephone numbers and addresses hidden, in one line."""
    hidden = PHONE.sub(HIDDEN, EMAIL.sub(HIDDEN, mask(text).text.replace(MASK, HIDDEN)))
    return " ".join(hidden.split())


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A cause that hurts and that no change request asks to mend."""

    pair: Pair
    tally: Tally


def suggestions(tallies: Tallies, taken: frozenset[Pair], at_least: int, limit: int) -> list[Suggestion]:
    """Return the causes with most contacts that an earlier failure made and no open request is about, most first."""
    found = [
        Suggestion(Pair(service_id, reason), tally)
        for (service_id, reason), tally in tallies.items()
        if reason in FAILURE_DEMAND
        and reason is not None
        and tally.contacts >= at_least
        and Pair(service_id, reason) not in taken
    ]
    found.sort(key=lambda one: (-one.tally.contacts, one.pair.reason, one.pair.service_id or 0))
    return found[:limit]
