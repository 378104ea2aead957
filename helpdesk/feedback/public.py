"""What everybody may read: the changes that were made because citizens told us what hurt."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.feedback.benefit.models import EffectVerdict
from helpdesk.feedback.board import last_follow_ups
from helpdesk.feedback.models import ChangeRequest
from helpdesk.feedback.rules import RequestState
from knowledge.models import Department


@dataclass(frozen=True, slots=True)
class Done:
    """A change that was made: number, title, who made it and when; by how much contacts fell, once that is proved."""

    number: str
    title: str
    department: Department | None
    delivered_at: datetime
    ratio: float | None


def done_requests(session: Session) -> list[Done]:
    """Return the delivered and followed-up requests that are not under secrecy, the latest first."""
    rows = session.execute(
        select(ChangeRequest, Department)
        .join(Department, Department.id == ChangeRequest.lead_department_id, isouter=True)
        .where(
            ChangeRequest.state.in_((RequestState.DELIVERED, RequestState.FOLLOWED_UP)),
            ChangeRequest.delivered_at.is_not(None),
            ChangeRequest.secrecy.is_(False),
        )
        .order_by(ChangeRequest.delivered_at.desc())
    )
    follow_ups = last_follow_ups(session)
    found = []
    for request, department in rows:
        if request.delivered_at is None:
            continue
        seen = follow_ups.get(request.id)
        is_proved = seen is not None and seen.verdict is EffectVerdict.PROVED
        ratio = seen.ratio if seen is not None and is_proved else None
        found.append(Done(request.number, request.title, department, request.delivered_at, ratio))
    return found
