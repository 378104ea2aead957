"""What goes in and out of the API, field by field. Unknown fields in a request are errors."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints

from helpdesk.contacts.stages import Assisted, Channel, EndedAs, Exclusion, Outcome, Priority, Reason, Stage
from helpdesk.feedback.models import RequestState
from helpdesk.policy.rules import View
from helpdesk.queue.models import AgentState
from helpdesk.resolution.models import Basis


def with_z(moment: datetime) -> str:
    """Return a moment as RFC 3339 in UTC with Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def within_reason(moment: datetime) -> datetime:
    """Refuse a moment that no calendar here knows. Raises ValueError."""
    if not 2000 <= moment.year <= 2100:
        raise ValueError("a moment between the years 2000 and 2100 is needed")
    return moment


Moment = Annotated[
    AwareDatetime, AfterValidator(within_reason), PlainSerializer(with_z, return_type=str, when_used="json")
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]*$", max_length=120)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Need = Annotated[str, StringConstraints(pattern=r"^(lang|skill):[a-z0-9-]{2,60}$")]
Number = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{5,14}$")]
ClientId = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[!-~]+$")]


class In(BaseModel):
    """A request."""

    model_config = ConfigDict(extra="forbid", str_max_length=200_000)


class Out(BaseModel):
    """An answer. A client ignores fields that it does not know."""

    model_config = ConfigDict(from_attributes=True)


class Nothing(In):
    """A request that says nothing."""


class Noted(In):
    """A request that may say why."""

    note: Text | None = None


class Fault(Out):
    """One field that is wrong."""

    field: str
    code: str
    message: str


class Problem(Out):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[Fault]


class Callback(In):
    """Call back to a number, now in turn or at a time."""

    number: Number
    at: Moment | None = None


class NewContact(In):
    """A citizen at a door."""

    channel: Channel
    door: Slug | None = None
    topic: Short | None = None
    language: Language | None = None
    needs: list[Need] = Field(default=[], max_length=10)
    priority: Priority = Priority.NORMAL
    text: Text | None = None
    ready_at: Moment | None = None
    callback: Callback | None = None


class StateIn(In):
    """What the agent chooses. ``ttl_s``: for how many seconds the presence holds, at most 8 h."""

    state: AgentState
    reason: Short | None = None
    ttl_s: int | None = Field(default=None, ge=1, le=28_800)
    doors: list[Channel] | None = None


class MessageIn(In):
    """What the agent writes to the citizen. The same ``client_id`` again is the same message."""

    text: Text
    client_id: ClientId


class NoteIn(In):
    """A note for staff."""

    text: Text


class HandoverIn(In):
    """A task for a department."""

    department: Slug
    text: Text
    basis: Basis
    due_at: Moment | None = None


class ReplyIn(In):
    """The department's reply."""

    text: Text


class PainPointIn(In):
    """Something that hurt."""

    service: Slug | None = None
    reason: Reason
    exclusion: Exclusion | None = None
    quote: Text | None = None
    repeat: bool = False


class ErrandIn(In):
    """One thing that the citizen came for."""

    service: Slug | None = None
    reason: Reason


class ResolveIn(In):
    """What came of it."""

    outcome: Outcome
    assisted: list[Assisted] = []
    errands: list[ErrandIn] = Field(min_length=1, max_length=20)
    note: Text | None = None


class Me(Out):
    """Who the token speaks for, and what they have."""

    account: str
    roles: list[str]
    state: AgentState | None
    room: int
    load: int
    open: list[str]


class Person(Out):
    """An agent, as others see them."""

    id: str
    name: str


class WaitOut(Out):
    """An honest range, in seconds."""

    low: int
    high: int


class TicketOut(Out):
    """A visitor's number and the address of its page."""

    number: str
    url: str


class MessageOut(Out):
    """One message of the conversation."""

    seq: int
    kind: str
    author: str
    name: str | None
    client_id: str | None
    text: str
    at: Moment
    ref: dict[str, Any] | None


class EventOut(Out):
    """Something that happened to the contact."""

    n: int
    at: Moment
    actor: str
    kind: str
    facts: dict[str, Any]


class ContactOut(Out):
    """A contact, as much of it as the asker may see (``view``)."""

    id: str
    number: str
    channel: Channel
    door: str
    site: str | None
    stage: Stage
    ended_as: EndedAs | None
    topic: str | None
    language: str
    needs: list[str]
    relaxed: list[str]
    priority: Priority
    arrived_at: Moment
    due_at: Moment
    ready_at: Moment
    taken_at: Moment | None
    closed_at: Moment | None
    agent: Person | None
    wait: WaitOut | None
    view: View
    messages: list[MessageOut] | None = None
    events: list[EventOut] | None = None
    why: dict[str, Any] | None = None


class NewContactOut(ContactOut):
    """A contact that has just come in: a chat has its token, a visit its ticket."""

    token: str | None = None
    ticket: TicketOut | None = None


class QueuedOut(ContactOut):
    """Somebody who waits, with their place."""

    position: int


class StaffOut(Out):
    """How many agents there are, and how many of them have nothing open."""

    on_duty: int
    free: int


class QueueOut(Out):
    """Everybody who waits, in the order of their promises."""

    version: int
    as_of: Moment
    items: list[QueuedOut]
    agents: StaffOut


class SaidOut(Out):
    """Where a message stands in its conversation."""

    seq: int
    at: Moment


class IdOut(Out):
    """Something new."""

    id: str


class HandoverOut(Out):
    """A task in a department."""

    id: str
    contact: str
    department: str
    basis: Basis
    text: str
    at: Moment
    due_at: Moment
    answered_at: Moment | None


class ReplyOut(Out):
    """A reply that was stored."""

    id: str
    at: Moment


class NewRequest(In):
    """A change request to write. ``lead``: a department's slug, or ``group_management``."""

    title: Short
    lead: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=120)]
    services: list[Slug] = Field(default=[], max_length=20)
    reasons: list[Reason] = Field(min_length=1, max_length=17)
    text: Text


class RequestMove(In):
    """Another state for a change request, and why."""

    state: RequestState
    reason: Text | None = None


class DemandOut(Out):
    """The measured demand of a request: contacts and seconds in a period, and shares from 0 to 1.

    ``coverage``: the share of all closed errands in the period that have a reason.
    """

    from_: Moment = Field(serialization_alias="from", validation_alias="from")
    to: Moment
    contacts: int
    seconds: int
    repeat_share: float | None
    exclusion_share: float | None
    coverage: float | None


class RequestSummary(Out):
    """A change request in a list."""

    id: str
    title: str
    state: RequestState
    lead: str
    created_at: Moment
    sent_at: Moment | None


class CauseOut(Out):
    """A cause: service (or none) and reason."""

    service: str | None
    reason: Reason


class CommentOut(Out):
    """A line of the thread."""

    id: str
    at: Moment
    from_department: bool
    text: str


class RequestOut(RequestSummary):
    """A change request with its demand."""

    text: str
    causes: list[CauseOut]
    first_answer_at: Moment | None
    comments: list[CommentOut]
    demand: DemandOut


class CommentIn(In):
    """A line for the thread."""

    text: Text


Audience = Literal["public", "staff"]
