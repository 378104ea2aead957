"""The played citizens at the chat and in the waiting room: they come, stay, talk back and go, as real ones do."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.channels.chat.actions import Beginning, go, is_alive_due, note_alive, say_as_citizen, start
from helpdesk.channels.walk_in.actions import Arriving, give_up, take_ticket
from helpdesk.contacts.doors.models import Site
from helpdesk.contacts.models import Contact, Message
from helpdesk.contacts.queries import contact_by_public_id
from helpdesk.contacts.stages import Author, Channel, Stage
from helpdesk.demo.live.memory import Memo, remember
from helpdesk.demo.live.rules import typing_s
from helpdesk.demo.live.scripts import CHATS, VISITS

CHAT, VISIT = "chat", "visit"
PATIENCE_MIN = {CHAT: (6, 20), VISIT: (12, 40)}
"""How long they wait, in minutes."""


def patience(kind: str, now: datetime, luck: Random) -> datetime:
    """Return when somebody who comes now gives up."""
    return now + timedelta(seconds=luck.uniform(*PATIENCE_MIN[kind]) * 60)


def come_to_chat(session: Session, script: int, now: datetime, luck: Random) -> None:
    """Let somebody begin a chat. Raises Shut or Full as for everybody."""
    talk = CHATS[script % len(CHATS)]
    said = Beginning(language=talk.language, topic=talk.topic, text=talk.lines[0])
    contact, _is_new = start(session, str(uuid.uuid4()), said, now)
    remember(session, contact.public_id, Memo(CHAT, script % len(CHATS), patience(CHAT, now, luck)), now)


def come_in(session: Session, script: int, now: datetime, luck: Random) -> None:
    """Let somebody take a ticket."""
    errand = VISITS[script % len(VISITS)]
    site = session.scalars(select(Site.slug).order_by(Site.id).limit(1)).one()
    ticket = take_ticket(session, Arriving(site, errand.letter, topic=errand.topic, language=errand.language), now)
    contact = session.get_one(Contact, ticket.contact_id)
    memo = Memo(VISIT, script % len(VISITS), patience(VISIT, now, luck), ticket.token)
    remember(session, contact.public_id, memo, now)


def leave_line(session: Session, public_id: str, memo: Memo, now: datetime) -> None:
    """Let somebody who waits give up."""
    if memo.kind == VISIT:
        give_up(session, memo.token, now)
    else:
        go(session, contact_by_public_id(session, public_id), "", now)


@dataclass(frozen=True, slots=True)
class Speaking:
    """A played citizen whose turn it is in a chat: what they say next, under which number."""

    public_id: str
    n: int
    text: str


def turns(session: Session, memos: Mapping[str, Memo], now: datetime) -> list[Speaking]:
    """Return whoever of the played citizens has had time enough to answer the agent's last words."""
    rows = session.execute(
        select(Contact, func.max(Message.at))
        .join(Message, Message.contact_id == Contact.id)
        .where(
            Contact.channel == Channel.CHAT,
            Contact.stage == Stage.TALKING,
            Contact.last_word_by == Author.AGENT,
            Contact.public_id.in_([key for key, memo in memos.items() if memo.kind == CHAT]),
        )
        .group_by(Contact.id)
    )
    found = []
    for contact, last_at in rows:
        n = said_by(session, contact.id, Author.CITIZEN)
        lines = CHATS[memos[contact.public_id].script].by_citizen
        if n < len(lines) and (now - last_at).total_seconds() >= typing_s(lines[n]):
            found.append(Speaking(contact.public_id, n, lines[n]))
    return found


def said_by(session: Session, contact_id: int, author: Author) -> int:
    """Return how many lines one side has written."""
    counted = select(func.count()).where(Message.contact_id == contact_id, Message.author == author)
    return session.scalar(counted) or 0


def talk_back(session: Session, one: Speaking, now: datetime) -> None:
    """Let a citizen say their next line; twice is once."""
    contact = contact_by_public_id(session, one.public_id)
    client_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{one.public_id} {one.n}"))
    say_as_citizen(session, contact, client_id, one.text, now)


def silent_ones(session: Session, memos: Mapping[str, Memo], now: datetime) -> list[int]:
    """Return the waiting chats of played citizens whose page should give a sign of life."""
    waiting = session.scalars(
        select(Contact).where(
            Contact.stage == Stage.WAITING,
            Contact.channel == Channel.CHAT,
            Contact.public_id.in_([key for key, memo in memos.items() if memo.kind == CHAT]),
        )
    )
    return [one.id for one in waiting if is_alive_due(one, now)]


def stay(session: Session, contact_ids: Iterable[int], now: datetime) -> None:
    """Let the pages of waiting citizens give their sign of life."""
    for contact_id in contact_ids:
        note_alive(session, contact_id, now)
