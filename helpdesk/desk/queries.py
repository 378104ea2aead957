"""What the left of the desk shows: the agent, their room and contacts, who waits, and who is next for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.channels.walk_in.queries import ticket_labels
from helpdesk.contacts.models import Contact, ContactAddress, ContactNeed, Message
from helpdesk.contacts.queries import view_of
from helpdesk.contacts.stages import AddressKind, Author, Channel, Stage, WaitsFor
from helpdesk.desk.rules import Open, doing, free_slots, languages_of
from helpdesk.desk.words import number_word
from helpdesk.people.rules import Viewer
from helpdesk.policy.rules import View
from helpdesk.queue.giving.choice import Choice
from helpdesk.queue.models import Agent, AgentState, Assignment, AssignmentRole
from helpdesk.queue.queries import (
    abilities_of,
    burden_of,
    costs,
    count_waiting,
    open_contacts,
    open_offer,
    someone_has_late_letter,
    waiting_contacts,
)
from helpdesk.queue.rules import in_order
from helpdesk.queue.seeks import heads
from helpdesk.refusals import Forbidden

ROWS = 40
"""How many of those who wait are shown; the rest is a number."""


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody who waits, as one agent sees them."""

    contact: Contact
    kind: str
    """The drawing: the channel, or ``callback``."""
    ticket: str | None
    is_full: bool
    """Whether the viewer may see more than that it exists."""
    needs: Sequence[ContactNeed]
    why_not: str | None
    """Why the agent cannot take it now: ``door``, ``needs``, ``busy``, ``room``, ``not_ready``; None when they can."""
    is_next: bool

    @property
    def is_relaxed(self) -> bool:
        """Say whether a need was given up on, so that whoever takes it has to offer something else."""
        return any(one.relaxed_at is not None for one in self.needs)


@dataclass(frozen=True, slots=True)
class Tab:
    """A contact that the agent has."""

    contact: Contact
    kind: str
    who: str | None
    ticket: str | None
    unread: int
    cost: int

    @property
    def is_to_finish(self) -> bool:
        """Say whether its countdown has run out before anybody said what came of it."""
        return self.contact.stage is Stage.WRAP_UP and self.contact.wrap_up_until is None


@dataclass(frozen=True, slots=True)
class Asked:
    """A contact that the agent is asked to take, and until when."""

    contact: Contact
    kind: str
    who: str | None
    ticket: str | None
    needs: Sequence[ContactNeed]
    cost: int
    """What it holds of the agent's room, in twelfths."""
    offered_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Me:
    """The agent at their desk."""

    agent: Agent
    doing: str
    asked: Asked | None
    languages: Sequence[str]
    tabs: Sequence[Tab]
    free: Sequence[int]
    chat_cost: int

    @property
    def may_take(self) -> bool:
        """Say whether the agent takes anything at all right now."""
        return self.agent.state is AgentState.AVAILABLE

    @property
    def room_for_chats(self) -> int:
        """Return how many more chats there is room for."""
        return max(self.agent.room - self.agent.load, 0) // max(self.chat_cost, 1)


@dataclass(frozen=True, slots=True)
class Line:
    """Everybody who waits, as one agent sees them."""

    rows: Sequence[Row]
    count: int
    late: int
    fits: int
    next: Row | None

    @property
    def languages(self) -> list[str]:
        """Return the languages besides Swedish of those that are shown."""
        return sorted({row.contact.language for row in self.rows} - {"sv"})

    @property
    def hidden(self) -> int:
        """Return how many wait beyond those that are shown."""
        return max(self.count - len(self.rows), 0)


def agent_at_desk(session: Session, viewer: Viewer) -> Agent:
    """Return the agent that the viewer is. Raises Forbidden for somebody who takes no contacts."""
    agent = session.get(Agent, viewer.agent_id) if viewer.agent_id is not None else None
    if agent is None:
        raise Forbidden("Your account takes no contacts. An administrator can make it an agent's.")
    return agent


def kind_of(contact: Contact) -> str:
    """Return the drawing for a contact: its channel, or ``callback`` for somebody who waits to be called."""
    return "callback" if contact.waits_for is WaitsFor.CALLBACK else contact.channel.value


