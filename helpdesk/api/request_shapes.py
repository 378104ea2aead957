"""Change requests as they go in and out of the API."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from helpdesk.api.shapes import In, Moment, Out, Short, Slug, Text
from helpdesk.contacts.stages import Reason
from helpdesk.feedback.rules import RequestState


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

    has_etag: ClassVar[bool] = True
    text: str
    causes: list[CauseOut]
    first_answer_at: Moment | None
    comments: list[CommentOut]
    demand: DemandOut


class CommentIn(In):
    """A line for the thread."""

    text: Text
