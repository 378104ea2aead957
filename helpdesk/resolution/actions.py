"""Settling a contact: what came of it, handed to a department, the department's reply."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from helpdesk.contacts.actions import PROGRAM, By, note, record
from helpdesk.contacts.events import Resolved, WrapUpEnded
from helpdesk.contacts.models import ClassificationChange, Contact, Errand, ErrandAssistance
from helpdesk.contacts.queries import errands_of, lock_contact
from helpdesk.contacts.sealing import mask
from helpdesk.contacts.stages import EndedAs, Outcome, Stage
from helpdesk.queue.assignments import Mine, end_assignment, mine, switch_period
from helpdesk.queue.leaving import close
from helpdesk.queue.models import PeriodKind
from helpdesk.queue.queries import lock_agent, open_assignment
from helpdesk.refusals import AlreadyClosed, Unacceptable, WrongStage
from helpdesk.resolution.rules import Closing, ErrandSaid
from helpdesk.settings import settings
from knowledge.models import Service

OPEN_FOR_CLOSING = (Stage.TALKING, Stage.HELD, Stage.WRAP_UP)


def resolve(
    session: Session, agent_id: int, public_id: str, closing: Closing, now: datetime, wrap_up_s: int | None = None
) -> Contact:
    """Say what came of a contact. It stays in wrap-up (with its room) while the countdown runs, then it is closed.

    ``wrap_up_s``: the countdown in seconds; None takes the setting, 0 closes at once (API clients). Raises Unknown,
    NotYours, AlreadyClosed, WrongStage, and Unacceptable for a service that does not exist.
    """
    own = mine(session, agent_id, public_id)
    contact = own.contact
    if contact.stage not in OPEN_FOR_CLOSING:
        raise WrongStage("Take the contact up again before you close it.")
    if contact.ended_as is not None:
        raise AlreadyClosed("It is closed already; only its wrap-up still runs.")
    classify(session, contact, closing, own.by, now)
    contact.outcome = closing.outcome
    contact.ended_as = EndedAs.HANDED_OVER if closing.outcome is Outcome.HANDED_OVER else EndedAs.HELPED
    if closing.note:
        note(session, contact, closing.note, own.by, now)
    resolved = Resolved(contact_id=contact.id, public_id=contact.public_id, outcome=closing.outcome.value)
    record(session, contact, resolved, own.by, now)
    seconds = settings(session).number("queue.wrap_up_seconds") if wrap_up_s is None else wrap_up_s
    if seconds == 0:
        finish(session, own, now)
    else:
        begin_wrap_up(session, own, seconds, now)
    return contact


def begin_wrap_up(session: Session, own: Mine, seconds: int, now: datetime) -> None:
    """Start the countdown of a contact's wrap-up; its room stays used until then."""
    own.contact.stage = Stage.WRAP_UP
    own.contact.wrap_up_until = now + timedelta(seconds=seconds)
    switch_period(session, own.assignment.id, PeriodKind.WRAP_UP, now)


def finish(session: Session, own: Mine, now: datetime) -> None:
    """End the wrap-up now: the room is free and the contact is closed."""
    end_assignment(session, own, "resolved", now)
    close(session, own.contact, EndedAs.HELPED, own.by, now)


def finish_wrap_up(session: Session, agent_id: int, public_id: str, now: datetime) -> Contact:
    """End the countdown by hand. Raises as resolve, and WrongStage when nobody has said what came of it."""
    own = mine(session, agent_id, public_id)
    if own.contact.stage is not Stage.WRAP_UP or own.contact.ended_as is None:
        raise WrongStage("Say what came of it first.")
    finish(session, own, now)
    return own.contact


def due_wrap_ups(session: Session, now: datetime) -> list[int]:
    """Return the contacts whose countdown has run out."""
    return list(
        session.scalars(
            select(Contact.id).where(Contact.wrap_up_until <= now, Contact.stage == Stage.WRAP_UP).order_by(Contact.id)
        )
    )


def end_wrap_up(session: Session, contact_id: int, now: datetime) -> None:
    """Do what the end of a countdown means: close what was resolved; else free the room and leave it *to finish*."""
    agent_id = session.scalar(select(Contact.agent_id).where(Contact.id == contact_id))
    if agent_id is None:
        return
    agent = lock_agent(session, agent_id)
    contact = lock_contact(session, contact_id)
    assignment = open_assignment(session, contact_id)
    runs = contact.stage is Stage.WRAP_UP and contact.wrap_up_until is not None and contact.wrap_up_until <= now
    if not runs or assignment is None or assignment.agent_id != agent_id:
        return
    own = Mine(agent, contact, assignment)
    if contact.ended_as is not None:
        finish(session, own, now)
        return
    switch_period(session, assignment.id, None, now)
    agent.load -= assignment.cost
    assignment.cost = 0
    contact.wrap_up_until = None
    record(session, contact, WrapUpEnded(contact_id=contact.id, public_id=contact.public_id), PROGRAM, now)


def classify(session: Session, contact: Contact, closing: Closing, by: By, now: datetime) -> None:
    """Write the errands of a contact anew, each with its service and reason, and remember what they were before."""
    before = list(errands_of(session, contact.id))
    for n, said in enumerate(closing.errands, start=1):
        errand = before[n - 1] if n <= len(before) else None
        errand = set_errand(session, contact, errand, n, said, closing.outcome, by, now)
        session.execute(delete(ErrandAssistance).where(ErrandAssistance.errand_id == errand.id))
        if n == 1:
            session.add_all(ErrandAssistance(errand_id=errand.id, kind=kind) for kind in sorted(closing.assisted))
    for errand in before[len(closing.errands) :]:
        session.delete(errand)
    session.flush()


def set_errand(
    session: Session,
    contact: Contact,
    errand: Errand | None,
    n: int,
    said: ErrandSaid,
    outcome: Outcome,
    by: By,
    now: datetime,
) -> Errand:
    """Make one errand say what the agent said; changes to an earlier classification are kept beside it."""
    service = service_of(session, said.service)
    new = {"service_id": service.id if service else None, "reason": said.reason, "outcome": outcome}
    if errand is None:
        errand = Errand(contact_id=contact.id, n=n)
        session.add(errand)
    else:
        for field, value in new.items():
            if (old := getattr(errand, field)) != value:
                session.add(
                    ClassificationChange(
                        errand_id=errand.id,
                        at=now,
                        account_id=by.account_id,
                        field=field,
                        old=None if old is None else str(old),
                        new=None if value is None else str(value),
                    )
                )
    errand.service_id = service.id if service else None
    errand.reason, errand.outcome = said.reason, outcome
    errand.topic = mask(said.topic).text if said.topic else contact.topic
    errand.exclusion, errand.is_repeat = said.exclusion, said.is_repeat
    errand.authority_id = service.authority_id if service else contact.authority_id
    errand.department_id = service.department_id if service else contact.department_id
    errand.secrecy = service.secrecy if service else contact.secrecy
    errand.closed_at = now
    if errand.secrecy:
        contact.secrecy = True
        contact.authority_id, contact.department_id = errand.authority_id, errand.department_id
    if said.is_repeat:
        contact.is_repeat = True
    session.flush()
    return errand


def service_of(session: Session, slug: str | None) -> Service | None:
    """Return the service with a slug, None for none. Raises Unacceptable for one that does not exist."""
    if slug is None:
        return None
    service = session.scalar(select(Service).where(Service.slug == slug))
    if service is None:
        raise Unacceptable(
            "There is no such service.", [{"field": "service", "code": "unknown", "message": "Unknown service."}]
        )
    return service
