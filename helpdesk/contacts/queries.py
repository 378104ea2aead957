"""Looking contacts up."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.contacts.models import Contact, ContactAddress, ContactEvent, ContactNeed, Errand, Message, Note
from helpdesk.contacts.stages import AddressKind, EndedAs
from helpdesk.people.rules import Viewer
from helpdesk.policy.rules import Subject, View, view_of_contact
from helpdesk.refusals import Unknown


def contact_by_public_id(session: Session, public_id: str) -> Contact:
    """Return the contact. Raises Unknown."""
    contact = session.scalar(select(Contact).where(Contact.public_id == public_id))
    if contact is None:
        raise Unknown("There is no such contact.")
    return contact


def view_of(viewer: Viewer, contact: Contact) -> View:
    """Say how much of a contact somebody sees, by the one policy."""
    return view_of_contact(
        viewer,
        Subject(
            agent_id=contact.agent_id,
            authority_id=contact.authority_id,
            department_id=contact.department_id,
            secrecy=contact.secrecy,
            is_handed_over=contact.ended_as is EndedAs.HANDED_OVER,
        ),
    )


def seen_contact(session: Session, viewer: Viewer, public_id: str) -> tuple[Contact, View]:
    """Return a contact and how much of it somebody sees. Raises Unknown when they are not to know that it exists."""
    contact = contact_by_public_id(session, public_id)
    view = view_of(viewer, contact)
    if view is View.NONE:
        raise Unknown("There is no such contact.")
    return contact, view


def lock_contact(session: Session, contact_id: int) -> Contact:
    """Return the contact with its row locked until the transaction ends, as it is now. Agents are locked before contacts."""
    return session.scalars(
        select(Contact).where(Contact.id == contact_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def lock_by_public_id(session: Session, public_id: str) -> Contact:
    """Return the contact with its row locked. Raises Unknown."""
    contact = session.scalar(
        select(Contact)
        .where(Contact.public_id == public_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if contact is None:
        raise Unknown("There is no such contact.")
    return contact


def messages_after(session: Session, contact_id: int, after: int, limit: int = 200) -> Sequence[Message]:
    """Return the messages with a higher ``seq`` than ``after``, in order, at most ``limit``."""
    return session.scalars(
        select(Message).where(Message.contact_id == contact_id, Message.seq > after).order_by(Message.seq).limit(limit)
    ).all()


def notes_of(session: Session, contact_id: int) -> Sequence[Note]:
    """Return the notes of a contact in the order in which they were written."""
    return session.scalars(select(Note).where(Note.contact_id == contact_id).order_by(Note.at, Note.id)).all()


def events_of(session: Session, contact_id: int) -> Sequence[ContactEvent]:
    """Return everything that happened to a contact, in order."""
    return session.scalars(
        select(ContactEvent).where(ContactEvent.contact_id == contact_id).order_by(ContactEvent.n)
    ).all()


def errands_of(session: Session, contact_id: int) -> Sequence[Errand]:
    """Return the errands of a contact in order."""
    return session.scalars(select(Errand).where(Errand.contact_id == contact_id).order_by(Errand.n)).all()


def needs_of(session: Session, contact_id: int) -> Sequence[ContactNeed]:
    """Return the needs of a contact, relaxed ones too, sorted."""
    return session.scalars(
        select(ContactNeed).where(ContactNeed.contact_id == contact_id).order_by(ContactNeed.need)
    ).all()


def address_of(session: Session, contact_id: int, kind: AddressKind) -> str | None:
    """Return the name, number or address of a contact that may be shown; None when there is none or it is locked."""
    return session.scalar(
        select(ContactAddress.value)
        .where(ContactAddress.contact_id == contact_id, ContactAddress.kind == kind, ContactAddress.locked_at.is_(None))
        .order_by(ContactAddress.id.desc())
        .limit(1)
    )


def contacts_at_address(session: Session, kind: AddressKind, value: str, since: datetime) -> Sequence[Contact]:
    """Return the contacts since a moment that came from the same number or address, newest first."""
    return session.scalars(
        select(Contact)
        .join(ContactAddress, ContactAddress.contact_id == Contact.id)
        .where(
            ContactAddress.kind == kind,
            ContactAddress.value == value,
            ContactAddress.locked_at.is_(None),
            Contact.arrived_at >= since,
        )
        .order_by(Contact.arrived_at.desc())
    ).all()
