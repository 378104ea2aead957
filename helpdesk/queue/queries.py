"""Looking at the queue: who waits, who is there, and what an agent has. Who heads each lane: seeks.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import func, literal, select, text, tuple_
from sqlalchemy.orm import Session

from helpdesk.contacts.models import Contact
from helpdesk.contacts.stages import OPEN_STAGES, Channel, Stage
from helpdesk.queue.models import Ability, Agent, AgentState, Assignment, AssignmentRole, Presence
from helpdesk.queue.rules import Costs, Taker, Targets
from helpdesk.refusals import Unknown
from helpdesk.settings import settings

CAN = text(
    "SELECT 'door' AS kind, channel AS what FROM agent_door WHERE agent_id = :id "
    "UNION ALL SELECT 'need' AS kind, need AS what FROM ability WHERE agent_id = :id"
)


def costs(session: Session) -> Costs:
    """Return what each channel takes of an agent's room, in twelfths. A lever lets a call stand beside one chat."""
    room = settings(session)
    phone = "room.call_beside_chat" if room.is_on("queue.calls_beside_chats") else "room.phone"
    return Costs(*(room.number(name) for name in (phone, "room.walk_in", "room.chat", "room.message")))


def targets(session: Session) -> Targets:
    """Return how soon each door promises a first answer."""
    target = settings(session)
    return Targets(
        phone=target.number("queue.target.phone"),
        chat=target.number("queue.target.chat"),
        walk_in=target.number("queue.target.walk_in"),
        message_by=time.fromisoformat(target.text("queue.message_answer_by")),
    )


def lock_agent(session: Session, agent_id: int) -> Agent:
    """Return the agent with their row locked until the transaction ends. Always the agent before any contact."""
    return session.scalars(
        select(Agent).where(Agent.id == agent_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def agent_of_account(session: Session, account_id: int) -> Agent | None:
    """Return the agent behind an account, if it takes contacts."""
    return session.scalar(select(Agent).where(Agent.account_id == account_id))


def agent_by_public_id(session: Session, public_id: str) -> Agent:
    """Return the agent. Raises Unknown."""
    agent = session.scalar(select(Agent).where(Agent.public_id == public_id))
    if agent is None:
        raise Unknown("There is no such agent.")
    return agent


def open_contacts(session: Session, agent_id: int) -> Sequence[Contact]:
    """Return what an agent has, oldest take first."""
    return session.scalars(
        select(Contact)
        .where(Contact.agent_id == agent_id, Contact.stage.in_(OPEN_STAGES))
        .order_by(Contact.taken_at, Contact.id)
    ).all()


def abilities_of(session: Session, agent_id: int) -> frozenset[str]:
    """Return the languages and skills of an agent."""
    return frozenset(session.scalars(select(Ability.need).where(Ability.agent_id == agent_id)))


def first_hand_of(session: Session, agent_id: int) -> frozenset[str]:
    """Return the abilities that an agent has first hand."""
    return frozenset(session.scalars(select(Ability.need).where(Ability.agent_id == agent_id, Ability.is_first_hand)))


@dataclass(frozen=True, slots=True)
class Burden:
    """What an agent has that decides over anything new: a call or visit, also in wrap-up, chats, and how many lie *to finish*."""

    has_call_or_visit: bool
    chats: int
    to_finish: int


def burden_of(session: Session, agent_id: int) -> Burden:
    """Return what an agent has, as far as it decides over anything new."""
    rows = session.execute(
        select(Contact.channel, Contact.stage, Contact.wrap_up_until, Assignment.cost)
        .join(Assignment, Assignment.contact_id == Contact.id)
        .where(
            Assignment.agent_id == agent_id,
            Assignment.ended_at.is_(None),
            Assignment.role == AssignmentRole.OWNER,
        )
    ).all()
    return Burden(
        any(row.cost > 0 and row.channel in (Channel.PHONE, Channel.WALK_IN) for row in rows),
        sum(row.cost > 0 and row.channel is Channel.CHAT for row in rows),
        sum(row.stage is Stage.WRAP_UP and row.wrap_up_until is None for row in rows),
    )


def taker(session: Session, agent: Agent, burden: Burden | None = None) -> Taker:
    """Return an agent as the rule sees them. An open call or visit, also in wrap-up, means that nothing new is given."""
    burden = burden or burden_of(session, agent.id)
    can = [(row.kind, row.what) for row in session.execute(CAN, {"id": agent.id})]
    return Taker(
        frozenset(Channel(what) for kind, what in can if kind == "door"),
        frozenset(what for kind, what in can if kind == "need"),
        agent.room - agent.load,
        burden.has_call_or_visit,
    )


def someone_has_late_letter(session: Session, now: datetime) -> bool:
    """Say whether an agent works on written work that is past its promise."""
    found = session.scalar(
        select(Contact.id)
        .where(
            Contact.stage.in_((Stage.OFFERED, Stage.TALKING)),
            Contact.agent_id.is_not(None),
            Contact.channel == Channel.MESSAGE,
            Contact.due_at < now,
        )
        .limit(1)
    )
    return found is not None


def waiting_contacts(session: Session, limit: int = 200) -> Sequence[Contact]:
    """Return those who wait, in the order of their promises, written work last; ``limit`` rows at most."""
    return session.scalars(
        select(Contact)
        .where(Contact.stage == Stage.WAITING)
        .order_by((Contact.channel == Channel.MESSAGE), Contact.due_at, Contact.id)
        .limit(limit)
    ).all()


def count_waiting(session: Session) -> int:
    """Return how many wait."""
    return session.scalar(select(func.count()).select_from(Contact).where(Contact.stage == Stage.WAITING)) or 0


def position_in_door(session: Session, contact: Contact) -> int | None:
    """Return the contact's place among those who wait at the same kind of door, from 1; None when it does not wait."""
    if contact.stage is not Stage.WAITING:
        return None
    ahead = session.scalar(
        select(func.count())
        .select_from(Contact)
        .where(
            Contact.stage == Stage.WAITING,
            Contact.channel == contact.channel,
            tuple_(Contact.due_at, Contact.id) < tuple_(literal(contact.due_at, Contact.due_at.type), contact.id),
        )
    )
    return (ahead or 0) + 1


@dataclass(frozen=True, slots=True)
class Staffing:
    """How many agents are on duty, and how many of them have nothing open."""

    on_duty: int
    free: int


def staffing(session: Session, now: datetime) -> Staffing:
    """Count the agents who are there: available, with a sign of life that still holds."""
    row = session.execute(
        select(func.count(), func.count().filter(Agent.load == 0))
        .select_from(Agent)
        .join(Presence, Presence.agent_id == Agent.id)
        .where(Agent.state == AgentState.AVAILABLE, Presence.holds_until >= now)
    ).one()
    return Staffing(row[0], row[1])


def open_assignment(session: Session, contact_id: int) -> Assignment | None:
    """Return the owner's assignment that is open, if any."""
    return session.scalar(
        select(Assignment).where(
            Assignment.contact_id == contact_id,
            Assignment.role == AssignmentRole.OWNER,
            Assignment.ended_at.is_(None),
        )
    )


def open_offer(session: Session, agent_id: int) -> Assignment | None:
    """Return what an agent is asked to take right now, if anything."""
    return session.scalar(
        select(Assignment).where(
            Assignment.agent_id == agent_id, Assignment.taken_at.is_(None), Assignment.ended_at.is_(None)
        )
    )
