"""A morning at the service centre in which every page has something to show: who waits, who is helped, what was flagged."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.channels.walk_in.actions import Arriving, take_ticket
from helpdesk.channels.walk_in.rules import Letter, Want
from helpdesk.contacts.actions import CITIZEN, By, Words, note, say
from helpdesk.contacts.models import Contact
from helpdesk.contacts.queries import contact_by_public_id
from helpdesk.contacts.stages import Actor, Author, Channel, Exclusion, Outcome, Priority, Reason
from helpdesk.feedback.actions import Cause, Draft, Move, draft, move
from helpdesk.feedback.flags import Flag, flag
from helpdesk.feedback.rules import RequestState
from helpdesk.feedback.thread import comment
from helpdesk.people.models import Account
from helpdesk.people.queries import viewer_of
from helpdesk.people.rules import Viewer
from helpdesk.queue.actions import take
from helpdesk.resolution.actions import resolve
from helpdesk.resolution.handovers import Task, hand_over, reply
from helpdesk.resolution.models import Basis
from helpdesk.resolution.rules import Closing, ErrandSaid
from tests.town import Town

HARD = ErrandSaid(Reason.HARD_TO_UNDERSTAND, "ansok-bygglov", exclusion=Exclusion.NO_EID, is_repeat=True)
LONG_WRAP_UP_S = 3600


def viewer_named(session: Session, name: str) -> Viewer:
    """Return somebody of the demo as whoever acts, by the first part of their address."""
    return viewer_of(session, session.scalars(select(Account).where(Account.email == f"{name}@kommunen.example")).one())


class Scene:
    """The morning, up to ``now``. ``places`` are words for addresses: ids of contacts, tickets, requests, handovers."""

    def __init__(self, town: Town, now: datetime) -> None:
        self.town, self.now = town, now
        self.places: dict[str, str] = {}
        self.yesterday()
        self.those_who_are_helped()
        self.those_who_wait()
        self.the_road_back()

    def ago(self, **much: float) -> datetime:
        """Return a moment before now."""
        return self.now - timedelta(**much)

    def yesterday(self) -> None:
        """Let six contacts be closed with a cause that no request asks to mend, and five with one that does."""
        for n in range(11):
            came = self.ago(hours=26 - n)
            said = HARD if n < 6 else ErrandSaid(Reason.LOGIN, "ansok-forskola")
            self.town.solves("linnea", self.town.comes(Channel.MESSAGE, came), said, came + timedelta(minutes=9))

    def those_who_are_helped(self) -> None:
        """Let Maria chat and wrap up another chat, Aino have a call, Samira a visitor; Jonas has nobody."""
        self.town.works("jonas", self.ago(minutes=30))
        chat = self.town.comes(
            Channel.CHAT, self.ago(minutes=9), name="Gunilla", topic="Växthus", text="Behöver jag bygglov?"
        )
        other = self.town.comes(Channel.CHAT, self.ago(minutes=12), topic="Sophämtning", text="När kommer bilen?")
        unsaid = self.town.comes(Channel.CHAT, self.ago(minutes=14), topic="Parkering", text="Hej?")
        call = self.town.comes(Channel.PHONE, self.ago(minutes=4), number="+46701740601", area="bygga-bo-miljo")
        self.town.solves(
            "linnea", self.town.comes(Channel.PHONE, self.ago(days=3), number="+46701740601"), HARD, self.ago(days=2)
        )
        for who, whom in (("maria", unsaid), ("maria", other), ("maria", chat), ("aino", call)):
            self.town.takes(who, whom, self.ago(minutes=3))
        with self.town.database.transaction() as session:
            self.speak(session, contact_by_public_id(session, chat))
            maria = self.town.agent_id(session, "maria")
            solved = Closing(Outcome.SOLVED, (ErrandSaid(Reason.CASE_STATUS),))
            resolve(session, maria, other, solved, self.ago(minutes=1), wrap_up_s=LONG_WRAP_UP_S)
            ticket = take_ticket(session, Arriving("servicecenter", Letter.QUESTION, "Ansökan"), self.ago(minutes=6))
            visit = session.get_one(Contact, ticket.contact_id).public_id
        self.town.takes("samira", visit, self.ago(minutes=2))
        self.places |= {
            "chat": chat,
            "wrapped": other,
            "unsaid": unsaid,
            "call": call,
            "visit": visit,
            "turn": ticket.token,
        }

    def speak(self, session: Session, contact: Contact) -> None:
        """Let something be said in a chat from both sides, and noted."""
        by = By(Actor.AGENT, viewer_named(session, "maria").account_id)
        say(session, contact.id, Words(Author.AGENT, "Hej Gunilla! Hur stort ska det bli?"), by, self.ago(minutes=2))
        text = "Tio kvadratmeter. Mitt nummer är 19900101-9802."
        say(session, contact.id, Words(Author.CITIZEN, text), CITIZEN, self.ago(minutes=1))
        note(session, contact, "Har ringt förut.", by, self.ago(minutes=1))

    def says(self, name: str, public_id: str, text: str) -> None:
        """Let somebody say something in a conversation in writing."""
        with self.town.database.transaction() as session:
            by = By(Actor.AGENT, viewer_named(session, name).account_id)
            say(session, contact_by_public_id(session, public_id).id, Words(Author.AGENT, text), by, self.now)

    def those_who_wait(self) -> None:
        """Let people wait by every door: late, soon, urgent, in another language, with needs."""
        self.town.comes(Channel.PHONE, self.ago(minutes=5), area="stod-omsorg", language="fi")
        self.town.comes(Channel.CHAT, self.ago(seconds=100), topic="Skolskjuts", text="Hej", language="en")
        self.town.comes(Channel.CHAT, self.ago(seconds=5), topic="Bygga altan", needs=frozenset({"skill:bygg"}))
        self.town.comes(Channel.PHONE, self.ago(seconds=20), priority=Priority.URGENT)
        self.town.comes(Channel.MESSAGE, self.ago(hours=2), topic="Grannens häck", text="Den är för hög.", name="Bo")
        with self.town.database.transaction() as session:
            wants = frozenset({Want.SEAT, Want.LOOP})
            waits = take_ticket(
                session, Arriving("servicecenter", Letter.HELP, "Hjälp med e-tjänst", wants=wants), self.ago(minutes=3)
            )
            self.places["ticket"] = waits.token

    def the_road_back(self) -> None:
        """Let something be flagged, handed over and answered; make one request that is sent and one that is a draft."""
        came = self.ago(hours=3)
        first, second = (self.town.comes(Channel.PHONE, came, topic="Ritningar") for _ in range(2))
        with self.town.database.transaction() as session:
            agent = self.town.agent_id(session, "linnea")
            maria, eva, henrik = (viewer_named(session, name) for name in ("maria", "eva", "henrik"))
            task = Task("bygg", "Grannen vill se ritningarna. Ring henne på tisdag.", Basis.CONSENT, errands=(HARD,))
            handed = []
            for public_id in (first, second):
                take(session, agent, public_id, came + timedelta(minutes=1))
                handed.append(hand_over(session, agent, public_id, task, came + timedelta(minutes=4)).public_id)
            reply(session, handed[1], "Jag ringde henne.", By(Actor.OFFICER, henrik.account_id), self.ago(hours=1))
            hurts = Flag(Reason.LOGIN, "ansok-forskola", Exclusion.NO_EID, "Vilken av alla inloggningar är det?", True)
            flag(session, maria, self.places["chat"], hurts, self.ago(minutes=1))
            cause = Cause("ansok-forskola", Reason.LOGIN)
            text = "Föräldrar vet inte vilken inloggning de ska välja."
            sent = draft(session, eva, Draft("En inloggning i stället för tre", text, "bygg", (cause,)), came).number
            move(session, eva, sent, Move(RequestState.NEW), came + timedelta(minutes=10))
            comment(session, henrik, sent, "Vi tittar på det i veckan.", self.ago(hours=1))
            unsent = draft(session, eva, Draft("Visa var ärendet ligger", "Många frågar.", "bygg"), came).number
        self.places |= {"handover": handed[0], "answered": handed[1], "sent": sent, "unsent": unsent}
