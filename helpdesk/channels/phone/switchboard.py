"""The way out: what follows from a take, a put-back or an end is written to the outbox, and sent to the telephone.

The first half runs in the transaction of the cause; the second half in the worker, which looks again before it speaks:
by then the citizen may have hung up, or somebody else may have taken them. What may have been asked before (a worker was
ended in the middle, an answer never came) is looked for in the network first, so that nobody is rung or led twice;
putting a call into the queue, on hold or to its end only says what shall be, and is asked again without harm.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.channels.phone.actions import (
    TALKING_STAGES,
    agent_leg,
    agent_progress,
    conference_progress,
    end_later,
    hang_up,
    not_reached,
)
from helpdesk.channels.phone.forms import CallNews, ConferenceNews
from helpdesk.channels.phone.models import CallLeg, LegRole
from helpdesk.channels.phone.plans import Plan, plan_of
from helpdesk.channels.phone.queries import citizen_leg, leg_by_key, live_legs
from helpdesk.channels.phone.rules import LEG_STATES, LegState
from helpdesk.channels.phone.speech import Speech
from helpdesk.channels.phone.telephone import LineGone, NotNow, Telephone, telephone_for
from helpdesk.clock import now
from helpdesk.config import Config
from helpdesk.contacts.events import HandedOver, Happening, Held, Released, Resolved, Resumed, Taken
from helpdesk.contacts.models import Contact, ContactEvent
from helpdesk.contacts.queries import contact_by_public_id, lock_contact
from helpdesk.contacts.stages import Channel, Stage
from helpdesk.db import Database
from helpdesk.news import News
from helpdesk.outbox.actions import Letter, Refused, Sender, TryLater, send_later
from helpdesk.queue.queries import lock_agent

RING_PATIENCE = timedelta(seconds=60)
"""How long after a take we go on trying to ring the agent; then the citizen waits again."""
CLOCKS_APART = timedelta(seconds=2)
"""How far the network's clock may be behind ours; it counts in whole seconds."""


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
            if letter.is_again and self.sits(plan):
                return
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
            if letter.is_again and self.rang(plan):
                return
            call = self.telephone.ring(plan.exchange, plan.caller_id, plan.number, document, callback)
        except NotNow as later:
            if self.clock() - plan.taken_at < RING_PATIENCE:
                raise TryLater(str(later), later.after_s) from later
            self.unreached(plan)
            raise Refused(str(later)) from later
        except LineGone as gone:
            self.unreached(plan)
            raise Refused(str(gone)) from gone
        self.note_ring(plan, call, "queued", self.clock())

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
            return plan_of(session, letter, self.number)

    def sits(self, plan: Plan) -> bool:
        """Look whether an earlier try led the caller into the conference after all; note it, as its report is lost."""
        room = self.telephone.find_seat(plan.exchange, plan.contact, plan.call)
        if room is None:
            return False
        moment = self.clock()
        news = ConferenceNews(room, plan.contact, "participant-join", plan.call, moment)
        with self.database.transaction() as session:
            conference_progress(session, contact_by_public_id(session, plan.contact), news, moment)
        return True

    def rang(self, plan: Plan) -> bool:
        """Look whether an earlier try rang the agent after all; note how that went, as its reports are lost."""
        since = plan.taken_at - CLOCKS_APART
        found = self.telephone.find_rings(plan.exchange, plan.caller_id, plan.number, since)
        with self.database.reading() as session:
            new = [one for one in found if leg_by_key(session, one.call) is None]
        if not new:
            return False
        self.note_ring(plan, new[0].call, new[0].status, max(new[0].at, plan.taken_at))
        return True

    def note_ring(self, plan: Plan, call: str, status: str, at: datetime) -> None:
        """Write down the agent's leg, and where it is."""
        news = CallNews(call, plan.exchange.removeprefix("twilio:"), None, None, status, "", "", at)
        with self.database.transaction() as session:
            leg = agent_leg(session, contact_by_public_id(session, plan.contact), plan.agent_id, news)
            agent_progress(session, leg, LEG_STATES.get(status, LegState.RINGING), status, at, self.clock())

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
