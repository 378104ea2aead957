"""What an agent does with a contact at the desk, beside taking and ending it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.channels.arrival import Arrival, arrive, door_of
from helpdesk.contacts.actions import By, Item, Words, forget_citizen, note, record, say, use_knowledge
from helpdesk.contacts.models import Contact, Message, Note
from helpdesk.contacts.queries import lock_by_public_id, lock_contact, view_of
from helpdesk.contacts.sealing import mask
from helpdesk.contacts.stages import Actor, Author, Channel, MessageKind, Stage
from helpdesk.desk.events import Described
from helpdesk.news import touch
from helpdesk.people.rules import Viewer
from helpdesk.policy.rules import View
from helpdesk.queue.actions import take
from helpdesk.queue.assignments import mine
from helpdesk.queue.queries import lock_agent
from helpdesk.refusals import AlreadyClosed, NoRoom, NotAvailable, Unacceptable, Unknown, WrongStage
from knowledge.models import Article, Service

TALKING = (Stage.TALKING, Stage.HELD)
WRITTEN = (Channel.CHAT, Channel.MESSAGE)


def answer_call(session: Session, agent_id: int, number: str | None, now: datetime) -> Contact:
    """Begin a call that came by a telephone we do not control: it arrives and is the agent's in the same moment.

    Raises NotAvailable, NoRoom, and Unacceptable when there is no phone door.
    """
    agent = lock_agent(session, agent_id)
    by = By(Actor.AGENT, agent.account_id)
    contact = arrive(session, Arrival(door=door_of(session, Channel.PHONE), number=number), now, by)
    try:
        return take(session, agent_id, contact.public_id, now)
    except NoRoom:
        raise NoRoom("Finish what you have before you begin a call.") from None
    except NotAvailable:
        raise NotAvailable("Set yourself available before you begin a call.") from None


def write(session: Session, agent_id: int, public_id: str, text: str, client_id: str | None, now: datetime) -> Message:
    """Say something to the citizen. Raises NotYours, AlreadyClosed, Unknown, WrongStage (not a written contact)."""
    own = mine(session, agent_id, public_id)
    if own.contact.channel not in WRITTEN:
        raise WrongStage("This contact is not in writing.")
    if own.contact.stage not in TALKING:
        raise AlreadyClosed("The conversation is over.")
    message = say(session, own.contact.id, Words(Author.AGENT, text, client_id), own.by, now)
    own.contact.agent_read_seq = message.seq
    return message


def write_note(session: Session, viewer: Viewer, public_id: str, text: str, now: datetime) -> Note:
    """Write a note for colleagues: on one's own contact, or on one that a colleague has.

    Raises Unknown when the viewer may not see the contact in full, AlreadyClosed when it is over.
    """
    contact = lock_by_public_id(session, public_id)
    if view_of(viewer, contact) is not View.FULL:
        raise Unknown("There is no such contact.")
    if contact.stage is Stage.CLOSED:
        raise AlreadyClosed("The contact is over.")
    return note(session, contact, text, By(Actor.AGENT, viewer.account_id), now)


def describe(session: Session, agent_id: int, public_id: str, area: str | None, topic: str, now: datetime) -> Contact:
    """Say what the contact is about: an area, and a few words that are masked. Raises as queue.assignments.mine."""
    own = mine(session, agent_id, public_id)
    own.contact.area = area
    own.contact.topic = mask(topic).text or None
    record(session, own.contact, Described(contact_id=own.contact.id, public_id=public_id, area=area), own.by, now)
    touch(session, "queue", public_id)
    return own.contact


def forget(session: Session, agent_id: int, public_id: str, now: datetime) -> Contact:
    """Drop the name, number and address of a citizen whose identity is protected. Raises as queue.assignments.mine."""
    own = mine(session, agent_id, public_id)
    forget_citizen(session, own.contact, own.by, now)
    return own.contact


@dataclass(frozen=True, slots=True)
class Linked:
    """Something from the library that can be sent or used, with its title and where the citizen reads it."""

    item: Item
    title: str
    address: str
    is_public: bool


def send_link(session: Session, agent_id: int, public_id: str, linked: Linked, now: datetime) -> Message:
    """Send a service or an article into the conversation, and remember that it was sent.

    Raises as :func:`write`, and Unacceptable for something that only staff may read.
    """
    if not linked.is_public:
        raise Unacceptable("This is for staff only. It cannot be sent.")
    own = mine(session, agent_id, public_id)
    if own.contact.channel not in WRITTEN or own.contact.stage not in TALKING:
        raise WrongStage("There is no conversation in writing to send it in.")
    ref = {"slug": linked.item.slug, "url": linked.address, "title": linked.title}
    words = Words(Author.AGENT, linked.title, kind=MessageKind.SERVICE, ref=ref)
    message = say(session, own.contact.id, words, own.by, now)
    own.contact.agent_read_seq = message.seq
    use_knowledge(session, own.contact, linked.item, True, own.by, now)
    return message


def use(session: Session, agent_id: int, public_id: str, linked: Linked, now: datetime) -> None:
    """Remember that a service or an article helped in a contact. Raises as queue.assignments.mine."""
    own = mine(session, agent_id, public_id)
    use_knowledge(session, own.contact, linked.item, False, own.by, now)


def find_item(session: Session, kind: str, slug: str) -> tuple[Item, Service | Article]:
    """Return something from the library by kind (``service`` or ``article``) and slug. Raises Unacceptable."""
    if kind == "service":
        service = session.scalar(select(Service).where(Service.slug == slug))
        if service is not None:
            return Item(slug, service_id=service.id), service
    else:
        article = session.scalar(select(Article).where(Article.slug == slug))
        if article is not None and article.current_revision_id is not None:
            return Item(slug, revision_id=article.current_revision_id), article
    raise Unacceptable("It is not in the library any more. Search again.")


def read_up_to(session: Session, agent_id: int, public_id: str, seq: int) -> Contact | None:
    """Note that the agent has seen everything up to a message; None when that was known or it is not theirs."""
    contact = lock_by_public_id(session, public_id)
    upto = min(seq, contact.last_seq)
    if contact.agent_id != agent_id or upto <= contact.agent_read_seq:
        return None
    contact.agent_read_seq = upto
    touch(session, "contacts", public_id)
    return lock_contact(session, contact.id)
