"""Offers: the program asks an agent to take a contact, and gets an answer or none in time (PRODUCT §1, *Who is offered*).

An offer is a row with a deadline. It holds room like a take. Accepting, declining and running out are conditional
updates of that row under the agent's and the contact's locks, so that exactly one of them acts, in any process.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from helpdesk.contacts.actions import PROGRAM, By, record
from helpdesk.contacts.events import Offered, OfferEnded
from helpdesk.contacts.models import Contact
from helpdesk.contacts.queries import contact_by_public_id, lock_contact
from helpdesk.contacts.stages import Stage
from helpdesk.queue.assignments import Mine, end_assignment
from helpdesk.queue.claims import begin_talk, claim, ready_agent, refusal_for
from helpdesk.queue.giving.choice import Choice
from helpdesk.queue.giving.queries import waiting_one
from helpdesk.queue.models import Agent, Assignment, AssignmentRole
from helpdesk.queue.queries import lock_agent, open_assignment, open_offer
from helpdesk.refusals import AlreadyTaken, NoRoom, NotAvailable, NotYours
from helpdesk.settings import settings


def offer(session: Session, agent_id: int, contact_id: int, now: datetime) -> bool:
    """Ask an agent to take a contact, for as long as ``queue.offer_seconds`` says; False when either has moved on."""
    try:
        agent, burden = ready_agent(session, agent_id)
    except (NotAvailable, NoRoom):
        return False
    if agent.no_answer_since is not None or open_offer(session, agent.id) is not None:
        return False
    head = waiting_one(session, contact_id)
    choice = Choice(session, agent, burden, now)
    if head is None or not choice.may_have(head):
        return False
    cost = choice.costs.of(head.channel)
    contact = claim(session, agent, contact_id, cost, None)
    if contact is None:
        return False
    until = now + timedelta(seconds=settings(session).number("queue.offer_seconds"))
    why = choice.why(head) | {"due_at": contact.due_at.isoformat(), "load": agent.load, "room": agent.room}
    session.add(
        Assignment(
            contact_id=contact.id,
            agent_id=agent.id,
            role=AssignmentRole.OWNER,
            cost=cost,
            offered_at=now,
            offer_until=until,
            why=why,
        )
    )
    told = Offered(contact_id=contact.id, public_id=contact.public_id, agent=agent.public_id, until=until)
    record(session, contact, told, PROGRAM, now)
    return True


def accept(session: Session, agent_id: int, public_id: str, now: datetime) -> Contact:
    """Take what one was offered. Again is once. Raises Unknown, AlreadyClosed, NotYours, AlreadyTaken (it ran out)."""
    own = offered_to(session, agent_id, public_id)
    if own.contact.stage is not Stage.OFFERED:
        return own.contact
    accepted: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(Assignment)
        .where(
            Assignment.id == own.assignment.id,
            Assignment.taken_at.is_(None),
            Assignment.ended_at.is_(None),
            Assignment.offer_until > now,
        )
        .values(taken_at=now)
    )
    if accepted.rowcount == 0:
        raise AlreadyTaken("The offer has run out. It waits again, with its promise kept.")
    own.contact.stage, own.contact.taken_at = Stage.TALKING, now
    own.agent.no_answer_since = None
    begin_talk(session, own.agent, own.contact, own.assignment.id, now)
    return own.contact


def decline(session: Session, agent_id: int, public_id: str, now: datetime) -> Contact:
    """Leave what one was offered to others. Raises Unknown, AlreadyClosed, NotYours, AlreadyTaken (it was accepted)."""
    own = offered_to(session, agent_id, public_id)
    if own.contact.stage is not Stage.OFFERED:
        raise AlreadyTaken("You have taken it already. Put it back instead.")
    end_offer(session, own, "declined", own.by, now)
    return own.contact


def expire(session: Session, assignment_id: int, now: datetime) -> None:
    """End an offer that nobody answered in time: the contact waits with its promise, the agent is *no answer*."""
    own = still_offered(session, assignment_id)
    if own is None or own.assignment.offer_until is None or own.assignment.offer_until > now:
        return
    own.contact.offers_unanswered += 1
    own.agent.no_answer_since = now
    end_offer(session, own, "expired", PROGRAM, now)


def withdraw(session: Session, assignment_id: int, now: datetime) -> None:
    """End the offer to somebody who is no longer there or has paused: nobody was asked, so nobody has failed to answer."""
    own = still_offered(session, assignment_id)
    if own is not None:
        end_offer(session, own, "lost", PROGRAM, now)


def end_offer(session: Session, own: Mine, how: str, by: By, now: datetime) -> None:
    """Let the contact wait again as if it had never been offered, and give the room back."""
    last_ended_at = own.agent.last_ended_at
    end_assignment(session, own, how, now)
    own.agent.last_ended_at = last_ended_at
    own.contact.stage, own.contact.agent_id = Stage.WAITING, None
    told = OfferEnded(contact_id=own.contact.id, public_id=own.contact.public_id, agent=own.agent.public_id, how=how)
    record(session, own.contact, told, by, now)


def offered_to(session: Session, agent_id: int, public_id: str) -> Mine:
    """Return a contact that an agent was offered or has accepted, locked. Raises as the callers say."""
    agent = lock_agent(session, agent_id)
    contact = lock_contact(session, contact_by_public_id(session, public_id).id)
    assignment = open_assignment(session, contact.id)
    if assignment is not None and assignment.agent_id == agent.id:
        return Mine(agent, contact, assignment)
    if contact.stage is Stage.WAITING:
        raise NotYours("The offer has run out. It waits again, with its promise kept.")
    raise refusal_for(contact)


def still_offered(session: Session, assignment_id: int) -> Mine | None:
    """Return an offer that is open, with its rows locked in the usual order; None when it has ended."""
    agent_id = session.scalar(select(Assignment.agent_id).where(Assignment.id == assignment_id))
    if agent_id is None:
        return None
    agent: Agent = lock_agent(session, agent_id)
    assignment = session.get_one(Assignment, assignment_id, populate_existing=True)
    if assignment.taken_at is not None or assignment.ended_at is not None:
        return None
    return Mine(agent, lock_contact(session, assignment.contact_id), assignment)
