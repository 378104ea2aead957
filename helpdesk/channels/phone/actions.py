"""What a caller does: call, choose, wait, hang up. Reports come late, twice and out of order; no state goes back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from helpdesk.channels.arrival import Arrival, arrive
from helpdesk.channels.phone.forms import CallNews, ConferenceNews
from helpdesk.channels.phone.models import CallLeg, LegRole
from helpdesk.channels.phone.queries import citizen_leg, door_called, leg_by_key, live_legs, lock_leg
from helpdesk.channels.phone.rules import AREA_KEYS, LANGUAGE_KEYS, LegState, is_news
from helpdesk.contacts.actions import CITIZEN, PROGRAM, By, record
from helpdesk.contacts.doors.models import Door
from helpdesk.contacts.events import CallProgressed, LineDown
from helpdesk.contacts.models import Contact
from helpdesk.contacts.queries import lock_contact
from helpdesk.contacts.stages import EndedAs, Stage
from helpdesk.outbox.actions import send_later
from helpdesk.queue.assignments import Mine, put_back, switch_period
from helpdesk.queue.leaving import leave
from helpdesk.queue.models import PeriodKind
from helpdesk.queue.queries import lock_agent, open_assignment
from helpdesk.settings import settings
from knowledge.base import UtcDateTime

EVERYBODY_SPEAKS = "sv"
TALKING_STAGES = (Stage.TALKING, Stage.HELD)
OPEN_LEG = text(
    "INSERT INTO call_leg (exchange, call_key, role, state, pressed, started_at) "
    "VALUES (:exchange, :call_key, :role, :state, '', :started_at) ON CONFLICT (call_key) DO NOTHING"
).bindparams(bindparam("started_at", type_=UtcDateTime()))


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller in the menu: their leg, and the door that they called."""

    leg: CallLeg
    door: Door

    @property
    def language(self) -> str:
        """Return the language that they chose, or that their number stands for."""
        return self.leg.language or self.door.language or EVERYBODY_SPEAKS

    @property
    def is_gone(self) -> bool:
        """Whether they have hung up already: reports overtake each other."""
        return self.leg.state is LegState.ENDED


def call_in(session: Session, news: CallNews) -> Caller:
    """Return the caller whose call this is, locked; the first webhook of a call makes the leg, whichever it is."""
    leg, _is_new = open_leg(session, news, LegRole.CITIZEN, LegState.MENU)
    lock_leg(session, leg)
    return Caller(leg, door_called(session, news.called))


def open_leg(session: Session, news: CallNews, role: LegRole, state: LegState) -> tuple[CallLeg, bool]:
    """Return the leg of a call, and whether this is the first that is heard of it: once, also in a race."""
    leg = leg_by_key(session, news.key)
    if leg is not None:
        return leg, False
    values = {"exchange": f"twilio:{news.account}", "call_key": news.key, "role": role.value, "state": state.value}
    opened = session.connection().execute(OPEN_LEG, values | {"started_at": news.at})
    leg = leg_by_key(session, news.key)
    if leg is None:
        raise LookupError(news.key)
    return leg, opened.rowcount == 1


def choose_language(caller: Caller, choice: str) -> None:
    """Note the language that a key stands for."""
    caller.leg.language = LANGUAGE_KEYS[choice]
    caller.leg.pressed += choice


def choose_area(session: Session, caller: Caller, choice: str, number: str | None, now: datetime) -> Contact | None:
    """Let the caller wait: from here on the call is a contact. Nobody becomes two; None for one who has hung up."""
    leg = caller.leg
    if caller.is_gone:
        return None
    if leg.contact_id is not None:
        return session.get_one(Contact, leg.contact_id)
    leg.pressed += choice
    arrival = Arrival(caller.door, language=caller.language, area=AREA_KEYS[choice], number=number)
    contact = arrive(session, arrival, now)
    leg.contact_id, leg.state = contact.id, LegState.QUEUED
    progress(session, contact, leg, CITIZEN, now)
    return contact


def progress(session: Session, contact: Contact, leg: CallLeg, by: By, now: datetime) -> None:
    """Write down where a leg is now. The contact's row is locked."""
    told = CallProgressed(contact_id=contact.id, public_id=contact.public_id, leg=leg.role.value, state=leg.state.value)
    record(session, contact, told, by, now)


def hang_up(session: Session, leg: CallLeg, cause: str, at: datetime, now: datetime) -> None:
    """The citizen's line is down: who waited has given up, who was talked to is in wrap-up."""
    contact = lock_call(session, leg)
    if leg.state is LegState.ENDED:
        return
    leg.state, leg.ended_at, leg.cause = LegState.ENDED, max(at, leg.started_at), cause
    if contact is None:
        return
    progress(session, contact, leg, CITIZEN, now)
    leave(session, contact.id, EndedAs.ABANDONED, CITIZEN, now)
    if contact.stage in TALKING_STAGES:
        wrap_up(session, contact, leg.ended_at, now)
    for other in live_legs(session, contact.id, LegRole.AGENT, LegRole.COLLEAGUE, LegRole.THIRD):
        end_later(session, other, now)


