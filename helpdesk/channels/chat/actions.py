"""What a citizen can do in a conversation: begin it, say something, read, go, and say how it was."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpdesk.channels.arrival import Arrival, arrive, door_of
from helpdesk.channels.chat.queries import Standing, doorway, grades_of
from helpdesk.channels.chat.rules import Full, Shut, is_over
from helpdesk.contacts.actions import CITIZEN, PROGRAM, Words, keep_address, record, say
from helpdesk.contacts.events import LineDown, Rated
from helpdesk.contacts.models import Contact, Message
from helpdesk.contacts.queries import contact_by_public_id, lock_contact
from helpdesk.contacts.sealing import mask
from helpdesk.contacts.stages import AddressKind, Author, Channel, EndedAs, MessageKind, Stage
from helpdesk.news import touch
from helpdesk.queue.leaving import leave
from helpdesk.refusals import AlreadyClosed, KeyReused, Unacceptable, WrongStage
from helpdesk.web.inbox import answer_to, keep_answer

SCOPE = "chat:start"
LEFT = {"what": "citizen_left"}
WAITING_STAGES = (Stage.WAITING, Stage.OFFERED)
ALIVE_EVERY = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a citizen says when they come: everything but the language may be missing."""

    language: str
    topic: str | None = None
    name: str | None = None
    text: str | None = None
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reply:
    """Where a citizen who leaves a message wants the answer, besides the page itself."""

    email: str | None = None
    phone: str | None = None


def start(session: Session, client_id: str, said: Beginning, now: datetime) -> tuple[Contact, bool]:
    """Let a citizen into the chat; return the contact, and whether it is new. The same ``client_id`` gives the same one.

    Raises KeyReused when it came with something else within 24 hours, Shut outside the door's hours, and Full when as
    many wait as the setting allows.
    """
    there = answer_to(session, SCOPE, client_id, fingerprint(said), now)
    if there is not None:
        return contact_by_public_id(session, there["contact"]), False
    door = doorway(session, now)
    if not door.is_open:
        raise Shut("The chat is closed right now.")
    if door.is_full:
        raise Full("Too many are waiting in the chat right now.")
    contact = arrive(
        session,
        Arrival(
            door=door_of(session, Channel.CHAT),
            language=said.language,
            topic=said.topic,
            needs=said.needs,
            text=said.text,
            name=mask(said.name).text if said.name else None,
        ),
        now,
    )
    keep_answer(session, SCOPE, client_id, {"contact": contact.public_id})
    return contact, True


def leave_message(session: Session, client_id: str, said: Beginning, reply: Reply, now: datetime) -> Contact:
    """Take a message from somebody who does not wait: a contact at the message door, whatever the hour.

    The same ``client_id`` gives the same contact. Raises KeyReused when it came with something else within 24 hours.
    """
    there = answer_to(session, SCOPE, client_id, fingerprint(said, reply), now)
    if there is not None:
        return contact_by_public_id(session, there["contact"])
    contact = arrive(
        session,
        Arrival(
            door=door_of(session, Channel.MESSAGE),
            language=said.language,
            topic=said.topic,
            text=said.text,
            name=mask(said.name).text if said.name else None,
            number=reply.phone,
        ),
        now,
    )
    keep_address(session, contact, AddressKind.EMAIL, reply.email or "", "reply", "reply_address")
    keep_answer(session, SCOPE, client_id, {"contact": contact.public_id})
    return contact


def fingerprint(said: Beginning, reply: Reply | None = None) -> str:
    """Return what tells one beginning from another, without its words."""
    parts = [said.language, said.topic, said.name, said.text, sorted(said.needs)]
    if reply is not None:
        parts += [reply.email, reply.phone]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def say_as_citizen(session: Session, contact: Contact | Standing, client_id: str, text: str, now: datetime) -> Message:
    """Store what the citizen says; the same ``client_id`` again gives the message that is there.

    Raises KeyReused when it came with another text, and AlreadyClosed when the conversation is over: also while the
    agent still writes about it, because nobody would answer.
    """
    if is_over(contact.stage, contact.ended_as):
        there = session.scalar(select(Message).where(Message.contact_id == contact.id, Message.client_id == client_id))
        if there is None:
            raise AlreadyClosed("The conversation is over.")
    return say(session, contact.id, Words(Author.CITIZEN, text, client_id), CITIZEN, now)


def note_seen(session: Session, contact: Contact, seq: int, now: datetime) -> bool:
    """Note that the citizen has seen everything up to ``seq``; False when that was known. Never goes back."""
    contact = lock_contact(session, contact.id)
    upto = min(seq, contact.last_seq)
    contact.citizen_seen_at = now
    if upto <= contact.citizen_read_seq:
        return False
    contact.citizen_read_seq = upto
    touch(session, "contacts", contact.public_id)
    return True


def note_alive(session: Session, contact_id: int, now: datetime) -> None:
    """Note that the citizen's page is there, as long as they wait."""
    session.execute(
        update(Contact)
        .where(Contact.id == contact_id, Contact.stage.in_(WAITING_STAGES))
        .values(citizen_seen_at=now)
        .execution_options(synchronize_session=False)
    )


def is_alive_due(contact: Contact, now: datetime) -> bool:
    """Say whether :func:`note_alive` should be written: the citizen waits, and the last sign of life is old enough."""
    seen_at = contact.citizen_seen_at
    return contact.stage in WAITING_STAGES and (seen_at is None or now - seen_at >= ALIVE_EVERY)


def go(session: Session, contact: Contact, words: str, now: datetime) -> None:
    """Let the citizen go. Whoever waits has given up; in a conversation the agent is told with ``words``, once.

    For a conversation that is over nothing happens.
    """
    if leave(session, contact.id, EndedAs.ABANDONED, CITIZEN, now):
        return
    contact = lock_contact(session, contact.id)
    if is_over(contact.stage, contact.ended_as):
        return
    if has_left(session, contact):
        return
    record(session, contact, LineDown(contact_id=contact.id, public_id=contact.public_id), CITIZEN, now)
    say(session, contact.id, Words(Author.SYSTEM, words, kind=MessageKind.SYSTEM, ref=LEFT), PROGRAM, now)


def has_left(session: Session, contact: Contact) -> bool:
    """Say whether the last thing that happened in the conversation is that the citizen went."""
    newest = session.scalar(select(Message).where(Message.contact_id == contact.id, Message.seq == contact.last_seq))
    return newest is not None and newest.author is Author.SYSTEM and newest.ref == LEFT


def rate(session: Session, contact: Contact, grades: Mapping[str, int | None], now: datetime) -> None:
    """Keep the citizen's answers to the three questions, once per contact.

    ``grades``: treatment, ease and clarity, 1 to 5 or None. Raises Unacceptable without any answer, WrongStage while
    the conversation goes on, KeyReused when other answers were given before; the same ones again change nothing.
    """
    given = {name: grade for name, grade in grades.items() if grade is not None}
    if not given:
        raise Unacceptable("Answer at least one of the questions.")
    contact = lock_contact(session, contact.id)
    if not is_over(contact.stage, contact.ended_as) and not has_left(session, contact):
        raise WrongStage("The conversation is still going on.")
    before = grades_of(session, contact.id)
    if before is not None:
        if before != given:
            raise KeyReused("The questions have been answered already.")
        return
    record(session, contact, Rated(contact_id=contact.id, public_id=contact.public_id, **given), CITIZEN, now)
