"""Handing a contact over to a department, and the department's reply."""

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.clock import local
from helpdesk.contacts.actions import By, note, record
from helpdesk.contacts.events import HandedOver, HandoverAnswered
from helpdesk.contacts.queries import lock_contact
from helpdesk.contacts.sealing import mask
from helpdesk.contacts.stages import EndedAs, Outcome, Stage
from helpdesk.queue.assignments import end_assignment, mine
from helpdesk.queue.leaving import close, share_time
from helpdesk.refusals import Unacceptable, Unknown, WrongStage
from helpdesk.resolution.actions import OPEN_FOR_CLOSING, classify
from helpdesk.resolution.models import Basis, Handover, HandoverReply
from helpdesk.resolution.rules import Closing, ErrandSaid
from helpdesk.settings import settings
from helpdesk.working_days import moment_on, working_day_after
from knowledge.models import Department

END_OF_DAY = time(16, 0)
"""The hour, local time, at which a working day's answer is due."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a department is asked to do. ``due_at`` None: the working days that the setting gives."""

    department: str
    text: str
    basis: Basis
    due_at: datetime | None = None
    errands: tuple[ErrandSaid, ...] = ()


def hand_over(session: Session, agent_id: int, public_id: str, task: Task, now: datetime) -> Handover:
    """Give a department a task from a contact; the contact leaves the desk and its room is free.

    The text becomes an official note that nobody can change (oral facts of weight: with when and by whom). The
    errands that were said are classified as handed over. Raises Unknown, NotYours, AlreadyClosed, WrongStage, and
    Unacceptable for a department that does not exist.
    """
    department = session.scalar(select(Department).where(Department.slug == task.department))
    if department is None:
        raise Unacceptable(
            "There is no such department.",
            [{"field": "department", "code": "unknown", "message": "Unknown department."}],
        )
    own = mine(session, agent_id, public_id)
    contact = own.contact
    if contact.stage not in OPEN_FOR_CLOSING:
        raise WrongStage("Take the contact up again before you hand it over.")
    from_authority = contact.authority_id
    if task.errands:
        classify(session, contact, Closing(Outcome.HANDED_OVER, task.errands), own.by, now)
    official = note(session, contact, task.text, own.by, now, is_official=True)
    official.locked_at = now
    day = local(task.due_at).date() if task.due_at else due_day(session, local(now).date())
    handover = Handover(
        contact_id=contact.id,
        department_id=department.id,
        authority_id=department.authority_id,
        from_authority_id=from_authority,
        secrecy=department.secrecy,
        basis=task.basis,
        text=mask(task.text).text,
        account_id=own.agent.account_id,
        at=now,
        due_day=day,
        due_at=task.due_at or moment_on(day, END_OF_DAY),
    )
    session.add(handover)
    end_assignment(session, own, "handed_over", now)
    contact.stage, contact.agent_id, contact.wrap_up_until = Stage.HANDED_OVER, None, None
    contact.ended_as, contact.outcome = EndedAs.HANDED_OVER, Outcome.HANDED_OVER
    contact.authority_id, contact.department_id = department.authority_id, department.id
    contact.secrecy = contact.secrecy or department.secrecy
    share_time(session, contact)
    told = HandedOver(
        contact_id=contact.id, public_id=contact.public_id, handover=handover.public_id, department=department.slug
    )
    record(session, contact, told, own.by, now)
    return handover


def due_day(session: Session, today: date) -> date:
    """Return the working day by which a department answers, from a local day."""
    return working_day_after(today, settings(session).number("handover.working_days"))


def handover_by_public_id(session: Session, public_id: str) -> Handover:
    """Return the handover. Raises Unknown."""
    handover = session.scalar(select(Handover).where(Handover.public_id == public_id))
    if handover is None:
        raise Unknown("There is no such handover.")
    return handover


def reply(session: Session, public_id: str, text: str, by: By, now: datetime) -> HandoverReply:
    """Write back what the department did; the first reply answers the handover and closes the contact. Raises Unknown."""
    handover = handover_by_public_id(session, public_id)
    contact = lock_contact(session, handover.contact_id)
    session.refresh(handover)  # a colleague may have replied while we waited for the row
    if by.account_id is None:
        raise ValueError("a reply has an author")
    written = HandoverReply(handover_id=handover.id, account_id=by.account_id, text=mask(text).text, at=now)
    session.add(written)
    if handover.answered_at is None:
        handover.answered_at = now
    told = HandoverAnswered(contact_id=contact.id, public_id=contact.public_id, handover=handover.public_id)
    record(session, contact, told, by, now)
    if contact.stage is Stage.HANDED_OVER:
        close(session, contact, EndedAs.HANDED_OVER, by, now)
    return written
