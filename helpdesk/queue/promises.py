"""What the citizen was promised: made, kept, and the one in force."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.contacts.actions import By, record
from helpdesk.contacts.events import PromiseMet
from helpdesk.contacts.models import Contact
from helpdesk.contacts.stages import PromiseKind
from helpdesk.queue.models import Promise


def meet_promise(session: Session, contact: Contact, by: By, now: datetime) -> None:
    """Note that what was promised is kept now. A promise that was met stays met."""
    promise = promise_in_force(session, contact.id)
    if promise is not None and promise.met_at is None:
        promise.met_at = now
        met = PromiseMet(contact_id=contact.id, public_id=contact.public_id, due_at=promise.due_at)
        record(session, contact, met, by, now)


def promise_in_force(session: Session, contact_id: int) -> Promise | None:
    """Return the latest promise to the citizen."""
    return session.scalar(
        select(Promise)
        .where(Promise.contact_id == contact_id)
        .order_by(Promise.made_at.desc(), Promise.id.desc())
        .limit(1)
    )


def make_promise(session: Session, contact: Contact, kind: PromiseKind, due_at: datetime, now: datetime) -> None:
    """Promise the citizen something by a time; it is the one in force from now on."""
    session.add(Promise(contact_id=contact.id, kind=kind, made_at=now, first_due_at=due_at, due_at=due_at))
    contact.due_at = due_at
