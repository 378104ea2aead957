"""Looking into conversations: by their key, what was said, who waits where, and what fits what somebody types."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, cast

from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.orm import Session

from helpdesk.channels.chat.keys import contact_of
from helpdesk.channels.chat.rules import MAX_PAGE, agent_name, key_holds
from helpdesk.contacts.doors.models import Door
from helpdesk.contacts.doors.queries import open_now
from helpdesk.contacts.events import Rated, plain
from helpdesk.contacts.models import Contact, ContactEvent, Message
from helpdesk.contacts.queries import messages_after
from helpdesk.contacts.sealing import MASK, mask
from helpdesk.contacts.stages import Author, Channel, EndedAs, Stage
from helpdesk.queue.models import Agent
from helpdesk.refusals import Unknown
from helpdesk.settings import settings

WRITTEN = (Channel.CHAT, Channel.MESSAGE)
"""Contacts that a citizen follows and answers in writing."""


def opened(session: Session, secret_key: str, public_id: str, key: str, now: datetime) -> Contact:
    """Return the conversation that a key opens.

    Raises Unknown, the same for all: a key that is not ours, of another contact, too old, or of one that ended long ago.
    """
    return session.get_one(Contact, opened_for_words(session, secret_key, public_id, key, now).id)


@dataclass(frozen=True, slots=True)
class Standing:
    """What must be known of a conversation before something is said in it."""

    id: int
    stage: Stage
    ended_as: EndedAs | None


CONTACT = cast(Table, Contact.__table__)
STANDING = select(
    *(CONTACT.c[name] for name in ("id", "stage", "ended_as", "channel", "arrived_at", "closed_at"))
).where(CONTACT.c.public_id == bindparam("public_id"))


def opened_for_words(session: Session, secret_key: str, public_id: str, key: str, now: datetime) -> Standing:
    """Return as much of the conversation that a key opens as saying something needs. Raises Unknown as :func:`opened`."""
    if contact_of(secret_key, key) != public_id:
        raise Unknown("There is no such conversation.")
    row = session.connection().execute(STANDING, {"public_id": public_id}).one_or_none()
    if row is None or row.channel not in WRITTEN or not key_holds(row.arrived_at, row.closed_at, now):
        raise Unknown("There is no such conversation.")
    return Standing(row.id, row.stage, row.ended_as)


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a conversation, and whether more follows."""

    messages: list[dict[str, Any]]
    more: bool


def said_after(session: Session, contact_id: int, public_id: str, after: int, limit: int = MAX_PAGE) -> Page:
    """Return what was said after a ``seq``, as the socket tells it, at most ``limit`` messages."""
    found = list(messages_after(session, contact_id, after, limit + 1))
    names = agent_names(session, found)
    told = [message_told(public_id, one, names.get(one.account_id)) for one in found[:limit]]
    return Page(told, len(found) > limit)


def said_lately(session: Session, contact: Contact) -> list[dict[str, Any]]:
    """Return the last two hundred messages of a conversation in order; ``at`` is a moment."""
    found = messages_after(session, contact.id, max(0, contact.last_seq - MAX_PAGE), MAX_PAGE)
    names = agent_names(session, found)
    return [{**message_told(contact.public_id, one, names.get(one.account_id)), "at": one.at} for one in found]


def message_with(session: Session, contact_id: int, public_id: str, seq: int) -> dict[str, Any] | None:
    """Return one message as the socket tells it; None when it is gone."""
    found = session.scalar(select(Message).where(Message.contact_id == contact_id, Message.seq == seq))
    if found is None:
        return None
    return message_told(public_id, found, agent_names(session, [found]).get(found.account_id))


