"""What the middle of the desk shows: one contact with its conversation, notes, line or ticket, and what came before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.channels.phone.models import CallLeg
from helpdesk.channels.walk_in.models import Ticket
from helpdesk.channels.walk_in.queries import ticket_of
from helpdesk.channels.walk_in.words import notes_of as wants_in_words
from helpdesk.contacts.models import Contact, ContactNeed, KnowledgeLink, Message, Note
from helpdesk.contacts.queries import (
    address_of,
    contacts_at_address,
    needs_of,
    notes_of,
    seen_contact,
    view_of,
)
from helpdesk.contacts.stages import OPEN_STAGES, OVER_STAGES, AddressKind, Channel, Stage
from helpdesk.desk.queries import kind_of
from helpdesk.people.models import Account
from helpdesk.people.rules import Viewer
from helpdesk.policy.rules import View
from helpdesk.queue.models import Agent, Assignment, Period, PeriodKind
from helpdesk.queue.queries import open_assignment
from helpdesk.refusals import Unknown

EARLIER = timedelta(days=90)
EARLIER_SHOWN = 6
MESSAGES = 200
"""How many of the latest messages the panel shows."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A contact that came before from the same number, as the viewer may see it."""

    contact: Contact
    is_full: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """One contact on the desk. Without the full view only the contact itself is filled in."""

    contact: Contact
    kind: str
    is_full: bool
    is_mine: bool
    name: str | None = None
    number: str | None = None
    owner: str | None = None
    authors: Mapping[int, str] = field(default_factory=dict)
    """The names of those who wrote, by account."""
    since: datetime | None = None
    """When the agent took it."""
    wrapping_since: datetime | None = None
    why: Mapping[str, Any] = field(default_factory=dict)
    """Why the one who has it was given it (see queue.models.Assignment)."""
    messages: Sequence[Message] = ()
    notes: Sequence[Note] = ()
    needs: Sequence[ContactNeed] = ()
    legs: Sequence[CallLeg] = ()
    ticket: Ticket | None = None
    earlier: Sequence[Earlier] = ()
    used: Sequence[KnowledgeLink] = ()

    @property
    def asked_for(self) -> list[tuple[str, str]]:
        """Return what the visitor asked for in the room, as signs and words."""
        return wants_in_words(self.ticket.asked_for) if self.ticket is not None else []

    @property
    def is_over(self) -> bool:
        """Say whether nobody at the desk has it any more."""
        return self.contact.stage in OVER_STAGES

    @property
    def is_resolved(self) -> bool:
        """Say whether it has been said what came of it; its wrap-up may still run."""
        return self.contact.ended_as is not None

    @property
    def is_written(self) -> bool:
        """Say whether the conversation is in writing."""
        return self.contact.channel in (Channel.CHAT, Channel.MESSAGE)

    @property
    def may_write(self) -> bool:
        """Say whether the agent can write to the citizen now."""
        going_on = self.contact.stage in (Stage.TALKING, Stage.HELD)
        return self.is_mine and self.is_written and going_on

    @property
    def may_close(self) -> bool:
        """Say whether it can be said now what came of it."""
        going_on = self.contact.stage in (Stage.TALKING, Stage.HELD, Stage.WRAP_UP)
        return self.is_mine and going_on and not self.is_resolved

    @property
    def line(self) -> CallLeg | None:
        """Return the citizen's line, if this contact has one: the latest."""
        return next((one for one in reversed(self.legs) if one.role == "citizen"), None)

    @property
    def unmet(self) -> list[str]:
        """Return the needs that were given up on: what the agent has to make up for."""
        return [one.need for one in self.needs if one.relaxed_at is not None]


def panel_of(session: Session, viewer: Viewer, public_id: str, now: datetime) -> Panel | None:
    """Return a contact as the viewer may see it; None when they are not to know that it exists."""
    try:
        contact, view = seen_contact(session, viewer, public_id)
    except Unknown:
        return None
    is_mine = contact.agent_id == viewer.agent_id and contact.stage in OPEN_STAGES
    if view is not View.FULL:
        return Panel(contact, kind_of(contact), is_full=False, is_mine=False)
    assignment: Assignment | None = open_assignment(session, contact.id)
    owner = session.get(Agent, contact.agent_id) if contact.agent_id is not None else None
    number = address_of(session, contact.id, AddressKind.PHONE)
    messages, notes = latest_messages(session, contact.id), notes_of(session, contact.id)
    return Panel(
        contact=contact,
        kind=kind_of(contact),
        is_full=True,
        is_mine=is_mine,
        name=address_of(session, contact.id, AddressKind.NAME),
        number=number,
        owner=owner.name if owner else None,
        since=assignment.taken_at if assignment else None,
        wrapping_since=wrapping_since(session, assignment),
        why=assignment.why if assignment else {},
        authors=names_of_accounts(session, [one.account_id for one in messages] + [one.account_id for one in notes]),
        messages=messages,
        notes=notes,
        needs=needs_of(session, contact.id),
        legs=session.scalars(select(CallLeg).where(CallLeg.contact_id == contact.id).order_by(CallLeg.id)).all(),
        ticket=ticket_of(session, contact.id),
        earlier=earlier_contacts(session, viewer, contact, number, now),
        used=session.scalars(
            select(KnowledgeLink).where(KnowledgeLink.contact_id == contact.id).order_by(KnowledgeLink.id)
        ).all(),
    )


def wrapping_since(session: Session, assignment: Assignment | None) -> datetime | None:
    """Return when the wrap-up that runs began; None when none runs."""
    if assignment is None:
        return None
    return session.scalar(
        select(Period.started_at).where(
            Period.assignment_id == assignment.id, Period.kind == PeriodKind.WRAP_UP, Period.ended_at.is_(None)
        )
    )


def latest_messages(session: Session, contact_id: int) -> Sequence[Message]:
    """Return the latest messages of a contact, in their order."""
    found = session.scalars(
        select(Message).where(Message.contact_id == contact_id).order_by(Message.seq.desc()).limit(MESSAGES)
    ).all()
    return found[::-1]


def names_of_accounts(session: Session, account_ids: Iterable[int | None]) -> dict[int, str]:
    """Return the names behind accounts."""
    wanted = {one for one in account_ids if one is not None}
    return dict(session.execute(select(Account.id, Account.name).where(Account.id.in_(wanted))).all())


def earlier_contacts(
    session: Session, viewer: Viewer, contact: Contact, number: str | None, now: datetime
) -> list[Earlier]:
    """Return what came from the same number in the last 90 days, newest first, as far as the viewer may know of it."""
    if number is None:
        return []
    found = []
    for one in contacts_at_address(session, AddressKind.PHONE, number, now - EARLIER):
        view = view_of(viewer, one)
        if one.id != contact.id and view is not View.NONE:
            found.append(Earlier(one, view is View.FULL))
    return found[:EARLIER_SHOWN]
