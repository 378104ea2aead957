"""The one thread between service centre and department, and those who follow it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.contacts.sealing import mask
from helpdesk.feedback.actions import add_follower, happened
from helpdesk.feedback.events import Commented
from helpdesk.feedback.models import RequestComment, RequestFollower
from helpdesk.feedback.queries import follower, seen_request, sides_of, speaks_for_department
from helpdesk.feedback.rules import Side
from helpdesk.people.rules import Viewer
from helpdesk.refusals import Unacceptable


def comment(session: Session, viewer: Viewer, number: str, text: str, now: datetime) -> RequestComment:
    """Write in the thread of a request. The first words of the department that leads it are its first answer.

    Raises Unknown, and Unacceptable for an empty line.
    """
    request = seen_request(session, viewer, number, lock=True)
    if not text.strip():
        raise Unacceptable("Write something.", [{"field": "text", "code": "required", "message": "Write something."}])
    written = RequestComment(
        request_id=request.id,
        account_id=viewer.account_id,
        is_from_department=speaks_for_department(session, viewer, request),
        text=mask(text.strip()).text,
        at=now,
    )
    session.add(written)
    session.flush()
    if Side.DEPARTMENT in sides_of(viewer, request) and request.first_answer_at is None:
        request.first_answer_at = now
    facts = {"comment": written.public_id, "from_department": written.is_from_department}
    happened(session, request, Commented, viewer.account_id, now, **facts)
    return written


def follow(session: Session, viewer: Viewer, number: str, now: datetime) -> None:
    """Hear how a request goes from now on. Raises Unknown."""
    add_follower(session, seen_request(session, viewer, number), viewer.account_id, now)


def unfollow(session: Session, viewer: Viewer, number: str) -> None:
    """Hear no more of a request. Raises Unknown."""
    row = follower(session, seen_request(session, viewer, number).id, viewer.account_id)
    if row is not None:
        session.delete(row)
        session.flush()


def mark_read(session: Session, viewer: Viewer, number: str | None, now: datetime) -> None:
    """Remember that somebody has seen what is new with one request, or with all they follow (``number`` None)."""
    rows = session.scalars(select(RequestFollower).where(RequestFollower.account_id == viewer.account_id))
    only = seen_request(session, viewer, number).id if number is not None else None
    for row in rows:
        if only is None or row.request_id == only:
            row.read_at = now
    session.flush()