def me(session: Session, agent: Agent) -> Me:
    """Return the agent with what they have, in the order in which it was taken; what is only to finish comes last."""
    has = open_contacts(session, agent.id)
    opened = [one for one in has if one.stage is not Stage.OFFERED]
    ids = [one.id for one in has]
    held = select(Assignment.contact_id, Assignment.cost).where(
        Assignment.contact_id.in_(ids), Assignment.ended_at.is_(None), Assignment.role == AssignmentRole.OWNER
    )
    prices = dict(session.execute(held).all())
    labels, names, unread = ticket_labels(session, ids), names_of(session, ids), unread_in(session, ids)
    tabs = [
        Tab(one, kind_of(one), names.get(one.id), labels.get(one.id), unread.get(one.id, 0), prices.get(one.id, 0))
        for one in opened
    ]
    tabs.sort(key=lambda tab: tab.is_to_finish)
    chat = costs(session).of(Channel.CHAT)
    return Me(
        agent=agent,
        doing=doing(
            agent.state.value,
            agent.no_answer_since is not None,
            agent.load,
            agent.room,
            [Open(tab.contact.channel, tab.contact.stage, tab.cost) for tab in tabs],
        ),
        asked=asked_of(session, agent.id, labels, names),
        languages=languages_of(abilities_of(session, agent.id)),
        tabs=tabs,
        free=free_slots(agent.load, agent.room, chat),
        chat_cost=chat,
    )


def asked_of(session: Session, agent_id: int, labels: Mapping[int, str], names: Mapping[int, str]) -> Asked | None:
    """Return what an agent is asked to take right now, if anything."""
    offer = open_offer(session, agent_id)
    if offer is None or offer.offered_at is None or offer.offer_until is None:
        return None
    contact = session.get_one(Contact, offer.contact_id)
    return Asked(
        contact,
        kind_of(contact),
        names.get(contact.id),
        labels.get(contact.id),
        needs_by_contact(session, [contact.id]).get(contact.id, []),
        offer.cost,
        offer.offered_at,
        offer.offer_until,
    )


def names_of(session: Session, contact_ids: Iterable[int]) -> dict[int, str]:
    """Return what to call the citizens of these contacts: the latest name, else the number, that may be shown."""
    rows = session.execute(
        select(ContactAddress.contact_id, ContactAddress.kind, ContactAddress.value)
        .where(
            ContactAddress.contact_id.in_(list(contact_ids)),
            ContactAddress.kind.in_((AddressKind.NAME, AddressKind.PHONE)),
            ContactAddress.locked_at.is_(None),
        )
        .order_by((ContactAddress.kind == AddressKind.NAME), ContactAddress.id)
    )
    return {contact_id: value if kind is AddressKind.NAME else number_word(value) for contact_id, kind, value in rows}


def unread_in(session: Session, contact_ids: Iterable[int]) -> dict[int, int]:
    """Return how many of the citizen's messages the agent has not seen, by contact; those with none are left out."""
    rows = session.execute(
        select(Message.contact_id, func.count())
        .join(Contact, Contact.id == Message.contact_id)
        .where(
            Message.contact_id.in_(list(contact_ids)),
            Message.author == Author.CITIZEN,
            Message.seq > Contact.agent_read_seq,
        )
        .group_by(Message.contact_id)
    )
    return dict(rows.all())


def line(session: Session, viewer: Viewer, agent: Agent, now: datetime) -> Line:
    """Return those who wait, in the order of their promises, and who of them is next for the agent."""
    waiting = waiting_contacts(session, ROWS)
    choice = Choice(session, agent, burden_of(session, agent.id), now)
    next_id = None
    if agent.state is AgentState.AVAILABLE:
        first = heads(session, choice.open_lanes, now, 1)
        ordered = in_order(first, now, not someone_has_late_letter(session, now), choice.earlier)
        next_id = next((head.id for head in ordered if choice.may_have(head)), None)
    if next_id is not None and next_id not in {one.id for one in waiting}:
        waiting = [*waiting, session.get_one(Contact, next_id)]
    labels = ticket_labels(session, [one.id for one in waiting])
    needs = needs_by_contact(session, [one.id for one in waiting])
    rows = [
        Row(
            contact=one,
            kind=kind_of(one),
            ticket=labels.get(one.id),
            is_full=view_of(viewer, one) is View.FULL,
            needs=needs.get(one.id, []),
            why_not="not_ready" if one.ready_at > now else choice.why_closed(one.lane_id) if one.lane_id else None,
            is_next=one.id == next_id,
        )
        for one in waiting
    ]
    late = session.scalar(
        select(func.count()).select_from(Contact).where(Contact.stage == Stage.WAITING, Contact.due_at <= now)
    )
    return Line(
        rows=rows,
        count=count_waiting(session),
        late=late or 0,
        fits=sum(row.why_not is None for row in rows),
        next=next((row for row in rows if row.is_next), None),
    )


def needs_by_contact(session: Session, contact_ids: Sequence[int]) -> dict[int, list[ContactNeed]]:
    """Return the needs of several contacts, by contact."""
    found: dict[int, list[ContactNeed]] = {}
    for need in session.scalars(
        select(ContactNeed).where(ContactNeed.contact_id.in_(contact_ids)).order_by(ContactNeed.need)
    ):
        found.setdefault(need.contact_id, []).append(need)
    return found
