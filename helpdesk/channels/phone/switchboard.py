"""The way out: what follows from a take, a put-back or an end is written to the outbox, and sent to the telephone.

The first half runs in the transaction of the cause; the second half in the worker, which looks again before it speaks:
by then the citizen may have hung up, or somebody else may have taken them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.channels.phone.actions import TALKING_STAGES, agent_leg, end_later, hang_up, not_reached
from helpdesk.channels.phone.forms import CallNews
from helpdesk.channels.phone.models import CallLeg, LegRole
from helpdesk.channels.phone.queries import citizen_leg, leg_by_key, live_legs
from helpdesk.channels.phone.rules import LegState, international
from helpdesk.channels.phone.speech import Speech
from helpdesk.channels.phone.telephone import LineGone, NotNow, Telephone, telephone_for
from helpdesk.clock import now
from helpdesk.config import Config
from helpdesk.contacts.doors.models import Door
from helpdesk.contacts.events import HandedOver, Happening, Held, Released, Resolved, Resumed, Taken
from helpdesk.contacts.models import Contact, ContactEvent
from helpdesk.contacts.queries import lock_contact
from helpdesk.contacts.stages import Channel, Stage
from helpdesk.db import Database
from helpdesk.news import News
from helpdesk.outbox.actions import Letter, Refused, Sender, TryLater, send_later
from helpdesk.queue.models import Agent
from helpdesk.queue.queries import lock_agent, open_assignment
from helpdesk.settings import settings

RING_PATIENCE = timedelta(seconds=60)
"""How long after a take we go on trying to ring the agent; then the citizen waits again."""


def connect_call(session: Session, event: Taken) -> None:
    """An agent took a caller: the caller is to go into the contact's conference, and the agent's telephone to ring."""
    contact, leg = caller_of(session, event)
    if leg is None:
        return
    moment = moment_of(session, contact)
    take = f"{contact.public_id}:{contact.last_event}"
    payload = {"contact": contact.public_id, "agent": event.agent}
    send_later(session, "phone.connect", f"phone.connect:{take}", payload, moment, contact.id)
    send_later(session, "phone.ring", f"phone.ring:{take}", payload, moment, contact.id)


def wait_again(session: Session, event: Released) -> None:
    """A caller was put back: out of the conference and into the queue; the agent's telephone is let go."""
    contact, leg = caller_of(session, event)
    if leg is None:
        return
    moment = moment_of(session, contact)
    leg.state, leg.conference_key = LegState.QUEUED, None
    key = f"phone.requeue:{contact.public_id}:{contact.last_event}"
    send_later(session, "phone.requeue", key, {"contact": contact.public_id}, moment, contact.id)
    for other in live_legs(session, contact.id, LegRole.AGENT):
        end_later(session, other, moment)


def hold_line(session: Session, event: Held | Resumed) -> None:
    """The agent asked the caller to hold, or goes on: the caller is to hear music, or the agent."""
    contact, leg = caller_of(session, event)
    if leg is not None:
        key = f"phone.hold:{contact.public_id}:{contact.last_event}"
        send_later(session, "phone.hold", key, {}, moment_of(session, contact), contact.id)


def close_lines(session: Session, event: Resolved | HandedOver) -> None:
    """The agent said what came of it, or gave it to a department: whatever line is still up is closed."""
    contact = session.get_one(Contact, event.contact_id)
    if contact.channel is Channel.PHONE:
        for leg in live_legs(session, contact.id):
            end_later(session, leg, moment_of(session, contact))


def caller_of(session: Session, event: Happening) -> tuple[Contact, CallLeg | None]:
    """Return the contact of an event and its caller's line, None when it has none that is up."""
    contact = session.get_one(Contact, event.contact_id)
    leg = citizen_leg(session, contact.id) if contact.channel is Channel.PHONE else None
    return contact, leg if leg is not None and leg.state is not LegState.ENDED else None


def moment_of(session: Session, contact: Contact) -> datetime:
    """Return when the latest event of a contact happened."""
    return session.scalars(
        select(ContactEvent.at).where(ContactEvent.contact_id == contact.id, ContactEvent.n == contact.last_event)
    ).one()


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


