"""Taking: what gives somebody who waits to somebody who helps.

Two things are held by the database whatever happens: one owner per contact, and nobody above their room. An agent's
row is always locked before a contact's.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, func, select, update
from sqlalchemy.orm import Session

from helpdesk.contacts.actions import By, record
from helpdesk.contacts.events import Taken
from helpdesk.contacts.models import Contact
from helpdesk.contacts.queries import contact_by_public_id, lock_contact
from helpdesk.contacts.stages import OPEN_STAGES, Actor, Channel, Stage
from helpdesk.queue.models import Agent, AgentState, Assignment, AssignmentRole, Period, PeriodKind
from helpdesk.queue.promises import meet_promise
from helpdesk.queue.queries import (
    Burden,
    burden_of,
    costs,
    lock_agent,
    someone_has_late_letter,
    taker,
)
from helpdesk.queue.rules import Taker, Waiting, in_order, rule_of, why_not
from helpdesk.queue.seeks import Passed, heads, lanes, passed_over
from helpdesk.refusals import AlreadyClosed, AlreadyTaken, NoRoom, NotAvailable
from helpdesk.settings import settings

FIRST_LOOK = 4
"""How deep into each lane a take looks at first; doubled while others hold everything that was seen."""


def take_next(session: Session, agent_id: int, now: datetime) -> Contact | None:
    """Give the agent whoever is next; None when nobody waits whom they can take.

    Two agents never get the same citizen, nobody more than they have room for. Of those who waited when the take
    began and still wait when it commits, nobody whom the agent could take has an earlier promise: contacts that
    another agent is taking this very moment are passed by, any other lock is waited for.
    Raises NotAvailable for an agent who is paused or offline, NoRoom for one with too much *to finish*.
    """
    agent, burden = ready_agent(session, agent_id)
    view, prices = taker(session, agent, burden), costs(session)
    open_lanes, passed = [], []
    for lane in lanes(session):
        reason = why_not(lane, view, prices)
        if reason is None:
            open_lanes.append(lane.id)
            passed.append(Passed(lane.id, "letter" if lane.channel is Channel.MESSAGE else "being_taken"))
        else:
            passed.append(Passed(lane.id, reason))
    depth, tried = FIRST_LOOK, set[int]()
    while True:
        seen = heads(session, open_lanes, now, depth)
        left = Counter(one.lane_id for one in seen)
        deep_lanes = {lane_id for lane_id, count in left.items() if count == depth}
        for head in in_order(seen, now, is_late_letter_allowed(session, seen, now)):
            if head.id not in tried:
                tried.add(head.id)
                price = prices.of(head.channel)
                contact = claim(session, agent, head.id, price, now)
                if contact is not None:
                    why = {"rule": rule_of(head, now), **passed_over(session, passed, head, now)}
                    finish_take(session, agent, view, contact, price, why, now)
                    return contact
            left[head.lane_id] -= 1
            if left[head.lane_id] == 0 and head.lane_id in deep_lanes:
                break
        if not deep_lanes:
            return None
        depth *= 2


def take(session: Session, agent_id: int, public_id: str, now: datetime) -> Contact:
    """Give the agent the very contact that they chose from the list.

    Raises Unknown, AlreadyTaken, AlreadyClosed, NoRoom or NotAvailable.
    """
    agent, burden = ready_agent(session, agent_id)
    contact = contact_by_public_id(session, public_id)
    if contact.agent_id == agent.id and contact.stage in OPEN_STAGES:
        return contact
    if contact.stage is not Stage.WAITING:
        raise refusal_for(contact)
    price = costs(session).of(contact.channel)
    if agent.load + price > agent.room:
        raise NoRoom("You have no room for it until you finish something.")
    if claim(session, agent, contact.id, price, now, waits=True) is None:
        raise refusal_for(lock_contact(session, contact.id))
    view = taker(session, agent, burden)
    finish_take(session, agent, view, contact, price, {"rule": "chosen", "passed_over": [], "more": {}}, now)
    return contact


def is_late_letter_allowed(session: Session, seen: Iterable[Waiting], now: datetime) -> bool:
    """Say whether a late letter may go before people: when one is there, and nobody works on another."""
    is_there = any(one.channel is Channel.MESSAGE and one.due_at < now for one in seen)
    return is_there and not someone_has_late_letter(session, now)


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
    session: Session, agent: Agent, contact_id: int, cost: int, now: datetime, waits: bool = False
) -> Contact | None:
    """Make a waiting contact the agent's in one conditional update; None when it waits no more, or is being taken.

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
        .values(stage=Stage.TALKING, agent_id=agent.id, taken_at=now)
        .returning(Contact)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if contact is not None:
        agent.load += cost
    return contact


def finish_take(
    session: Session, agent: Agent, view: Taker, contact: Contact, cost: int, why: dict[str, Any], now: datetime
) -> None:
    """Write down who has the contact and why, meet the promise, and begin to count talk."""
    why |= {
        "due_at": contact.due_at.isoformat(),
        "load": agent.load,
        "room": agent.room,
        "abilities": sorted(view.abilities),
    }
    assignment = Assignment(
        contact_id=contact.id, agent_id=agent.id, role=AssignmentRole.OWNER, cost=cost, taken_at=now, why=why
    )
    session.add(assignment)
    session.flush()
    session.add(Period(assignment_id=assignment.id, kind=PeriodKind.TALK, started_at=now))
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
