"""A served service centre, and what a browser does at its desk again and again."""

from datetime import timedelta

from playwright.sync_api import Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.channels.arrival import Arrival, arrive
from helpdesk.clock import now
from helpdesk.contacts.actions import CITIZEN, Words, say
from helpdesk.contacts.models import Contact, Errand, Message
from helpdesk.contacts.stages import Author, Channel
from helpdesk.queue.actions import take
from helpdesk.queue.assignments import release
from helpdesk.queue.giving.actions import offer
from helpdesk.queue.models import Agent
from helpdesk.settings import change_setting
from knowledge.library import ArticleText, LibraryVersion, publish
from knowledge.sections import SectionText
from knowledge.values import Lang
from tests.browser import Site
from tests.builders import Centre


class ServedTown:
    """A served service centre with two agents and people at its doors."""

    def __init__(self, served: Site) -> None:
        self.site = served
        self.hired = 0
        with served.database.transaction() as session:
            self.centre = Centre(session, now() - timedelta(minutes=1))
            session.merge(LibraryVersion(id=1, n=1))
            change_setting(session, "queue.wrap_up_seconds", "0", now())

    def hires(self, *abilities: str) -> str:
        """Let one more agent with these abilities begin; return their name."""
        self.hired += 1

        def hire(session: Session) -> str:
            self.centre.session = session
            return self.centre.agent(f"agent{self.hired}", *abilities).name.split()[0].lower()

        return self.site.change(hire)

    def gives(self, public_id: str, name: str) -> None:
        """Let an agent take a contact; whoever has it puts it back first."""

        def give(session: Session) -> None:
            contact = self.contact(public_id)
            if contact.agent_id is not None:
                release(session, contact.agent_id, public_id, now())
            agent_id = session.scalars(select(Agent.id).where(Agent.name.ilike(f"{name} %"))).one()
            take(session, agent_id, public_id, now())

        self.site.change(give)

    def offers(self, public_id: str, name: str) -> None:
        """Offer a contact to the only agent who can take it, unless the served program has been faster."""

        def offered(session: Session) -> None:
            agent_id = session.scalars(select(Agent.id).where(Agent.name.ilike(f"{name} %"))).one()
            contact = self.contact(public_id)
            assert offer(session, agent_id, contact.id, now()) or contact.agent_id == agent_id

        self.site.change(offered)

    def arrives(self, channel=Channel.CHAT, **more):
        """Let a citizen come in; return the contact's public id."""
        arrival = Arrival(self.centre.doors[channel], **more)
        return self.site.change(lambda session: arrive(session, arrival, now()).public_id)

    def says(self, public_id, text):
        """Let the citizen say something. A page of another process hears of it at its next look."""
        self.site.change(
            lambda session: say(session, self.contact(public_id).id, Words(Author.CITIZEN, text), CITIZEN, now())
        )

    def contact(self, public_id):
        """Return a contact as it is now."""
        with self.site.database.reading() as session:
            return session.scalars(select(Contact).where(Contact.public_id == public_id)).one()

    def said(self, public_id):
        """Return what was said, in order."""
        with self.site.database.reading() as session:
            wanted = Message.contact_id == self.contact(public_id).id
            return list(session.scalars(select(Message.text).where(wanted).order_by(Message.seq)))

    def errand(self, public_id):
        """Return the one errand of a contact."""
        with self.site.database.reading() as session:
            return session.scalars(select(Errand).where(Errand.contact_id == self.contact(public_id).id)).one()


def writes(page: Page, text: str) -> None:
    """Type into the field for the citizen, and send with Enter."""
    page.locator("textarea[data-enter-sends]").press_sequentially(text)
    page.keyboard.press("Enter")


def look(page: Page) -> None:
    """Let the page ask how things are, as it does by itself when it hears a hint."""
    page.evaluate("live.askAll()")


def publishes(session: Session, town: ServedTown) -> None:
    """Publish an answer about waste."""
    publish(
        session,
        ArticleText(
            slug="kb-uppehall",
            lang=Lang.SV,
            title="Pausa sophämtningen",
            department=town.centre.building,
            sections=[SectionText("", "Den som är bortrest kan pausa sophämtningen.")],
        ),
        now(),
    )
