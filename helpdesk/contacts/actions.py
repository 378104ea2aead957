"""What can be done to any contact, whoever has it: note an event, keep an address, say, note."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Table, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from helpdesk.contacts.events import Forgotten, Happening, KnowledgeUsed, Noted, Said
from helpdesk.contacts.models import (
    Contact,
    ContactAddress,
    ContactEvent,
    KnowledgeLink,
    Message,
    Note,
    SealedText,
)
from helpdesk.contacts.sealing import Masked, Sealer, mask
from helpdesk.contacts.stages import OVER_STAGES, Actor, AddressKind, Author, MessageKind
from helpdesk.news import tell, touch
from helpdesk.refusals import AlreadyClosed, KeyReused

CONTACT, MESSAGE, EVENT = (cast(Table, kind.__table__) for kind in (Contact, Message, ContactEvent))


@dataclass(frozen=True, slots=True)
class By:
    """Who does something: what kind of actor, and the account behind it when there is one."""

    actor: Actor
    account_id: int | None = None


PROGRAM = By(Actor.PROGRAM)
CITIZEN = By(Actor.CITIZEN)


def record(session: Session, contact: Contact, event: Happening, by: By, now: datetime) -> None:
    """Write down that something happened, tell it, and let the screens know. The contact's row is locked already."""
    contact.last_event += 1
    session.flush()
    write_event(session, event, contact.last_event, by, now)


def write_event(session: Session, event: Happening, n: int, by: By, now: datetime) -> None:
    """Write the contact's event number ``n``, tell it, and let the screens know."""
    row = {
        "contact_id": event.contact_id,
        "n": n,
        "at": now,
        "actor": by.actor,
        "account_id": by.account_id,
        "kind": event.kind,
        "facts": event.facts(),
    }
    session.connection().execute(EVENT.insert(), row)
    tell(session, event)
    touch(session, "queue" if event.moves_queue else "contacts", event.public_id)


def keep_address(
    session: Session, contact: Contact, kind: AddressKind, value: str, purpose: str, delete_rule: str
) -> None:
    """Keep a name, number or address for a purpose. Nothing is kept of somebody with a protected identity."""
    if contact.protected or not value:
        return
    if kind is AddressKind.NAME:
        value = mask(value).text
    session.add(ContactAddress(contact_id=contact.id, kind=kind, value=value, purpose=purpose, delete_rule=delete_rule))


def forget_citizen(session: Session, contact: Contact, by: By, now: datetime) -> None:
    """Drop name, number and address at once and keep none from now on: the citizen's identity is protected."""
    contact.protected = True
    for address in session.scalars(select(ContactAddress).where(ContactAddress.contact_id == contact.id)):
        session.delete(address)
    for message in session.scalars(select(Message).where(Message.contact_id == contact.id)):
        if message.author is Author.CITIZEN:
            message.name = None
    record(session, contact, Forgotten(contact_id=contact.id, public_id=contact.public_id), by, now)


@dataclass(frozen=True, slots=True)
class Words:
    """Something to say: who says it, the text, and what the sender calls it (``client_id``, unique per contact)."""

    author: Author
    text: str
    client_id: str | None = None
    name: str | None = None
    kind: MessageKind = MessageKind.TEXT
    ref: dict[str, Any] | None = None


