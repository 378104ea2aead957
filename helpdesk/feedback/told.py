"""What came back: answers and decisions on the requests that somebody follows, because they flagged what hurt."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from helpdesk.feedback.events import Moved
from helpdesk.feedback.models import ChangeRequest, RequestComment, RequestEvent, RequestFollower
from helpdesk.feedback.rules import RequestState
from helpdesk.people.models import Account
from helpdesk.people.rules import Viewer

TOLD = frozenset(RequestState) - {RequestState.DRAFT, RequestState.NEW, RequestState.MERGED}
"""States of which followers are told."""


@dataclass(frozen=True, slots=True)
class News:
    """One thing that is new with a request: the department wrote something, or it was moved. ``state`` None: a comment."""

    number: str
    title: str
    at: datetime
    who: str
    state: RequestState | None
    text: str | None


def my_news(session: Session, viewer: Viewer) -> list[News]:
    """Return what others wrote or decided, newest first, since somebody last read about the requests that they follow."""
    rows = session.execute(
        select(RequestFollower, ChangeRequest)
        .join(ChangeRequest, ChangeRequest.id == RequestFollower.request_id)
        .where(RequestFollower.account_id == viewer.account_id)
    )
    found = [one for row, request in rows for one in news_of(session, request, row.read_at or row.since, viewer)]
    return sorted(found, key=lambda one: one.at, reverse=True)


def news_of(session: Session, request: ChangeRequest, after: datetime, viewer: Viewer) -> Iterator[News]:
    """Give what others wrote for the department or decided about one request after a moment."""
    for comment, name in session.execute(
        select(RequestComment, Account.name)
        .join(Account, Account.id == RequestComment.account_id)
        .where(
            RequestComment.request_id == request.id,
            RequestComment.at > after,
            RequestComment.is_from_department,
            RequestComment.account_id != viewer.account_id,
        )
    ):
        yield News(request.number, request.title, comment.at, name, None, comment.text)
    for event, name in session.execute(
        select(RequestEvent, Account.name)
        .join(Account, Account.id == RequestEvent.account_id, isouter=True)
        .where(
            RequestEvent.request_id == request.id,
            RequestEvent.at > after,
            RequestEvent.kind == Moved.kind,
            or_(RequestEvent.account_id.is_(None), RequestEvent.account_id != viewer.account_id),
        )
    ):
        state = RequestState(event.facts["after"])
        if state in TOLD:
            yield News(request.number, request.title, event.at, name or "", state, event.facts.get("reason"))
