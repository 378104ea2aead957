"""The citizen's side of the conversation over the socket: namespace ``/chat``, the contract's calls and refusals.

There is no cookie and no signing in: each call shows the key of its conversation. The events of one page come one after
the other (see web/server.py); each is acknowledged, with ``{ok: true, …}`` or a refusal. When the database does not
answer nothing is acknowledged, and the page sends the same again.
"""

import time
from collections.abc import Callable
from typing import Any

from flask import current_app, request
from flask_babel import gettext as _
from flask_socketio import SocketIO, emit, join_room
from sqlalchemy.orm import Session

from helpdesk.channels.chat import actions, calls, live
from helpdesk.channels.chat.keys import key_of
from helpdesk.channels.chat.pace import Connection, Conversations, may_start
from helpdesk.channels.chat.queries import name_of_agent, opened, opened_for_words, said_after
from helpdesk.channels.chat.rules import TooFast, is_over, stage_shown
from helpdesk.channels.chat.words import refusal_words, words_of_leaving
from helpdesk.clock import now
from helpdesk.contacts.events import plain
from helpdesk.contacts.models import Contact
from helpdesk.contacts.stages import Stage
from helpdesk.db import reading, transaction
from helpdesk.queue.queries import position_in_door
from helpdesk.refusals import AlreadyClosed, KeyReused, Refusal, Unacceptable, Unknown

Answer = dict[str, Any]
TYPING_TOLD_EVERY_S = 2.0


def answer_calls(socketio: SocketIO, teller: live.Teller) -> None:
    """Open the namespace on the one socket."""
    Line(socketio, teller)


class Line:
    """The namespace: its calls, and the connections of this process."""

    def __init__(self, socketio: SocketIO, teller: live.Teller) -> None:
        self.socketio, self.teller = socketio, teller
        self.connections: dict[str, Connection] = {}
        self.conversations = Conversations()
        socketio.on_event("connect", self.connect, namespace=live.CHAT)
        socketio.on_event("disconnect", self.disconnect, namespace=live.CHAT)
        for name, call in {
            "start": self.start,
            "say": self.say,
            "resume": self.resume,
            "typing": self.typing,
            "seen": self.seen,
            "leave": self.leave,
            "rate": self.rate,
        }.items():
            socketio.on_event(name, self.answering(call), namespace=live.CHAT)
        socketio.on_event("*", self.answering(self.no_such_call), namespace=live.CHAT)

    def connect(self, _auth: Any = None) -> None:
        """Let everybody in: a connection alone opens nothing."""
        self.connections[sid()] = Connection()

    def disconnect(self, _reason: Any = None) -> None:
        """Forget the connection."""
        self.connections.pop(sid(), None)

    def connection(self) -> Connection:
        """Return the connection that is speaking."""
        return self.connections.setdefault(sid(), Connection())

    def answering(self, call: Callable[..., Answer]) -> Callable[..., Answer]:
        """Return a call that turns every refusal into the contract's answer, and lets nobody speak too fast."""

        def answer(*said: Any) -> Answer:
            try:
                if not self.connection().events.take(time.monotonic()):
                    raise TooFast
                return call(*said)
            except Refusal as refusal:
                return refused(refusal)

        return answer

    def no_such_call(self, *_said: Any) -> Answer:
        """Refuse what is not in the contract."""
        raise Unacceptable(_("There is no such call."))

    def start(self, *said: Any) -> Answer:
        """Begin a conversation; the page follows it from now on."""
        call = calls.hear(calls.Start, said)
        if not self.connection().starts.take(time.monotonic()) or not may_start():
            raise TooFast
        beginning = actions.Beginning(
            call.language, tidy(call.topic), tidy(call.name), call.text, frozenset(call.needs or ())
        )
        moment = now()
        with transaction() as session:
            contact, is_new = actions.start(session, call.client_id, beginning, moment)
            position = position_in_door(session, contact)
        join_room(live.room_of(contact.public_id))
        if is_new and contact.last_seq:
            with reading() as session:
                first = said_after(session, contact.id, contact.public_id, 0)
            for message in first.messages:
                emit("message", message)
        return {
            "ok": True,
            "contact": contact.public_id,
            "token": key_of(secret_key(), contact.public_id, contact.arrived_at),
            "number": contact.number,
            "position": position,
            "wait": None,
        }

    def say(self, *said: Any) -> Answer:
        """Store what the citizen says, then acknowledge it."""
        call = calls.hear(calls.Say, said)
        moment = now()
        with self.teller.holding() as give, transaction() as session:
            contact = opened_for_words(session, secret_key(), call.contact, call.token, moment)
            self.conversations.count(call.contact, time.monotonic())
            join_room(live.room_of(call.contact))
            message = actions.say_as_citizen(session, contact, call.client_id, call.text, moment)
            give(message, call.contact)
        return {"ok": True, "seq": message.seq, "at": plain(message.at)}

    def resume(self, *said: Any) -> Answer:
        """Give a page what it has not seen, and tell it where the conversation stands."""
        call = calls.hear(calls.Resume, said)
        moment = now()
        with reading() as session:
            contact = self.opened(session, call)
            page = said_after(session, contact.id, contact.public_id, call.after)
            standing = standing_of(session, contact)
            answer = {
                "ok": True,
                "stage": stage_shown(contact.stage, contact.ended_as),
                "last_seq": contact.last_seq,
                "messages": page.messages,
                "more": page.more,
            }
            alive = contact.id if actions.is_alive_due(contact, moment) else None
        if alive is not None:
            with transaction() as session:
                actions.note_alive(session, alive, moment)
        for event in standing:
            emit(*event)
        return answer

    def typing(self, *said: Any) -> Answer:
        """Let the desk know that the citizen is writing; every two seconds is enough."""
        call = calls.hear(calls.Typing, said)
        connection, at = self.connection(), time.monotonic()
        if at - connection.typing_told_at >= TYPING_TOLD_EVERY_S:
            with reading() as session:
                self.opened(session, call)
            connection.typing_told_at = at
            live.tell_staff_typing(self.socketio, call.contact)
        return {"ok": True}

    def seen(self, *said: Any) -> Answer:
        """Note how far the citizen has read."""
        call = calls.hear(calls.Seen, said)
        with transaction() as session:
            actions.note_seen(session, self.opened(session, call), call.seq, now())
        return {"ok": True}

    def leave(self, *said: Any) -> Answer:
        """Let the citizen go."""
        call = calls.hear(calls.Leave, said)
        with transaction() as session:
            contact = self.opened(session, call)
            actions.go(session, contact, words_of_leaving(contact.language), now())
        return {"ok": True}

    def rate(self, *said: Any) -> Answer:
        """Keep the citizen's answers to the three questions."""
        call = calls.hear(calls.Rate, said)
        grades = {"treatment": call.treatment, "ease": call.ease, "clarity": call.clarity}
        with transaction() as session:
            actions.rate(session, self.opened(session, call), grades, now())
        return {"ok": True}

    def opened(self, session: Session, call: calls.Holding) -> Contact:
        """Return the conversation whose key was shown; the page follows it from now on. Raises Unknown."""
        contact = opened(session, secret_key(), call.contact, call.token, now())
        join_room(live.room_of(contact.public_id))
        return contact


