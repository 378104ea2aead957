"""Claiming: the one atomic step by which somebody who waits becomes an agent's, taken or offered.

Two things are held by the database whatever happens: one owner per contact, and nobody above their room. An agent's
row is always locked before a contact's.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, func, select, update
from sqlalchemy.orm import Session

from helpdesk.contacts.actions import By, record
from helpdesk.contacts.events import Taken
from helpdesk.contacts.models import Contact
from helpdesk.contacts.stages import OPEN_STAGES, Actor, Stage
from helpdesk.queue.models import Agent, AgentState, Assignment, AssignmentRole, Period, PeriodKind
from helpdesk.queue.promises import meet_promise
from helpdesk.queue.queries import Burden, burden_of, lock_agent
from helpdesk.refusals import AlreadyClosed, AlreadyTaken, NoRoom, NotAvailable
from helpdesk.settings import settings


def ready_agent(session: Session, agent_id: int) -> tuple[Agent, Burden]:
    """Return the agent, locked, as one who may be given something, with what they have. Raises NotAvailable, NoRoom."""
    agent = lock_agent(session, agent_id)
    if agent.state is not AgentState.AVAILABLE:
        raise NotAvailable("Set yourself available first.")
    burden = burden_of(session, agent.id)
    if burden.to_finish >= settings(session).number("queue.to_finish"):
        raise NoRoom("Say what came of what lies under To finish first.")
    agent.room = max(agent.load, settings(session).number("room.agent"))
    return agent, burden


def refusal_for(contact: Contact) -> Exception:
    """Say why a contact that does not wait cannot be taken."""
    if contact.stage in OPEN_STAGES:
        return AlreadyTaken("Somebody else has it.")
    return AlreadyClosed("It is over.")


def claim(
    session: Session,
    agent: Agent,
    contact_id: int,
    cost: int,
    taken_at: datetime | None,
    waits: bool = False,
) -> Contact | None:
    """Make a waiting contact the agent's in one conditional update; None when it waits no more, or is being taken.

    ``taken_at`` None: it is only offered, which holds room like a take.

    PostgreSQL: an advisory lock that only takers use says that it is being taken, so that others pass it by instead of
    queueing for it (``waits`` True: they do), while a citizen who is writing does not hide their own contact from the
    agents. SQLite has one writer at a time; there is nobody to tell.
    """
    mine = [Contact.id == contact_id, Contact.stage == Stage.WAITING]
    if session.get_bind().dialect.name != "sqlite":
        if waits:
            session.execute(select(func.pg_advisory_xact_lock(contact_id)))
        else:
            mine.append(func.pg_try_advisory_xact_lock(contact_id, type_=Boolean))
    contact = session.scalar(
        update(Contact)
        .where(*mine)
        .values(stage=Stage.TALKING if taken_at else Stage.OFFERED, agent_id=agent.id, taken_at=taken_at)
        .returning(Contact)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if contact is not None:
        agent.load += cost
    return contact


def finish_take(
    session: Session, agent: Agent, contact: Contact, cost: int, why: dict[str, Any], now: datetime
) -> None:
    """Write down who has the contact and why, meet the promise, and begin to count talk."""
    why |= {"due_at": contact.due_at.isoformat(), "load": agent.load, "room": agent.room}
    assignment = Assignment(
        contact_id=contact.id, agent_id=agent.id, role=AssignmentRole.OWNER, cost=cost, taken_at=now, why=why
    )
    session.add(assignment)
    session.flush()
    begin_talk(session, agent, contact, assignment.id, now)


def begin_talk(session: Session, agent: Agent, contact: Contact, assignment_id: int, now: datetime) -> None:
    """Meet the promise, and begin to count talk: the agent has the contact, taken from the list or accepted."""
    session.add(Period(assignment_id=assignment_id, kind=PeriodKind.TALK, started_at=now))
    by = By(Actor.AGENT, agent.account_id)
    meet_promise(session, contact, by, now)
    if contact.first_answered_at is None:
        contact.first_answered_at = now
    record(
        session,
        contact,
        Taken(contact_id=contact.id, public_id=contact.public_id, agent=agent.public_id, agent_id=agent.id),
        by,
        now,
    )
