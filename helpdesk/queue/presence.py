"""What an agent chose, and whether they are there: a desk page, a socket or an API call is a sign of life."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, bindparam, delete, select, text
from sqlalchemy.orm import Session

from helpdesk.contacts.actions import PROGRAM
from helpdesk.contacts.models import Contact
from helpdesk.contacts.queries import lock_contact
from helpdesk.contacts.stages import Channel, Stage
from helpdesk.news import touch
from helpdesk.queue.assignments import Mine, put_back
from helpdesk.queue.models import Agent, AgentDoor, AgentState, Presence
from helpdesk.queue.queries import lock_agent, open_assignment
from helpdesk.settings import settings
from knowledge.base import UtcDateTime

WRITE_EVERY = timedelta(seconds=10)
LONGEST_HOLD = timedelta(hours=8)
BEGIN = text(
    "INSERT INTO presence (agent_id, seen_at, holds_until) VALUES (:agent_id, :now, :until) ON CONFLICT (agent_id) DO NOTHING"
).bindparams(bindparam("now", type_=UtcDateTime()), bindparam("until", type_=UtcDateTime()))


def choose_state(session: Session, agent_id: int, state: AgentState, reason: str | None, now: datetime) -> Agent:
    """Note what the agent chose. Being available again also ends *no answer*."""
    agent = lock_agent(session, agent_id)
    if agent.state is not state or agent.pause_reason != reason:
        agent.state, agent.pause_reason, agent.state_since = state, reason, now
    agent.no_answer_since = None
    touch(session, "queue")
    return agent


def work_with(session: Session, agent_id: int, channels: Iterable[Channel]) -> None:
    """Let the agent take contacts from these channels and no others."""
    lock_agent(session, agent_id)
    session.execute(delete(AgentDoor).where(AgentDoor.agent_id == agent_id))
    session.add_all(AgentDoor(agent_id=agent_id, channel=channel) for channel in sorted(set(channels)))


def is_due(session: Session, agent_id: int, now: datetime) -> bool:
    """Say whether a sign of life should be written: the last one is ten seconds old or holds no longer."""
    presence = session.get(Presence, agent_id)
    return presence is None or now - presence.seen_at >= WRITE_EVERY or presence.holds_until <= now


def sign_of_life(session: Session, agent_id: int, now: datetime, holds_s: int | None = None) -> None:
    """Note that the agent is there. ``holds_s``: for how many seconds it holds (an API client says; at most 8 h)."""
    lost_after = settings(session).number("queue.lost_seconds")
    holds = min(timedelta(seconds=holds_s if holds_s is not None else lost_after), LONGEST_HOLD)
    presence = session.get(Presence, agent_id)
    if presence is None:
        began: CursorResult[Any] = session.execute(  # type: ignore[assignment]
            BEGIN, {"agent_id": agent_id, "now": now, "until": now + holds}
        )
        touch(session, "queue")
        if began.rowcount:
            return
        presence = session.get_one(Presence, agent_id)  # another request of theirs was first
    if presence.holds_until <= now:
        touch(session, "queue")
    presence.seen_at = now
    presence.holds_until = max(presence.holds_until, now + holds) if holds_s is None else now + holds


def is_here(session: Session, agent_id: int, now: datetime) -> bool:
    """Say whether the agent's last sign of life still holds."""
    presence = session.get(Presence, agent_id)
    return presence is not None and presence.holds_until > now


def lost_agents(session: Session, now: datetime) -> list[int]:
    """Return the agents whose sign of life ran out so long ago that their chats go back, and who still have some."""
    return list(
        session.scalars(
            select(Presence.agent_id)
            .join(Contact, Contact.agent_id == Presence.agent_id)
            .where(
                Presence.holds_until <= lost_before(session, now),
                Contact.stage.in_((Stage.TALKING, Stage.HELD, Stage.OFFERED)),
                Contact.channel.in_((Channel.CHAT, Channel.MESSAGE)),
            )
            .distinct()
            .order_by(Presence.agent_id)
        )
    )


def lost_before(session: Session, now: datetime) -> datetime:
    """Return the moment before which a sign of life must have run out for an agent to be given up."""
    return now - timedelta(seconds=settings(session).number("queue.return_seconds"))


def give_back_for(session: Session, agent_id: int, now: datetime) -> int:
    """Let the chats of a lost agent wait again, with their promise and all that was said; return how many.

    0 when the agent has come back since they were counted among the lost.

    A call stays while its line is up, and a visit until a supervisor moves it.
    """
    agent = lock_agent(session, agent_id)
    presence = session.get(Presence, agent_id, populate_existing=True)
    if presence is not None and presence.holds_until > lost_before(session, now):
        return 0
    ids = session.scalars(
        select(Contact.id)
        .where(
            Contact.agent_id == agent_id,
            Contact.stage.in_((Stage.TALKING, Stage.HELD, Stage.OFFERED)),
            Contact.channel.in_((Channel.CHAT, Channel.MESSAGE)),
        )
        .order_by(Contact.id)
    ).all()
    for contact_id in ids:
        contact = lock_contact(session, contact_id)
        assignment = open_assignment(session, contact_id)
        if assignment is not None and assignment.agent_id == agent_id:
            put_back(session, Mine(agent, contact, assignment), "lost", PROGRAM, now)
    return len(ids)