def message_told(public_id: str, message: Message, agent: str | None) -> dict[str, Any]:
    """Return a message in the contract's shape. ``agent``: what the citizen is told that its author is called."""
    told: dict[str, Any] = {
        "contact": public_id,
        "seq": message.seq,
        "kind": message.kind.value,
        "author": message.author.value,
        "text": message.text,
        "at": plain(message.at),
    }
    name = agent if message.author is Author.AGENT else message.name if message.author is Author.CITIZEN else None
    if name:
        told["name"] = name
    if message.client_id is not None and message.author is Author.CITIZEN:
        told["client_id"] = message.client_id
    if message.ref is not None:
        told["ref"] = message.ref
    return told


def agent_names(session: Session, messages: Iterable[Message]) -> dict[int | None, str]:
    """Return what a citizen is told that the agents behind these messages are called, by account."""
    accounts = {one.account_id for one in messages if one.author is Author.AGENT and one.account_id is not None}
    if not accounts:
        return {}
    form = settings(session).text("brand.agent_name")
    rows = session.execute(select(Agent.account_id, Agent.name).where(Agent.account_id.in_(accounts)))
    shown = {row.account_id: agent_name(row.name, form) for row in rows}
    return {account_id: name for account_id, name in shown.items() if name}


def name_of_agent(session: Session, agent_id: int | None) -> str | None:
    """Return what a citizen is told that an agent is called; None for nobody, or when the setting says so."""
    if agent_id is None:
        return None
    name = session.scalar(select(Agent.name).where(Agent.id == agent_id))
    return agent_name(name, settings(session).text("brand.agent_name"))


@dataclass(frozen=True, slots=True)
class Doorway:
    """Whether somebody can come in at the chat right now, until when, and when it opens if it is closed (UTC)."""

    is_open: bool
    is_full: bool
    closes_at: datetime | None = None
    opens_at: datetime | None = None

    @property
    def lets_in(self) -> bool:
        """Say whether a conversation can begin."""
        return self.is_open and not self.is_full


def doorway(session: Session, now: datetime) -> Doorway:
    """Return how it stands at the chat's door. A municipality without one has it closed."""
    door = session.scalar(select(Door).where(Door.channel == Channel.CHAT).order_by(Door.id).limit(1))
    if door is None:
        return Doorway(False, False)
    at_most = settings(session).number("chat.waiting_at_most")
    is_open, closes_at, opens_at = open_now(session, door, now)
    return Doorway(is_open, count_waiting_chats(session, at_most) >= at_most, closes_at, opens_at)


class Suggesting(Protocol):
    """The search of this process, as much of it as the chat asks: see answers/search.py."""

    def suggest_public(self, session: Session, text: str, lang: str | None = None, limit: int = 6) -> Any:
        """Return what fits a text that is being typed: ``found``, cards ready to show."""


def suggestions(session: Session, search: Suggesting | None, text: str, lang: str, limit: int = 3) -> list[Any]:
    """Return the services and answers that fit what somebody types, best first. Identity numbers are not looked for."""
    words = mask(text[:200]).text.replace(MASK, " ").strip()
    if search is None or len(words) < 2:
        return []
    return list(search.suggest_public(session, words, lang, limit).found)


def count_waiting_chats(session: Session, at_most: int) -> int:
    """Return how many wait at the chat; stops counting at ``at_most``."""
    waiting = select(Contact.id).where(Contact.stage == Stage.WAITING, Contact.channel == Channel.CHAT).limit(at_most)
    return session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


def waiting_chats(session: Session, limit: int) -> list[str]:
    """Return the public ids of those who wait at the chat, in the order of their places, at most ``limit``."""
    return list(
        session.scalars(
            select(Contact.public_id)
            .where(Contact.stage == Stage.WAITING, Contact.channel == Channel.CHAT)
            .order_by(Contact.due_at, Contact.id)
            .limit(limit)
        )
    )


def grades_of(session: Session, contact_id: int) -> dict[str, int] | None:
    """Return the answers that the citizen gave to the three questions; None when they have not been answered."""
    return session.scalar(
        select(ContactEvent.facts)
        .where(ContactEvent.contact_id == contact_id, ContactEvent.kind == Rated.kind)
        .limit(1)
    )