def lock_call(session: Session, leg: CallLeg) -> Contact | None:
    """Lock everything that a leg's news may change, in the order that all keep; return the contact, if it is one yet."""
    if leg.contact_id is None:
        lock_leg(session, leg)
        return lock_contact(session, leg.contact_id) if leg.contact_id is not None else None
    agent_id = session.scalar(select(Contact.agent_id).where(Contact.id == leg.contact_id))
    if agent_id is not None:
        lock_agent(session, agent_id)
    contact = lock_contact(session, leg.contact_id)
    lock_leg(session, leg)
    return contact


def wrap_up(session: Session, contact: Contact, at: datetime, now: datetime) -> None:
    """Let the countdown begin, from the moment at which the line went down."""
    assignment = open_assignment(session, contact.id)
    if assignment is None:
        return
    ended = max(at, assignment.taken_at or at)
    contact.stage = Stage.WRAP_UP
    contact.wrap_up_until = now + timedelta(seconds=settings(session).number("queue.wrap_up_seconds"))
    switch_period(session, assignment.id, PeriodKind.WRAP_UP, ended)
    record(session, contact, LineDown(contact_id=contact.id, public_id=contact.public_id), CITIZEN, now)


def end_later(session: Session, leg: CallLeg, now: datetime) -> None:
    """Have a leg's line closed."""
    payload = {"exchange": leg.exchange, "call": leg.call_key}
    send_later(session, "phone.end", f"phone.end:{leg.call_key}", payload, now, leg.contact_id)


def agent_leg(session: Session, contact: Contact, agent_id: int, news: CallNews) -> CallLeg:
    """Return the agent's leg of this call, made when it is first heard of: by the request that rang, or by its report."""
    lock_agent(session, agent_id)
    lock_contact(session, contact.id)
    leg, is_new = open_leg(session, news, LegRole.AGENT, LegState.RINGING)
    if is_new:
        leg.contact_id, leg.agent_id = contact.id, agent_id
        progress(session, contact, leg, PROGRAM, news.at)
        if contact.stage not in TALKING_STAGES:
            end_later(session, leg, news.at)
    return leg


def agent_progress(session: Session, leg: CallLeg, state: LegState, cause: str, at: datetime, now: datetime) -> None:
    """Note where the agent's leg is. One that ends unanswered lets the citizen wait again, promise and place unchanged."""
    if leg.agent_id is not None:
        lock_agent(session, leg.agent_id)
    contact = lock_call(session, leg)
    if contact is None or not is_news(leg.state, state):
        return
    leg.state = state
    if state is LegState.CONNECTED:
        leg.answered_at = max(at, leg.started_at)
    elif state is LegState.ENDED:
        leg.ended_at, leg.cause = max(at, leg.answered_at or leg.started_at), cause
    progress(session, contact, leg, PROGRAM, now)
    if state is LegState.ENDED and cause != "completed":
        not_reached(session, contact, leg.agent_id, leg.started_at, now)


def not_reached(session: Session, contact: Contact, agent_id: int | None, rung_at: datetime, now: datetime) -> None:
    """The agent did not answer: the citizen waits again. Both rows are locked; a later take is not disturbed."""
    assignment = open_assignment(session, contact.id)
    if assignment is None or assignment.agent_id != agent_id or contact.stage is not Stage.TALKING:
        return
    if assignment.taken_at is not None and rung_at < assignment.taken_at - timedelta(seconds=2):
        return
    agent = lock_agent(session, assignment.agent_id)
    agent.no_answer_since = now
    put_back(session, Mine(agent, contact, assignment), "no_answer", PROGRAM, now)


def conference_progress(session: Session, contact: Contact, news: ConferenceNews, now: datetime) -> None:
    """Note who sits in the contact's conference, and its end, which is the end of the call."""
    leg = citizen_leg(session, contact.id)
    if leg is None:
        return
    if news.event == "participant-join" and news.leg == leg.call_key:
        joined(session, leg, news, now)
    elif news.event == "conference-end" and is_present_conference(leg, news.key):
        session.refresh(contact)
        if contact.stage in TALKING_STAGES:
            hang_up(session, leg, "conference-end", news.at, now)


def joined(session: Session, leg: CallLeg, news: ConferenceNews, now: datetime) -> None:
    """The citizen sits in the conference: from now on its end is theirs."""
    contact = lock_call(session, leg)
    if contact is None or contact.stage not in TALKING_STAGES or leg.state is LegState.ENDED:
        return
    leg.conference_key = news.key
    leg.answered_at = leg.answered_at or news.at
    if leg.state is not LegState.CONNECTED:
        leg.state = LegState.CONNECTED
        progress(session, contact, leg, PROGRAM, now)


def is_present_conference(leg: CallLeg, key: str) -> bool:
    """Say whether a conference is the one that the citizen sits in. The first one's end may overtake its beginning; after
    they were put back into the queue, the end of the one they were in means nothing any more.
    """
    return leg.conference_key == key or (leg.conference_key is None and leg.answered_at is None)
