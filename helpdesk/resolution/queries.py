"""Looking handovers up: a department's list, one with its replies, and those that an agent sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from helpdesk.contacts.models import Contact
from helpdesk.people.models import Account
from helpdesk.people.rules import Role, Viewer
from helpdesk.policy.rules import is_officer_for, sees_handover
from helpdesk.refusals import Unknown
from helpdesk.resolution.handovers import handover_by_public_id
from helpdesk.resolution.models import Handover, HandoverReply
from knowledge.models import Department

ANSWERED_DAYS = 30
"""How long an answered handover stays in the list, in days."""
MOST = 200
"""How many handovers a list shows at most."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A handover with what a list or page says beside it."""

    handover: Handover
    department: Department
    number: str
    """The contact's number."""
    sender: str
    may_reply: bool

    def is_late(self, now: datetime) -> bool:
        """Say whether the day by which the department answers has passed without an answer."""
        return self.handover.answered_at is None and now > self.handover.due_at


def departments_of(session: Session, viewer: Viewer) -> list[int]:
    """Return the departments for which somebody answers handovers."""
    return [one.id for one in session.scalars(select(Department)) if is_officer_for(viewer, one.authority_id, one.id)]


def handovers_for(session: Session, viewer: Viewer, now: datetime) -> list[Listed]:
    """Return the handovers that somebody sees: those that wait by due time, then those answered in the last 30 days."""
    mine: list[ColumnElement[bool]] = [
        Handover.department_id.in_(departments_of(session, viewer)),
        Handover.account_id == viewer.account_id,
    ]
    if viewer.is_any(Role.SUPERVISOR):
        mine.append(Handover.secrecy.is_(False))
    recent = Handover.answered_at > now - timedelta(days=ANSWERED_DAYS)
    found = listed(session, viewer, and_(or_(*mine), or_(Handover.answered_at.is_(None), recent)))
    return sorted(found, key=lambda one: (one.handover.answered_at is not None, one.handover.due_at, one.handover.id))


def seen_handover(session: Session, viewer: Viewer, public_id: str) -> Listed:
    """Return a handover. Raises Unknown when somebody is not to know of it."""
    handover = handover_by_public_id(session, public_id)
    found = listed(session, viewer, Handover.id == handover.id)
    if not found:
        raise Unknown("There is no such handover.")
    return found[0]


def listed(session: Session, viewer: Viewer, which: ColumnElement[bool]) -> list[Listed]:
    """Return the handovers among some that the policy lets somebody see, earliest due first."""
    rows = session.execute(
        select(Handover, Department, Contact.number, Account.name)
        .join(Department, Department.id == Handover.department_id)
        .join(Contact, Contact.id == Handover.contact_id)
        .join(Account, Account.id == Handover.account_id)
        .where(which)
        .order_by(Handover.answered_at.is_not(None), Handover.due_at, Handover.id)
        .limit(MOST)
    )
    return [
        Listed(handover, department, number, sender, is_officer_for(viewer, handover.authority_id, department.id))
        for handover, department, number, sender in rows
        if sees_handover(viewer, handover.authority_id, department.id, handover.secrecy, handover.account_id)
    ]


@dataclass(frozen=True, slots=True)
class Replied:
    """A reply with the name of whoever wrote it."""

    reply: HandoverReply
    name: str


def replies_to(session: Session, handover_id: int) -> Sequence[Replied]:
    """Return what the department wrote back, oldest first."""
    rows = session.execute(
        select(HandoverReply, Account.name)
        .join(Account, Account.id == HandoverReply.account_id)
        .where(HandoverReply.handover_id == handover_id)
        .order_by(HandoverReply.id)
    )
    return [Replied(reply, name) for reply, name in rows]
