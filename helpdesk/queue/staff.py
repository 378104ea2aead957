"""Letting somebody take contacts."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk.contacts.stages import Channel
from helpdesk.people.models import Account
from helpdesk.queue.models import Ability, Agent, AgentDoor, AgentState
from helpdesk.settings import settings


def take_on(
    session: Session, account: Account, channels: Iterable[Channel], abilities: Iterable[str], now: datetime
) -> Agent:
    """Make an account an agent with channels and abilities (``lang:fi``, ``skill:bygg``); offline until they choose."""
    agent = Agent(
        account_id=account.id,
        name=account.name,
        room=settings(session).number("room.agent"),
        state=AgentState.OFFLINE,
        state_since=now,
    )
    session.add(agent)
    session.flush()
    session.add_all(AgentDoor(agent_id=agent.id, channel=channel) for channel in sorted(set(channels)))
    session.add_all(Ability(agent_id=agent.id, need=need) for need in sorted(set(abilities)))
    session.flush()
    return agent
