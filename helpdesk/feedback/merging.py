"""One request taken up in another, and let go again. The contacts are counted where the request is."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.feedback.actions import add_follower, happened
from helpdesk.feedback.events import LetGo, Merged, MergeUndone, TookUp
from helpdesk.feedback.models import ChangeRequest, RequestEvent, RequestFollower, RequestMerge
from helpdesk.feedback.queries import merge_in_force, seen_request
from helpdesk.feedback.rules import RequestState, may_merge
from helpdesk.people.rules import Viewer
from helpdesk.policy.rules import steers_requests
from helpdesk.refusals import Forbidden, Unacceptable, WrongStage


def locked_pair(session: Session, viewer: Viewer, first: str, second: str) -> tuple[ChangeRequest, ChangeRequest]:
    """Return two requests, locked in the order of their numbers so that two mergers never wait for each other."""
    if not steers_requests(viewer):
        raise Forbidden("Requests are merged by the improver of the service centre.")
    found = {one: seen_request(session, viewer, one, lock=True) for one in sorted({first, second})}
    return found[first], found[second]


def merge(session: Session, viewer: Viewer, number: str, into: str, now: datetime) -> ChangeRequest:
    """Take one request up in another: its contacts count there too, and its followers hear of the other.

    Raises Unknown, Forbidden, Unacceptable for merging into itself, WrongStage when one of them is merged already.
    """
    if number == into:
        raise Unacceptable(
            "A request cannot be merged into itself.",
            [{"field": "into", "code": "itself", "message": "Choose another request."}],
        )
    request, target = locked_pair(session, viewer, number, into)
    if not may_merge(request.state) or not may_merge(target.state):
        raise WrongStage("One of the two is merged into another request already.")
    session.add(RequestMerge(request_id=request.id, into_id=target.id, at=now, account_id=viewer.account_id))
    before, request.state = request.state, RequestState.MERGED
    for row in session.scalars(select(RequestFollower).where(RequestFollower.request_id == request.id)).all():
        add_follower(session, target, row.account_id, now)
    happened(session, request, Merged, viewer.account_id, now, into=into, before=before.value)
    happened(session, target, TookUp, viewer.account_id, now, other=number)
    return request


def undo_merge(session: Session, viewer: Viewer, number: str, now: datetime) -> ChangeRequest:
    """Let a merged request stand on its own again, in the state that it had. Raises Unknown, Forbidden, WrongStage."""
    request = seen_request(session, viewer, number)
    row = merge_in_force(session, request.id)
    if row is None:
        raise WrongStage("It is not merged into another request.")
    into = session.scalars(select(ChangeRequest.number).where(ChangeRequest.id == row.into_id)).one()
    request, target = locked_pair(session, viewer, number, into)
    session.refresh(row)
    if row.undone_at is not None:
        raise WrongStage("It is not merged into another request any more.")
    row.undone_at, row.undone_by_id = now, viewer.account_id
    request.state = state_before_merge(session, request.id)
    happened(session, request, MergeUndone, viewer.account_id, now, into=into, after=request.state.value)
    happened(session, target, LetGo, viewer.account_id, now, other=number)
    return request


def state_before_merge(session: Session, request_id: int) -> RequestState:
    """Return the state that a request had before its last merge, from its events."""
    event = session.scalars(
        select(RequestEvent)
        .where(RequestEvent.request_id == request_id, RequestEvent.kind == Merged.kind)
        .order_by(RequestEvent.n.desc())
        .limit(1)
    ).one()
    return RequestState(event.facts["before"])
