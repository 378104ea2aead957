"""Looking change requests up: which ones somebody sees, what causes they have, and their measured demand."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from helpdesk.feedback.counting import tallies
from helpdesk.feedback.models import (
    ChangeRequest,
    DecisionView,
    PainPoint,
    RequestCause,
    RequestComment,
    RequestDepartment,
    RequestEvent,
    RequestFollower,
    RequestMerge,
)
from helpdesk.feedback.rules import Demand, Pair, RequestState, Side, demand_of
from helpdesk.people.rules import Viewer
from helpdesk.policy.rules import answers_request, is_officer_for, sees_draft, sees_request, steers_requests
from helpdesk.refusals import Unacceptable, Unknown
from knowledge.models import Department


def involved_in(session: Session, request_id: int) -> frozenset[int]:
    """Return the departments that are involved in a request without leading it."""
    return frozenset(
        session.scalars(select(RequestDepartment.department_id).where(RequestDepartment.request_id == request_id))
    )


def sees(viewer: Viewer, request: ChangeRequest, involved: frozenset[int]) -> bool:
    """Say whether somebody sees a change request, by the one policy."""
    if request.state is RequestState.DRAFT:
        return sees_draft(viewer, request.created_by_id)
    lead = (request.authority_id, request.lead_department_id)
    return sees_request(viewer, lead, involved, request.is_for_group) or sees_draft(viewer, request.created_by_id)


def seen_request(session: Session, viewer: Viewer, number: str, lock: bool = False) -> ChangeRequest:
    """Return a change request by its number, locked when asked. Raises Unknown when somebody is not to know of it."""
    query = select(ChangeRequest).where(ChangeRequest.number == number)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    request = session.scalar(query)
    if request is None or not sees(viewer, request, involved_in(session, request.id)):
        raise Unknown("There is no such change request.")
    return request


def seen_requests(session: Session, viewer: Viewer) -> list[ChangeRequest]:
    """Return every change request that somebody sees, newest first."""
    involved: dict[int, set[int]] = defaultdict(set)
    for row in session.scalars(select(RequestDepartment)):
        involved[row.request_id].add(row.department_id)
    found = session.scalars(select(ChangeRequest).order_by(ChangeRequest.id.desc()))
    return [one for one in found if sees(viewer, one, frozenset(involved[one.id]))]


def sides_of(viewer: Viewer, request: ChangeRequest) -> frozenset[Side]:
    """Return on which sides of a request somebody may move it: for the centre, for the department that leads it, or none."""
    sides = set()
    if steers_requests(viewer):
        sides.add(Side.CENTRE)
    if answers_request(viewer, (request.authority_id, request.lead_department_id), request.is_for_group):
        sides.add(Side.DEPARTMENT)
    return frozenset(sides)


def speaks_for_department(session: Session, viewer: Viewer, request: ChangeRequest) -> bool:
    """Say whether what somebody writes in the thread comes from a department: the one that leads, or one involved."""
    return Side.DEPARTMENT in sides_of(viewer, request) or any(
        is_officer_for(viewer, None, one) for one in involved_in(session, request.id)
    )


def pairs_by_request(session: Session, at: datetime) -> Mapping[int, frozenset[Pair]]:
    """Return the causes of every request, with those of the requests that are merged into it, however deep.

    A cause counts from when it was added, also for contacts before; once it was removed, only for periods that end
    before that (``at``: the end of the period).
    """
    own: dict[int, set[Pair]] = defaultdict(set)
    for cause in session.scalars(
        select(RequestCause).where(or_(RequestCause.until.is_(None), RequestCause.until > at))
    ):
        own[cause.request_id].add(Pair(cause.service_id, cause.reason))
    merged: dict[int, list[int]] = defaultdict(list)
    for request_id, into_id in session.execute(
        select(RequestMerge.request_id, RequestMerge.into_id).where(RequestMerge.undone_at.is_(None))
    ):
        merged[into_id].append(request_id)

    def with_merged(request_id: int) -> frozenset[Pair]:
        found, road = set(), [request_id]
        while road:
            one = road.pop()
            found |= own[one]
            road += merged[one]
        return frozenset(found)

    return {request_id: with_merged(request_id) for request_id in {*own, *merged}}


def pairs_of(session: Session, request_id: int, at: datetime) -> frozenset[Pair]:
    """Return the causes of one request (see :func:`pairs_by_request`)."""
    return pairs_by_request(session, at).get(request_id, frozenset())


def demand(session: Session, request: ChangeRequest, start: datetime, end: datetime) -> Demand:
    """Return the measured demand of a change request: errands closed after ``start``, up to and with ``end``, in UTC.

    Raises Unacceptable when the period ends before it begins.
    """
    if end <= start:
        raise Unacceptable(
            "The period ends before it begins.",
            [{"field": "to", "code": "before_from", "message": "Choose an end after the beginning."}],
        )
    return demand_of(pairs_of(session, request.id, end), tallies(session, start, end), start, end)


def causes_of(session: Session, request_id: int) -> Sequence[RequestCause]:
    """Return the causes that are in force on the request itself, in the order in which they were added."""
    return session.scalars(
        select(RequestCause)
        .where(RequestCause.request_id == request_id, RequestCause.until.is_(None))
        .order_by(RequestCause.id)
    ).all()


def comments_of(session: Session, request_id: int) -> Sequence[RequestComment]:
    """Return the thread of a request, oldest first."""
    return session.scalars(
        select(RequestComment).where(RequestComment.request_id == request_id).order_by(RequestComment.id)
    ).all()


def events_of(session: Session, request_id: int) -> Sequence[RequestEvent]:
    """Return everything that happened to a request, in order."""
    return session.scalars(
        select(RequestEvent).where(RequestEvent.request_id == request_id).order_by(RequestEvent.n)
    ).all()


def views_of(session: Session, request_id: int) -> Sequence[DecisionView]:
    """Return from which of the six sides a request was looked at, and what was found."""
    return session.scalars(select(DecisionView).where(DecisionView.request_id == request_id)).all()


def comment_counts(session: Session) -> Mapping[int, int]:
    """Return how many lines the thread of each request has."""
    rows = session.execute(select(RequestComment.request_id, func.count()).group_by(RequestComment.request_id))
    return dict(rows.all())


def follower(session: Session, request_id: int, account_id: int) -> RequestFollower | None:
    """Return the row of somebody who follows a request, None when they do not."""
    return session.get(RequestFollower, (request_id, account_id))


def merge_in_force(session: Session, request_id: int) -> RequestMerge | None:
    """Return the merge by which a request is taken up in another, None when it stands on its own."""
    return session.scalar(
        select(RequestMerge).where(RequestMerge.request_id == request_id, RequestMerge.undone_at.is_(None))
    )


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge as a page names it: the request that was taken up, and the one that took it."""

    number: str
    into: str


def merges_around(session: Session, request: ChangeRequest) -> list[Merge]:
    """Return the merges in force in which a request takes part, on either side."""
    numbers = dict(session.execute(select(ChangeRequest.id, ChangeRequest.number)).all())
    rows = session.scalars(
        select(RequestMerge)
        .where(
            RequestMerge.undone_at.is_(None),
            or_(RequestMerge.request_id == request.id, RequestMerge.into_id == request.id),
        )
        .order_by(RequestMerge.id)
    )
    return [Merge(numbers[row.request_id], numbers[row.into_id]) for row in rows]


def flaggers_of(session: Session, pairs: frozenset[Pair]) -> set[int]:
    """Return the accounts that flagged one of some causes and want to know how it goes."""
    rows = session.execute(
        select(PainPoint.account_id, PainPoint.service_id, PainPoint.reason).where(PainPoint.wants_to_know).distinct()
    )
    return {account_id for account_id, service_id, reason in rows if Pair(service_id, reason) in pairs}


def department_by_slug(session: Session, slug: str) -> Department | None:
    """Return the department with a slug."""
    return session.scalar(select(Department).where(Department.slug == slug))
