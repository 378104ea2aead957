"""How a contact ends: the citizen leaves while waiting, or the last one who had it is done."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.contacts.actions import By, record
from helpdesk.contacts.events import Closed
from helpdesk.contacts.models import Contact, Errand
from helpdesk.contacts.stages import EndedAs, Stage
from helpdesk.queue.assignments import Mine, lock_with_agent
from helpdesk.queue.giving.actions import end_offer
from helpdesk.queue.models import Assignment, Period, PeriodKind
from helpdesk.queue.queries import open_assignment
from helpdesk.refusals import AlreadyClosed


def leave(session: Session, contact_id: int, ended_as: EndedAs, by: By, now: datetime) -> bool:
    """End a contact whose citizen gave up before anybody took it; False when somebody has it, or it is over.

    An offer of it ends too, with nobody to blame.
    """
    agent, contact = lock_with_agent(session, contact_id)
    if contact.stage is Stage.OFFERED and agent is not None:
        offered = open_assignment(session, contact_id)
        if offered is not None:
            end_offer(session, Mine(agent, contact, offered), "citizen_left", by, now)
    if contact.stage is not Stage.WAITING:
        return False
    close(session, contact, ended_as, by, now)
    return True


def close(session: Session, contact: Contact, ended_as: EndedAs, by: By, now: datetime) -> None:
    """End a contact. Raises AlreadyClosed for one that has ended. The row is locked, no assignment is open."""
    if contact.stage is Stage.CLOSED:
        raise AlreadyClosed("The contact is over.")
    contact.stage = Stage.CLOSED
    contact.ended_as = contact.ended_as or ended_as
    contact.agent_id = None
    contact.closed_at = now
    contact.wrap_up_until = None
    share_time(session, contact)
    record(
        session,
        contact,
        Closed(contact_id=contact.id, public_id=contact.public_id, ended_as=contact.ended_as.value),
        by,
        now,
    )


def share_time(session: Session, contact: Contact) -> None:
    """Divide the measured time of a contact (talk, hold and wrap-up, whole seconds) evenly between its errands."""
    errands = session.scalars(select(Errand).where(Errand.contact_id == contact.id).order_by(Errand.n)).all()
    if not errands:
        return
    total = handling_seconds(session, contact.id)
    share, rest = divmod(total, len(errands))
    for place, errand in enumerate(errands):
        errand.seconds = share + (1 if place < rest else 0)


def handling_seconds(session: Session, contact_id: int) -> int:
    """Return the seconds that staff spent with a contact: talk, hold and wrap-up of every assignment that has ended."""
    periods = session.execute(
        select(Period.started_at, Period.ended_at)
        .join(Assignment, Assignment.id == Period.assignment_id)
        .where(
            Assignment.contact_id == contact_id,
            Period.kind.in_((PeriodKind.TALK, PeriodKind.HOLD, PeriodKind.WRAP_UP)),
            Period.ended_at.is_not(None),
        )
    )
    return round(sum((ended - started).total_seconds() for started, ended in periods if ended is not None))
