"""All that can happen to a contact. Each becomes a row that is never changed, and is told to whoever must know."""

from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that happened to one contact. Carries ids, times and enums; never free text."""

    contact_id: int
    public_id: str
    kind: ClassVar[str]
    moves_queue: ClassVar[bool] = True
    """Whether the list of those waiting, or somebody's room, looks different afterwards."""

    def facts(self) -> dict[str, Any]:
        """Return what the row keeps beside time and actor."""
        own = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in ("contact_id", "public_id")}
        return {name: plain(value) for name, value in own.items() if value is not None}


def plain(value: Any) -> Any:
    """Return a value as JSON holds it: moments as RFC 3339, enums as their values."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.value if isinstance(value, Enum) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived(Happening):
    """A citizen reached us and waits."""

    kind = "arrived"
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered(Happening):
    """The contact was offered to an agent."""

    kind = "offered"
    agent: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferEnded(Happening):
    """An offer was declined or ran out; the contact waits again with its promise."""

    kind = "offer_ended"
    agent: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken(Happening):
    """An agent has the contact."""

    kind = "taken"
    agent: str
    agent_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Released(Happening):
    """The contact was put back and waits again, its promise unchanged. ``why``: released, lost, transferred."""

    kind = "released"
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Happening):
    """Somebody wrote something."""

    kind = "said"
    moves_queue = False
    seq: int
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Happening):
    """Staff wrote a note for staff."""

    kind = "noted"
    moves_queue = False
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Happening):
    """The citizen was asked to hold."""

    kind = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(Happening):
    """The conversation goes on after a hold or a rest."""

    kind = "resumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseMoved(Happening):
    """A promise has another time; both are kept. Only the citizen moves it later."""

    kind = "promise_moved"
    by: str
    before: datetime
    after: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseMet(Happening):
    """What was promised was kept (or came late: see the times)."""

    kind = "promise_met"
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Called(Happening):
    """A visitor was called to a desk."""

    kind = "called"
    desk: str | None
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delayed(Happening):
    """A visitor said when they will be back; nobody is given the contact before."""

    kind = "delayed"
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack(Happening):
    """A visitor who was called and not there came after all: they wait again with their first promise."""

    kind = "came_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDown(Happening):
    """The citizen hung up or left while somebody had the contact."""

    kind = "line_down"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallProgressed(Happening):
    """A leg of the call rang, answered or ended."""

    kind = "call_progressed"
    leg: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved(Happening):
    """The agent said what came of it; wrap-up may still run."""

    kind = "resolved"
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpEnded(Happening):
    """The countdown ran out before anybody said what came of it: the room is free, the contact lies under *to finish*."""

    kind = "wrap_up_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver(Happening):
    """A department has a task from the contact."""

    kind = "handed_over"
    handover: str
    department: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverAnswered(Happening):
    """The department replied."""

    kind = "handover_answered"
    handover: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeUsed(Happening):
    """A service or an article was used or sent."""

    kind = "knowledge_used"
    moves_queue = False
    item: str
    was_sent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged(Happening):
    """A pain point was flagged."""

    kind = "flagged"
    moves_queue = False
    pain_point: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated(Happening):
    """The citizen answered the questions of the service survey: grades from 1 to 5, those that were left out missing."""

    kind = "rated"
    moves_queue = False
    treatment: int | None = None
    ease: int | None = None
    clarity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextOpened(Happening):
    """Sealed text was opened, by permission; the reason stands in the read log."""

    kind = "text_opened"
    moves_queue = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten(Happening):
    """Names, numbers and addresses were dropped because of a protected identity."""

    kind = "forgotten"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed(Happening):
    """The contact is over."""

    kind = "closed"
    ended_as: str