class Switchboard:
    """Sends what the phone has written to the outbox. ``clock`` tells the time; ``number`` is our own, if it is set."""

    def __init__(
        self,
        database: Database,
        telephone: Telephone,
        speech: Speech,
        clock: Callable[[], datetime],
        number: str | None = None,
    ) -> None:
        self.database = database
        self.telephone = telephone
        self.speech = speech
        self.clock = clock
        self.number = number

    def senders(self) -> Mapping[str, Sender]:
        """Return who sends which kind of row."""
        return {
            "phone.connect": self.connect,
            "phone.ring": self.ring,
            "phone.requeue": self.requeue,
            "phone.hold": self.hold,
            "phone.end": self.end,
        }

    def connect(self, letter: Letter) -> None:
        """Lead the caller into the conference. A line that is down by now means that they hung up."""
        plan = self.plan(letter)
        if plan is None or plan.is_seated:
            return
        document = self.speech.confer(plan.contact, "citizen", starts=False)
        try:
            self.telephone.redirect(plan.exchange, plan.call, document)
        except NotNow as later:
            raise TryLater(str(later), later.after_s) from later
        except LineGone as gone:
            self.line_gone(plan.call)
            raise Refused(str(gone)) from gone

    def ring(self, letter: Letter) -> None:
        """Ring the agent, who is led into the conference. Who cannot be rung has not answered."""
        plan = self.plan(letter)
        if plan is None or plan.is_rung:
            return
        document = self.speech.confer(plan.contact, "agent", starts=True)
        callback = f"{self.speech.base}/twilio/status?contact={plan.contact}&agent={letter.payload['agent']}"
        try:
            call = self.telephone.ring(plan.exchange, plan.caller_id, plan.number, document, callback)
        except NotNow as later:
            if self.clock() - plan.taken_at < RING_PATIENCE:
                raise TryLater(str(later), later.after_s) from later
            self.unreached(plan)
            raise Refused(str(later)) from later
        except LineGone as gone:
            self.unreached(plan)
            raise Refused(str(gone)) from gone
        moment = self.clock()
        account = plan.exchange.removeprefix("twilio:")
        with self.database.transaction() as session:
            contact = session.scalars(select(Contact).where(Contact.public_id == plan.contact)).one()
            agent_leg(session, contact, plan.agent_id, CallNews(call, account, None, None, "queued", "", "", moment))

    def requeue(self, letter: Letter) -> None:
        """Lead a caller who was put back into the queue, unless somebody has taken them meanwhile."""
        with self.database.reading() as session:
            contact = session.scalar(select(Contact).where(Contact.id == letter.contact_id))
            leg = citizen_leg(session, contact.id) if contact is not None else None
            if contact is None or leg is None or contact.stage is not Stage.WAITING or leg.state is LegState.ENDED:
                return
            exchange, call = leg.exchange, leg.call_key
        try:
            self.telephone.redirect_to(exchange, call, f"{self.speech.base}/twilio/again")
        except NotNow as later:
            raise TryLater(str(later), later.after_s) from later
        except LineGone as gone:
            self.line_gone(call)
            raise Refused(str(gone)) from gone

    def hold(self, letter: Letter) -> None:
        """Put the caller on hold or take them back: whatever the contact's stage says by now, so that order does not matter."""
        with self.database.reading() as session:
            contact = session.scalar(select(Contact).where(Contact.id == letter.contact_id))
            leg = citizen_leg(session, contact.id) if contact is not None else None
            if contact is None or leg is None or contact.stage not in TALKING_STAGES or leg.state is LegState.ENDED:
                return
            exchange, call, conference = leg.exchange, leg.call_key, leg.conference_key
            is_held = contact.stage is Stage.HELD
        if conference is None:
            raise TryLater("the caller is not in the conference yet")
        try:
            self.telephone.hold(exchange, conference, call, is_held)
        except NotNow as later:
            raise TryLater(str(later), later.after_s) from later
        except LineGone as gone:
            raise Refused(str(gone)) from gone

    def end(self, letter: Letter) -> None:
        """Close a line. One that is down already is as wanted."""
        try:
            self.telephone.end(letter.payload["exchange"], letter.payload["call"])
        except NotNow as later:
            raise TryLater(str(later), later.after_s) from later
        except LineGone:
            return

    def plan(self, letter: Letter) -> Plan | None:
        """Look again: return what to do for a take that still stands, None when it is over."""
        with self.database.reading() as session:
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
                caller_id=self.number or number_of(session, contact),
                is_seated=leg.state is LegState.CONNECTED,
                is_rung=rung,
                taken_at=assignment.taken_at,
            )

    def line_gone(self, call: str) -> None:
        """Note that a caller's line is down, found out by trying."""
        moment = self.clock()
        with self.database.transaction() as session:
            leg = leg_by_key(session, call)
            if leg is not None:
                hang_up(session, leg, "gone", moment, moment)

    def unreached(self, plan: Plan) -> None:
        """Note that an agent could not be rung."""
        with self.database.transaction() as session:
            lock_agent(session, plan.agent_id)
            contact_id = session.scalars(select(Contact.id).where(Contact.public_id == plan.contact)).one()
            contact = lock_contact(session, contact_id)
            not_reached(session, contact, plan.agent_id, plan.taken_at, self.clock())


def number_of(session: Session, contact: Contact) -> str:
    """Return the number that the citizen called, or the service centre's own."""
    door = session.get_one(Door, contact.door_id)
    return international(door.address) or international(settings(session).text("brand.phone")) or ""


def follow(news: News) -> None:
    """Let takes, holds, put-backs and ends move the lines."""
    news.on(Taken, connect_call)
    news.on(Held, hold_line)
    news.on(Resumed, hold_line)
    news.on(Released, wait_again)
    news.on(Resolved, close_lines)
    news.on(HandedOver, close_lines)


def senders_of(config: Config, database: Database) -> Mapping[str, Sender]:
    """Return who sends the phone's rows in an installation with these settings."""
    speech = Speech(config.public_url or f"http://{config.host}:{config.port}", "")
    return Switchboard(database, telephone_for(config), speech, now, config.twilio_number).senders()
