"""After the commit: what a conversation's open pages are told. Every page of a conversation is in one room, in any process.

What is told here is a hint that may be lost or, between processes, overtake another: a message carries its ``seq``, and
a page that finds a gap asks with ``resume``.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import gevent
from flask_socketio import SocketIO
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.channels.chat.queries import WRITTEN, message_told, message_with, name_of_agent, waiting_chats
from helpdesk.channels.chat.rules import is_over
from helpdesk.contacts.events import (
    Closed,
    HandedOver,
    Happening,
    Offered,
    OfferEnded,
    PromiseMoved,
    Released,
    Resolved,
    Said,
    Taken,
)
from helpdesk.contacts.models import Contact, Message
from helpdesk.contacts.stages import Channel
from helpdesk.db import Database
from helpdesk.news import News
from helpdesk.web.live import DESK, STAFF

CHAT = "/chat"
TURNS = 64
PLACES_AT_MOST = 200
"""How many of those who wait are told their place each time; whoever stands further back hears it when they ask."""
PLACES_EVERY_S = 1.0

Emit = Callable[[str, dict[str, Any], str], None]
Later = Callable[[float, Callable[[], None]], object]


def room_of(public_id: str) -> str:
    """Return the room of a conversation's pages."""
    return f"contact:{public_id}"


def follow(database: Database, news: News, socketio: SocketIO) -> "Teller":
    """Let the pages of conversations hear what happens to them; return who tells them."""
    teller = Teller(database, socketio)
    places = Places(database, teller, gevent.spawn_later)
    news.listen(Said, teller.said)
    news.listen(Taken, teller.taken)
    for ending in (Resolved, HandedOver, Closed):
        news.listen(ending, teller.ended)
    for moving in (Taken, Released, Closed, Offered, OfferEnded, PromiseMoved):
        news.listen(moving, places.have_changed)
    return teller


class Teller:
    """Tells the pages of one conversation what happened to it."""

    def __init__(self, database: Database, socketio: SocketIO) -> None:
        self.database, self.socketio = database, socketio
        self.turns = [threading.Lock() for _ in range(TURNS)]
        self.at_hand: dict[tuple[int, int], dict[str, Any]] = {}

    def tell(self, event: str, body: dict[str, Any], public_id: str) -> None:
        """Send an event to every open page of a conversation."""
        self.socketio.emit(event, body, namespace=CHAT, to=room_of(public_id))

    @contextmanager
    def holding(self) -> Iterator[Callable[[Message, str], None]]:
        """Around the transaction in which a message is stored: give it to the function, and it need not be read again.

        What was given is forgotten at the end, however the transaction ended.
        """
        given: list[tuple[int, int]] = []

        def give(message: Message, public_id: str) -> None:
            given.append((message.contact_id, message.seq))
            self.at_hand[given[-1]] = message_told(public_id, message, None)

        try:
            yield give
        finally:
            for one in given:
                self.at_hand.pop(one, None)

    def said(self, said: Said) -> None:
        """Pass a message on. Messages of one conversation take turns, so that none of this process overtakes another."""
        with self.turns[said.contact_id % TURNS]:
            message = self.at_hand.get((said.contact_id, said.seq))
            if message is None:
                with self.database.reading() as session:
                    message = message_with(session, said.contact_id, said.public_id, said.seq)
            if message is not None:
                self.tell("message", message, said.public_id)

    def taken(self, taken: Taken) -> None:
        """Tell the citizen who has them now."""
        with self.database.reading() as session:
            if not is_written(session, taken.contact_id):
                return
            name = name_of_agent(session, taken.agent_id)
        self.tell("taken", {"name": name}, taken.public_id)

    def ended(self, ended: Resolved | HandedOver | Closed) -> None:
        """Tell the citizen that the conversation is over: once, however long the desk still writes about it."""
        with self.database.reading() as session:
            contact = session.get(Contact, ended.contact_id)
            if contact is None or contact.channel not in WRITTEN or not is_over(contact.stage, contact.ended_as):
                return
            told_before = isinstance(ended, Closed) and contact.outcome is not None
            reason = contact.ended_as.value if contact.ended_as else None
        if not told_before:
            self.tell("closed", {"reason": reason}, ended.public_id)


class Places:
    """Tells everybody who waits their place, when somebody is gone from the line: at most once a second, the first 200."""

    def __init__(self, database: Database, teller: Teller, later: Later) -> None:
        self.database, self.teller, self.later = database, teller, later
        self.is_planned = False

    def have_changed(self, happening: Happening) -> None:
        """Plan to tell, unless it is planned already or the contact does not stand in this line."""
        if self.is_planned:
            return
        with self.database.reading() as session:
            if not is_written(session, happening.contact_id, (Channel.CHAT,)):
                return
        if not self.is_planned:
            self.is_planned = True
            self.later(PLACES_EVERY_S, self.tell_all)

    def tell_all(self) -> None:
        """Tell the first ones in the line their places, as they are now."""
        self.is_planned = False
        with self.database.reading() as session:
            line = waiting_chats(session, PLACES_AT_MOST)
        for place, public_id in enumerate(line, start=1):
            self.teller.tell("queue", {"position": place, "wait": None}, public_id)


def is_written(session: Session, contact_id: int, channels: tuple[Channel, ...] = WRITTEN) -> bool:
    """Say whether a contact came by one of these channels."""
    return session.scalar(select(Contact.channel).where(Contact.id == contact_id)) in channels


def tell_staff_typing(socketio: SocketIO, public_id: str) -> None:
    """Let the desk know that the citizen of a contact is writing. Carries no words."""
    socketio.emit("typing", {"contact": public_id}, namespace=DESK, to=STAFF)


def tell_typing(socketio: SocketIO, public_id: str, name: str | None) -> None:
    """Let a citizen know that somebody is writing to them; ``name`` as the municipality shows it."""
    socketio.emit("typing", {"name": name}, namespace=CHAT, to=room_of(public_id))


def tell_seen(socketio: SocketIO, public_id: str, seq: int) -> None:
    """Let a citizen know up to which message somebody has read."""
    socketio.emit("seen", {"seq": seq}, namespace=CHAT, to=room_of(public_id))
