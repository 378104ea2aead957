"""Taking, putting back, holding and ending: what moves a contact between those who wait and those who help.

Two things are held by the database whatever happens: one owner per contact, and nobody above their room. An agent's
row is always locked before a contact's.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, func, select, update
from sqlalchemy.orm import Session

from helpdesk.contacts.actions import By, record
from helpdesk.contacts.events import Held, PromiseMet, Released, Resumed, Taken
from helpdesk.contacts.models import Contact
from helpdesk.contacts.queries import contact_by_public_id, lock_by_public_id, lock_contact
from helpdesk.contacts.stages import OPEN_STAGES, Actor, Channel, PromiseKind, Stage
from helpdesk.queue.models import Agent, AgentState, Assignment, AssignmentRole, Period, PeriodKind, Promise
from helpdesk.queue.queries import (
    Burden,
    burden_of,
    costs,
    lock_agent,
    open_assignment,
    someone_has_late_letter,
    taker,
)
from helpdesk.queue.rules import Taker, Waiting, in_order, rule_of, why_not
from helpdesk.queue.seeks import Passed, heads, lanes, passed_over
from helpdesk.refusals import AlreadyClosed, AlreadyTaken, NoRoom, NotAvailable, NotYours, WrongStage
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


@dataclass(frozen=True, slots=True)
class Mine:
    """A contact that an agent has, with both rows locked and the assignment that binds them."""

    agent: Agent
    contact: Contact
    assignment: Assignment

    @property
    def by(self) -> By:
        """Return the agent as the one who acts."""
        return By(Actor.AGENT, self.agent.account_id)


def mine(session: Session, agent_id: int, public_id: str) -> Mine:
    """Return a contact that the agent has, locked. Raises Unknown, AlreadyClosed, NotYours."""
    agent = lock_agent(session, agent_id)
    contact = lock_by_public_id(session, public_id)
    assignment = open_assignment(session, contact.id)
    if assignment is None or assignment.agent_id != agent.id:
        if contact.stage in (Stage.CLOSED, Stage.HANDED_OVER):
            raise AlreadyClosed("The contact is over.")
        raise NotYours("You do not have this contact.")
    return Mine(agent, contact, assignment)


def release(session: Session, agent_id: int, public_id: str, now: datetime, why: str = "released") -> Contact:
    """Put a contact back among those who wait, with its promise unchanged. Raises Unknown, NotYours, AlreadyClosed."""
    own = mine(session, agent_id, public_id)
    if own.contact.stage not in (Stage.TALKING, Stage.HELD, Stage.OFFERED):
        raise WrongStage("Only a contact that is going on can be put back.")
    put_back(session, own, why, own.by, now)
    return own.contact


def put_back(session: Session, own: Mine, why: str, by: By, now: datetime) -> None:
    """Let a contact wait again as if nobody had taken it: same promise, same place, all that was said."""
    end_assignment(session, own, why, now)
    own.contact.stage = Stage.WAITING
    own.contact.agent_id = own.contact.taken_at = None
    record(
        session,
        own.contact,
        Released(contact_id=own.contact.id, public_id=own.contact.public_id, why=why),
        by,
        now,
    )


def end_assignment(session: Session, own: Mine, how: str, now: datetime) -> None:
    """End the agent's time with the contact and give the room back."""
    switch_period(session, own.assignment.id, None, now)
    own.assignment.ended_at = now
    own.assignment.how = how
    own.agent.load -= own.assignment.cost
    own.agent.last_ended_at = now
    session.flush()


def switch_period(session: Session, assignment_id: int, kind: PeriodKind | None, now: datetime) -> None:
    """End the stretch of time that runs, and begin one of another kind (None: no further one).

    A server whose clock is a little behind the one that began it ends it at its beginning, not before.
    """
    running = session.scalars(select(Period).where(Period.assignment_id == assignment_id, Period.ended_at.is_(None)))
    for period in running:
        period.ended_at = now = max(now, period.started_at)
    if kind is not None:
        session.add(Period(assignment_id=assignment_id, kind=kind, started_at=now))
    session.flush()


def hold(session: Session, agent_id: int, public_id: str, now: datetime) -> Contact:
    """Ask the citizen to hold: the room stays used, the time counts as hold. Raises as :func:`mine`, and WrongStage."""
    own = mine(session, agent_id, public_id)
    if own.contact.stage is not Stage.TALKING:
        raise WrongStage("Only a conversation that is going on can be put on hold.")
    own.contact.stage = Stage.HELD
    switch_period(session, own.assignment.id, PeriodKind.HOLD, now)
    record(session, own.contact, Held(contact_id=own.contact.id, public_id=own.contact.public_id), own.by, now)
    return own.contact


def resume(session: Session, agent_id: int, public_id: str, now: datetime) -> Contact:
    """Go on after a hold. Raises as :func:`mine`, and WrongStage."""
    own = mine(session, agent_id, public_id)
    if own.contact.stage is not Stage.HELD:
        raise WrongStage("The conversation is not on hold.")
    own.contact.stage = Stage.TALKING
    switch_period(session, own.assignment.id, PeriodKind.TALK, now)
    record(session, own.contact, Resumed(contact_id=own.contact.id, public_id=own.contact.public_id), own.by, now)
    return own.contact
