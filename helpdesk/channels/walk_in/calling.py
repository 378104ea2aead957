"""What the desk does with a visit: calls the number, calls it again, says *not here*; and how a ticket ends."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.channels.walk_in.models import Ticket
from helpdesk.channels.walk_in.queries import Visit, left_behind, never_came_back, ticket_of
from helpdesk.channels.walk_in.rules import CALLED_STAGES, CALLS_BEFORE_NO_SHOW, MOST_CALLS
from helpdesk.contacts.actions import PROGRAM, By, record
from helpdesk.contacts.events import Called, Closed, HandedOver, Taken
from helpdesk.contacts.models import Contact, ContactEvent
from helpdesk.contacts.queries import lock_contact
from helpdesk.contacts.stages import Actor, EndedAs
from helpdesk.db import Database
from helpdesk.news import News
from helpdesk.queue.assignments import Mine, end_assignment, mine
from helpdesk.queue.leaving import close, leave
from helpdesk.queue.models import Agent
from helpdesk.refusals import Unknown, WrongStage

FIRST_DESK = "1"
"""Where visitors are called to by an agent who has not said at which desk they sit."""


def follow(news: News) -> None:
    """Say what follows for a visit: taking it calls its number, and its end ends the ticket."""
    news.on(Taken, call_to_desk)
    news.on(Closed, end_ticket)
    news.on(HandedOver, end_ticket)


def call_to_desk(session: Session, taken: Taken) -> None:
    """Call the visitor whom an agent has just taken to the agent's desk. In the take's own transaction."""
    ticket, agent = ticket_of(session, taken.contact_id), session.get(Agent, taken.agent_id)
    if ticket is None or agent is None:
        return
    contact = lock_contact(session, taken.contact_id)
    ticket.calls = 0
    ticket.ended_at = None
    call(session, Visit(ticket, contact), agent, By(Actor.AGENT, agent.account_id), last_moment(session, contact))


def call(session: Session, visit: Visit, agent: Agent, by: By, now: datetime) -> None:
    """Show the number with the agent's desk, and sound it. The contact's row is locked."""
    visit.ticket.calls += 1
    visit.ticket.called_at = now
    visit.ticket.desk = agent.desk or FIRST_DESK
    called = Called(
        contact_id=visit.contact.id,
        public_id=visit.contact.public_id,
        desk=visit.ticket.desk,
        times=visit.ticket.calls,
    )
    record(session, visit.contact, called, by, now)


def last_moment(session: Session, contact: Contact) -> datetime:
    """Return when the latest event of a contact happened: the moment of the transaction that told it."""
    return session.scalars(
        select(ContactEvent.at).where(ContactEvent.contact_id == contact.id).order_by(ContactEvent.n.desc()).limit(1)
    ).one()


def end_ticket(session: Session, ended: Closed | HandedOver) -> None:
    """End the ticket of a contact that is over, and forget what was asked for in the room.

    Whoever was not there may come back once today: until then the needs are kept.
    """
    ticket = ticket_of(session, ended.contact_id)
    if ticket is None:
        return
    contact = lock_contact(session, ended.contact_id)
    ticket.ended_at = last_moment(session, contact)
    if contact.ended_as is not EndedAs.NO_SHOW or ticket.returned_at is not None:
        ticket.asked_for = ""
    session.flush()


def called_by(session: Session, agent_id: int, public_id: str) -> tuple[Mine, Visit]:
    """Return a visit that the agent has called and not yet ended, locked. Raises as queue.assignments.mine, and WrongStage."""
    own = mine(session, agent_id, public_id)
    ticket = ticket_of(session, own.contact.id)
    if ticket is None:
        raise Unknown("This contact has no ticket.")
    if own.contact.stage not in CALLED_STAGES:
        raise WrongStage("The visit is not going on.")
    return own, Visit(ticket, own.contact)


def call_again(session: Session, agent_id: int, public_id: str, now: datetime) -> Ticket:
    """Call the visitor once more, three times in all. Raises Unknown, NotYours, AlreadyClosed, WrongStage."""
    own, visit = called_by(session, agent_id, public_id)
    if visit.ticket.calls >= MOST_CALLS:
        raise WrongStage("The number has been called three times. Choose Not here.")
    call(session, visit, own.agent, own.by, now)
    return visit.ticket


def not_here(session: Session, agent_id: int, public_id: str, now: datetime) -> Ticket:
    """End a visit whose visitor did not come when called: a no-show. Once, they may come back with their first promise.

    Raises as :func:`call_again`, and WrongStage while the number was called only once.
    """
    own, visit = called_by(session, agent_id, public_id)
    if visit.ticket.calls < CALLS_BEFORE_NO_SHOW:
        raise WrongStage("Call the number once more first.")
    end_assignment(session, own, "no_show", now)
    close(session, visit.contact, EndedAs.NO_SHOW, own.by, now)
    return visit.ticket


def close_walk_in(database: Database, clock: Callable[[], datetime]) -> None:
    """Follow up what closing time has decided, each ticket in a transaction of its own. Safe in many processes."""
    with database.reading() as session:
        unserved, missing = left_behind(session, clock()), never_came_back(session, clock())
    for ticket_id in unserved:
        with database.transaction() as session:
            end_unserved(session, ticket_id, clock())
    for ticket_id in missing:
        with database.transaction() as session:
            forget_needs(session, ticket_id)


def end_unserved(session: Session, ticket_id: int, now: datetime) -> bool:
    """End a ticket that nobody served, as left; False when it does not wait any more. ``left_behind`` names them."""
    ticket = session.get_one(Ticket, ticket_id)
    return leave(session, ticket.contact_id, EndedAs.LEFT, PROGRAM, now)


def forget_needs(session: Session, ticket_id: int) -> None:
    """Forget what a visitor who never came back had asked for."""
    session.get_one(Ticket, ticket_id).asked_for = ""
