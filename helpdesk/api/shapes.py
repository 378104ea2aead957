"""What goes in and out of the API, field by field. Unknown fields in a request are errors."""

import re
from datetime import UTC, datetime
from typing import Annotated, ClassVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from helpdesk.contacts.stages import Assisted, Channel, Exclusion, Outcome, Priority, Reason
from helpdesk.queue.models import AgentState
from helpdesk.resolution.models import Basis

WRITTEN = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d")


def with_z(moment: datetime) -> str:
    """Return a moment as RFC 3339 in UTC with Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def as_written(said: object) -> object:
    """Refuse a moment that is not written as RFC 3339 writes it, such as a number of seconds. Raises ValueError."""
    if isinstance(said, str) and not WRITTEN.match(said):
        raise ValueError("a moment is written 2026-11-23T10:00:00Z")
    return said


def within_reason(moment: datetime) -> datetime:
    """Refuse a moment that no calendar here knows. Raises ValueError."""
    if not 2000 <= moment.year <= 2100:
        raise ValueError("a moment between the years 2000 and 2100 is needed")
    return moment


Moment = Annotated[
    AwareDatetime,
    BeforeValidator(as_written),
    AfterValidator(within_reason),
    PlainSerializer(with_z, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
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
    """An answer. A client ignores fields that it does not know. ``has_etag``: it comes with the ETag of what it shows."""

    model_config = ConfigDict(from_attributes=True)
    has_etag: ClassVar[bool] = False


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