STANDING = (
    select(CONTACT.c.public_id, CONTACT.c.stage, CONTACT.c.last_seq, CONTACT.c.last_event)
    .where(CONTACT.c.id == bindparam("contact"))
    .with_for_update()
)
SAID_BEFORE = select(MESSAGE).where(
    MESSAGE.c.contact_id == bindparam("contact"), MESSAGE.c.client_id == bindparam("client")
)
NEW_WORDS = {
    dialect: insert(MESSAGE).on_conflict_do_nothing(index_elements=["contact_id", "client_id"]).returning(MESSAGE.c.id)
    for dialect, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
GOES_ON = (
    update(CONTACT)
    .where(CONTACT.c.id == bindparam("contact"))
    .values(
        last_seq=bindparam("seq"),
        last_word_by=func.coalesce(bindparam("word_by", type_=CONTACT.c.last_word_by.type), CONTACT.c.last_word_by),
        citizen_seen_at=func.coalesce(
            bindparam("seen_at", type_=CONTACT.c.citizen_seen_at.type), CONTACT.c.citizen_seen_at
        ),
        last_event=bindparam("n"),
    )
)


def say(session: Session, contact_id: int, words: Words, by: By, now: datetime) -> Message:
    """Store what somebody said, masked, with the next ``seq``. The same ``client_id`` again gives the message that is there.

    The message that comes back is for reading. This is the busiest action there is, so it speaks to the tables themselves,
    with the contact's row locked; a contact that the session has loaded already is read anew. That it was said before is
    found when it cannot be stored again: the rule, not the exception, is that it is new.
    Raises KeyReused when it came with another text, AlreadyClosed when the contact is over (the program may still add a line).
    """
    session.flush()
    core = session.connection()
    masked = mask(words.text)
    standing = core.execute(STANDING, {"contact": contact_id}).one()
    if standing.stage in OVER_STAGES and words.author is not Author.SYSTEM:
        if (there := said_before(session, core, contact_id, words, masked)) is not None:
            return there
        raise AlreadyClosed("The conversation is over.")
    seq, n = standing.last_seq + 1, standing.last_event + 1
    written: dict[str, Any] = {
        "contact_id": contact_id,
        "seq": seq,
        "client_id": words.client_id,
        "kind": words.kind,
        "author": words.author,
        "account_id": by.account_id,
        "name": mask(words.name).text if words.name else None,
        "text": masked.text,
        "ref": words.ref,
        "at": now,
    }
    message_id = core.execute(NEW_WORDS[core.dialect.name], written).scalar_one_or_none()
    if message_id is None:
        there = said_before(session, core, contact_id, words, masked)
        assert there is not None  # it was in the way a moment ago, and the contact's row is locked
        return there
    moved = {
        "contact": contact_id,
        "seq": seq,
        "n": n,
        "word_by": words.author if words.author is not Author.SYSTEM else None,
        "seen_at": now if words.author is Author.CITIZEN else None,
    }
    core.execute(GOES_ON, moved)
    seal(session, contact_id, masked, now, message_id=message_id)
    if (loaded := session.identity_map.get(identity_key(Contact, contact_id))) is not None:
        session.refresh(loaded)
    said = Said(contact_id=contact_id, public_id=standing.public_id, seq=seq, author=words.author.value)
    write_event(session, said, n, by, now)
    return Message(id=message_id, **written)


def said_before(session: Session, core: Connection, contact_id: int, words: Words, masked: Masked) -> Message | None:
    """Return the message that its sender calls the same, if it is there. Raises KeyReused when its text is another."""
    if words.client_id is None:
        return None
    there = core.execute(SAID_BEFORE, {"contact": contact_id, "client": words.client_id}).one_or_none()
    if there is None:
        return None
    if there.text != masked.text:
        raise KeyReused("The same client_id came with another text.")
    return session.get_one(Message, there.id)


def seal(
    session: Session,
    contact_id: int,
    masked: Masked,
    now: datetime,
    message_id: int | None = None,
    note_id: int | None = None,
) -> None:
    """Lay what was masked away, encrypted, beside the message or note that it was taken from."""
    if not masked.hidden:
        return
    sealer: Sealer = session.info["sealer"]
    for hidden in masked.hidden:
        session.add(
            SealedText(
                contact_id=contact_id,
                message_id=message_id,
                note_id=note_id,
                key_id=sealer.key_id,
                cipher=sealer.seal(hidden),
                at=now,
            )
        )


def note(session: Session, contact: Contact, text: str, by: By, now: datetime, is_official: bool = False) -> Note:
    """Write a note that only staff see; identity numbers are masked. The contact's row is locked already."""
    if by.account_id is None:
        raise ValueError("a note has an author")
    masked = mask(text)
    written = Note(
        contact_id=contact.id,
        account_id=by.account_id,
        text=masked.text,
        at=now,
        authority_id=contact.authority_id,
        secrecy=contact.secrecy,
        is_official=is_official,
    )
    session.add(written)
    session.flush()
    seal(session, contact.id, masked, now, note_id=written.id)
    record(session, contact, Noted(contact_id=contact.id, public_id=contact.public_id, note=written.public_id), by, now)
    return written


@dataclass(frozen=True, slots=True)
class Item:
    """Something from the library that was used: a service, or a revision of an article. ``slug`` names it in the event."""

    slug: str
    service_id: int | None = None
    revision_id: int | None = None


def use_knowledge(session: Session, contact: Contact, item: Item, was_sent: bool, by: By, now: datetime) -> None:
    """Remember that a service or an article helped, and whether the citizen was sent it. The row is locked already."""
    session.add(
        KnowledgeLink(
            contact_id=contact.id,
            service_id=item.service_id,
            revision_id=item.revision_id,
            account_id=by.account_id,
            was_sent=was_sent,
            at=now,
        )
    )
    record(
        session,
        contact,
        KnowledgeUsed(contact_id=contact.id, public_id=contact.public_id, item=item.slug, was_sent=was_sent),
        by,
        now,
    )
