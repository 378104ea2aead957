"""The colleagues who are played: they take somebody when the list grows long, talk by script, and say what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.channels.phone.models import CallLeg, LegRole
from helpdesk.contacts.models import Contact, Message
from helpdesk.contacts.queries import needs_of
from helpdesk.contacts.stages import Author, Channel, Outcome, Reason, Stage
from helpdesk.demo.accounts import COLLEAGUES, DOMAIN
from helpdesk.demo.live.citizens import CHAT, said_by
from helpdesk.demo.live.memory import Memo
from helpdesk.demo.live.rules import Deed, Going, deed
from helpdesk.demo.live.scripts import CALLS, CHATS, VISITS
from helpdesk.desk.actions import write
from helpdesk.people.models import Account
from helpdesk.people.rules import Role
from helpdesk.queue.actions import take
from helpdesk.queue.models import Agent, AgentState
from helpdesk.queue.presence import choose_state, is_due, sign_of_life, work_with
from helpdesk.queue.queries import abilities_of, open_contacts
from helpdesk.resolution.actions import resolve
from helpdesk.resolution.rules import Closing, ErrandSaid

WRAP_UP_S = 20


def colleagues(session: Session) -> Sequence[Agent]:
    """Return the agents who are played."""
    emails = [f"{one.first}@{DOMAIN}" for one in COLLEAGUES if Role.AGENT in one.roles]
    return session.scalars(
        select(Agent).join(Account, Account.id == Agent.account_id).where(Account.email.in_(emails)).order_by(Agent.id)
    ).all()


def come_to_work(session: Session, agent_id: int, now: datetime) -> None:
    """Be there and available; a sign of life when one is due.

    They take from the list and work with no door of their own, so that they are never offered anything: a visitor to
    the demo is not kept waiting for the answer of a script.
    """
    agent = session.get_one(Agent, agent_id)
    if agent.state is not AgentState.AVAILABLE:
        choose_state(session, agent_id, AgentState.AVAILABLE, None, now)
        work_with(session, agent_id, ())
    if is_due(session, agent_id, now):
        sign_of_life(session, agent_id, now)


def needs_sign(session: Session, agent: Agent, now: datetime) -> bool:
    """Say whether :func:`come_to_work` has something to write."""
    return agent.state is not AgentState.AVAILABLE or is_due(session, agent.id, now)


def go_home(session: Session, agent_id: int, now: datetime) -> None:
    """End the working day."""
    choose_state(session, agent_id, AgentState.OFFLINE, None, now)


def of_network(session: Session, exchange: str) -> set[int]:
    """Return the contacts that came over the played telephone network."""
    return set(
        session.scalars(
            select(CallLeg.contact_id).where(
                CallLeg.exchange == exchange, CallLeg.role == LegRole.CITIZEN, CallLeg.contact_id.is_not(None)
            )
        ).all()
    ) - {None}  # type: ignore[return-value]


def next_for(session: Session, agent: Agent, memos: Mapping[str, Memo], exchange: str, now: datetime) -> str | None:
    """Return the played citizen whom a free colleague takes: the earliest promise among those that they can help.

    Nobody but played citizens: a visitor to the demo is never answered by a script.
    """
    if agent.state is not AgentState.AVAILABLE or agent.load:
        return None
    calls, able = of_network(session, exchange), abilities_of(session, agent.id)
    waiting = session.scalars(
        select(Contact)
        .where(Contact.stage == Stage.WAITING, Contact.ready_at <= now)
        .order_by(Contact.due_at, Contact.id)
    )
    for contact in waiting:
        is_played = contact.public_id in memos or contact.id in calls
        if is_played and all(one.need in able or one.relaxed_at for one in needs_of(session, contact.id)):
            return contact.public_id
    return None


def begin(session: Session, agent_id: int, public_id: str, now: datetime) -> None:
    """Take somebody. Raises as take."""
    take(session, agent_id, public_id, now)


@dataclass(frozen=True, slots=True)
class Doing:
    """What a colleague does now: with which contact, and the words if there are any."""

    agent_id: int
    public_id: str
    what: Deed
    text: str
    closing: Closing


def deeds(session: Session, agent: Agent, memos: Mapping[str, Memo], now: datetime, hurry: bool) -> list[Doing]:
    """Return what a colleague does now with each contact that they have; in a hurry everything is ended."""
    found = []
    for contact in open_contacts(session, agent.id):
        memo = memos.get(contact.public_id)
        talk = CHATS[memo.script] if memo is not None and memo.kind == CHAT else None
        said = said_by(session, contact.id, Author.AGENT)
        lines = talk.by_agent if talk is not None else ()
        line = lines[said] if said < len(lines) else None
        one = Going(
            channel=contact.channel,
            stage=contact.stage,
            taken_at=contact.taken_at or now,
            last_word_by=contact.last_word_by,
            last_word_at=session.scalar(select(func.max(Message.at)).where(Message.contact_id == contact.id)),
            next_line=line,
            is_resolved=contact.ended_as is not None,
        )
        what = Deed.RESOLVE if hurry and not one.is_resolved else deed(one, now)
        if what is not None:
            found.append(Doing(agent.id, contact.public_id, what, line or "", closing_of(contact, memo)))
    return found


def closing_of(contact: Contact, memo: Memo | None) -> Closing:
    """Return what a colleague says came of a contact."""
    service: str | None = None
    reason = Reason.NEW_NEED
    if memo is not None and memo.kind == CHAT:
        service, reason = CHATS[memo.script].service, CHATS[memo.script].reason
    elif memo is not None:
        service, reason = VISITS[memo.script].service, VISITS[memo.script].reason
    elif contact.channel is Channel.PHONE:
        errand = CALLS[contact.id % len(CALLS)]
        service, reason = errand.service, errand.reason
    return Closing(Outcome.SOLVED, (ErrandSaid(reason, service),))


def carry_out(session: Session, doing: Doing, now: datetime) -> None:
    """Do it. Raises what the desk's actions raise when the contact has moved on meanwhile."""
    if doing.what is Deed.SAY:
        write(session, doing.agent_id, doing.public_id, doing.text, None, now)
    else:
        resolve(session, doing.agent_id, doing.public_id, doing.closing, now, WRAP_UP_S)