def standing_of(session: Session, contact: Contact) -> list[tuple[str, dict[str, Any]]]:
    """Return the events that tell a page which comes back where the conversation stands, and how far it has been read."""
    seen = [("seen", {"seq": contact.agent_read_seq})] if contact.agent_read_seq else []
    position = 1 if contact.stage is Stage.OFFERED else position_in_door(session, contact)
    if position is not None:
        return [*seen, ("queue", {"position": position, "wait": None})]
    if is_over(contact.stage, contact.ended_as):
        return [*seen, ("closed", {"reason": contact.ended_as.value if contact.ended_as else None})]
    return [*seen, ("taken", {"name": name_of_agent(session, contact.agent_id)})]


def sid() -> str:
    """Return the name of the connection that is speaking."""
    return str(request.sid)  # type: ignore[attr-defined]


def secret_key() -> str:
    """Return the secret that keys are signed with."""
    return str(current_app.config["HELPDESK"].secret_key)


def tidy(line: str | None) -> str | None:
    """Return a line without space around it; None for nothing."""
    return (line or "").strip() or None


def refused(refusal: Refusal) -> Answer:
    """Return a refusal in the contract's shape."""
    if isinstance(refusal, Unacceptable):
        code = refusal.code if isinstance(refusal, calls.TooLong) else "bad_request"
        answer: Answer = {"ok": False, "error": code, "message": refusal.detail}
        if refusal.errors:
            answer["fields"] = {one["field"]: one["message"] for one in refusal.errors}
        return answer
    known = {Unknown.code: "unknown", AlreadyClosed.code: "closed", KeyReused.code: "key_reused"}
    own = ("shut", "full", "rate_limited")
    code = known.get(refusal.code) or (refusal.code if refusal.code in own else "bad_request")
    return {"ok": False, "error": code, "message": refusal_words(refusal)}
