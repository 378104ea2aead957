"""What an agent does with a contact they have: hold, go on, put it back; and how their time with it is measured and ended."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.contacts.actions import By, record
from helpdesk.contacts.events import Held, Released, Resumed
from helpdesk.contacts.models import Contact
from helpdesk.contacts.queries import lock_by_public_id, lock_contact
from helpdesk.contacts.stages import Actor, Stage
from helpdesk.queue.models import Agent, Assignment, Period, PeriodKind
from helpdesk.queue.queries import lock_agent, open_assignment
from helpdesk.refusals import AlreadyClosed, NotYours, WrongStage

LOOKS = 20


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


def lock_with_agent(session: Session, contact_id: int) -> tuple[Agent | None, Contact]:
    """Lock a contact and, before it as always, whoever has it or is offered it. Raises RuntimeError if it never stands still."""
    for _again in range(LOOKS):
        agent_id = session.scalar(select(Contact.agent_id).where(Contact.id == contact_id))
        with session.begin_nested() as look:
            agent = lock_agent(session, agent_id) if agent_id is not None else None
            contact = lock_contact(session, contact_id)
            if contact.agent_id in (None, agent_id):
                return agent, contact
            look.rollback()
    raise RuntimeError("the contact went from hand to hand all the time")


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
