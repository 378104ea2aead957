"""Change requests over the API."""

from typing import Any

from pydantic import Field
from sqlalchemy import select

from helpdesk.api.blueprint import api
from helpdesk.api.operations import Answer, Call
from helpdesk.api.paging import PageQuery, cursor_of, start_of
from helpdesk.api.request_shapes import (
    CauseOut,
    CommentIn,
    CommentOut,
    DemandOut,
    NewRequest,
    RequestMove,
    RequestOut,
    RequestSummary,
)
from helpdesk.api.shapes import In, Moment, Nothing, Out
from helpdesk.feedback.actions import GROUP, Cause, Draft, Move, draft, move
from helpdesk.feedback.counting import usual_period
from helpdesk.feedback.models import ChangeRequest
from helpdesk.feedback.queries import causes_of, comments_of, demand, seen_request, seen_requests
from helpdesk.feedback.rules import RequestState
from helpdesk.feedback.thread import comment
from helpdesk.web.problems import precondition
from knowledge.models import Department, Service


class RequestQuery(PageQuery):
    """Which change requests."""

    state: RequestState | None = None


class PeriodQuery(In):
    """Over which period demand is counted; the last 91 days up to now when nothing is said."""

    from_: Moment | None = Field(default=None, alias="from")
    to: Moment | None = None


class RequestList(Out):
    """A page of change requests."""

    items: list[RequestSummary]
    next: str | None


SEEN = (401, 403, 404, 422)


@api.operation(
    "GET",
    "/change-requests",
    scope="feedback:read",
    query=RequestQuery,
    answers={200: RequestList},
    refusals=(401, 403, 422),
)
def list_requests(call: Call[Nothing]) -> Answer:
    """List the change requests that you may see, newest first."""
    limit, before = call.query["limit"], start_of(call.query["cursor"])
    state = call.query["state"]
    rows = [
        one
        for one in seen_requests(call.session, call.who)
        if (state is None or one.state is state) and (before is None or one.id < before)
    ]
    items = [RequestSummary(**summary(call, one)) for one in rows[:limit]]
    return Answer(RequestList(items=items, next=cursor_of(rows[limit - 1].id) if len(rows) > limit else None))


@api.operation(
    "POST",
    "/change-requests",
    scope="feedback:write",
    body=NewRequest,
    answers={201: RequestOut},
    refusals=(401, 403, 422),
)
def write_request(call: Call[NewRequest]) -> Answer:
    """Write a change request; it starts as a draft. Every pair of a service (or none) and a reason is a cause."""
    said = call.body
    services: list[str | None] = [*said.services] or [None]
    causes = tuple(Cause(service, reason) for service in services for reason in said.reasons)
    made = draft(call.session, call.who, Draft(said.title, said.text, said.lead, causes), call.now)
    return shown(call, made, 201)


@api.operation(
    "GET",
    "/change-requests/<request>",
    scope="feedback:read",
    query=PeriodQuery,
    answers={200: RequestOut},
    refusals=SEEN,
)
def show_request(call: Call[Nothing], request: str) -> Answer:
    """Show a change request with its demand."""
    return shown(call, seen_request(call.session, call.who, request))


@api.operation(
    "PATCH",
    "/change-requests/<request>",
    scope="feedback:write",
    body=RequestMove,
    answers={200: RequestOut},
    refusals=(*SEEN, 409),
    needs_if_match=True,
)
def move_request(call: Call[RequestMove], request: str) -> Answer:
    """Give a change request another state."""
    precondition(str(seen_request(call.session, call.who, request, lock=True).last_change))
    said = Move(call.body.state, call.body.reason)
    return shown(call, move(call.session, call.who, request, said, call.now))


@api.operation(
    "POST",
    "/change-requests/<request>/comments",
    scope="feedback:write",
    body=CommentIn,
    answers={201: CommentOut},
    refusals=SEEN,
)
def comment_on_request(call: Call[CommentIn], request: str) -> Answer:
    """Write in the thread of a change request."""
    written = comment(call.session, call.who, request, call.body.text, call.now)
    out = CommentOut(id=written.public_id, at=written.at, from_department=written.is_from_department, text=written.text)
    return Answer(out, 201)


def summary(call: Call[Any], request: ChangeRequest) -> dict[str, Any]:
    """Return what a list shows of a request."""
    lead = call.session.get(Department, request.lead_department_id) if request.lead_department_id else None
    return {
        "id": request.number,
        "title": request.title,
        "state": request.state,
        "lead": lead.slug if lead else GROUP,
        "created_at": request.created_at,
        "sent_at": request.sent_at,
    }


def shown(call: Call[Any], request: ChangeRequest, status: int = 200) -> Answer:
    """Answer with a request, its causes, thread and demand."""
    start, end = usual_period(call.session, call.now)
    counted = demand(call.session, request, call.query.get("from_") or start, call.query.get("to") or end)
    slugs = {row.id: row.slug for row in call.session.execute(select(Service.id, Service.slug))}
    causes = [
        CauseOut(service=slugs[one.service_id] if one.service_id is not None else None, reason=one.reason)
        for one in causes_of(call.session, request.id)
    ]
    comments = [
        CommentOut(id=one.public_id, at=one.at, from_department=one.is_from_department, text=one.text)
        for one in comments_of(call.session, request.id)
    ]
    body = RequestOut(
        **summary(call, request),
        text=request.text,
        causes=causes,
        first_answer_at=request.first_answer_at,
        comments=comments,
        demand=DemandOut.model_validate(
            {
                "from": counted.start,
                "to": counted.end,
                "contacts": counted.tally.contacts,
                "seconds": counted.tally.seconds,
                "repeat_share": counted.repeat_share,
                "exclusion_share": counted.exclusion_share,
                "coverage": counted.coverage,
            }
        ),
    )
    return Answer(body, status, str(request.last_change))
