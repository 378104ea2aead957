"""What is to be done for a take: looked at anew by the worker, just before it speaks to the telephone network."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.channels.phone.actions import TALKING_STAGES
from helpdesk.channels.phone.models import LegRole
from helpdesk.channels.phone.queries import citizen_leg, live_legs
from helpdesk.channels.phone.rules import LegState, international
from helpdesk.contacts.doors.models import Door
from helpdesk.contacts.models import Contact
from helpdesk.outbox.actions import Letter
from helpdesk.queue.models import Agent
from helpdesk.queue.queries import open_assignment
from helpdesk.settings import settings


@dataclass(frozen=True, slots=True)
class Plan:
    """What is needed to connect a take that still stands."""

    exchange: str
    call: str
    contact: str
    agent_id: int
    number: str
    caller_id: str
    is_seated: bool
    """The caller sits in the conference already: to be led there again would end it."""
    is_rung: bool
    taken_at: datetime


def plan_of(session: Session, letter: Letter, our_number: str | None) -> Plan | None:
    """Return what to do for the take that a letter is about; None when the take is over or the caller has hung up."""
    contact = session.scalar(select(Contact).where(Contact.id == letter.contact_id))
    agent = session.scalar(select(Agent).where(Agent.public_id == letter.payload["agent"]))
    if contact is None or agent is None or contact.agent_id != agent.id or contact.stage not in TALKING_STAGES:
        return None
    leg = citizen_leg(session, contact.id)
    assignment = open_assignment(session, contact.id)
    if leg is None or leg.state is LegState.ENDED or assignment is None or assignment.taken_at is None:
        return None
    rung = any(
        one.agent_id == agent.id and one.started_at >= assignment.taken_at
        for one in live_legs(session, contact.id, LegRole.AGENT)
    )
    return Plan(
        exchange=leg.exchange,
        call=leg.call_key,
        contact=contact.public_id,
        agent_id=agent.id,
        number=international(agent.phone) or f"client:{agent.public_id.replace('-', '_')}",
        caller_id=our_number or number_of(session, contact),
        is_seated=leg.state is LegState.CONNECTED,
        is_rung=rung,
        taken_at=assignment.taken_at,
    )


def number_of(session: Session, contact: Contact) -> str:
    """Return the number that the citizen called, or the service centre's own."""
    door = session.get_one(Door, contact.door_id)
    return international(door.address) or international(settings(session).text("brand.phone")) or ""
