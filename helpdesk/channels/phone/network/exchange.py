"""The REST side of the pretended network: the part of Twilio's API (2010-04-01) that the product uses, answered from the world.

It knows nothing of HTTP: a request comes in as method, path and fields, and goes out as status and JSON. Errors have
Twilio's codes (https://www.twilio.com/docs/api/errors).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import unquote

from helpdesk.channels.phone.network import life, resources, rooms
from helpdesk.channels.phone.network.calls import Call, Jump, Line, Room, Seat, new_sid
from helpdesk.channels.phone.network.player import Network
from helpdesk.channels.phone.twiml import BadTwiml, read
from helpdesk.channels.phone.verbs import Conference, Dial

Fields = Mapping[str, Sequence[str]]
"""Form or query fields; a field may come several times."""
Reply = tuple[int, dict[str, Any] | None]


class Refused(Exception):
    """The request cannot be done. Carries the HTTP status and Twilio's code."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def missing(path: str) -> Refused:
    """Return Twilio's way to say that there is no such thing."""
    return Refused(404, 20404, f"The requested resource {path} was not found")


class Exchange:
    """Answers REST requests about one network."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.messages: dict[str, dict[str, Any]] = {}
        sid = r"([^/]+)"
        routes: list[tuple[str, str, Callable[..., Reply]]] = [
            ("GET", "Calls", self.list_calls),
            ("POST", "Calls", self.create_call),
            ("GET", f"Calls/{sid}", self.show_call),
            ("POST", f"Calls/{sid}", self.update_call),
            ("GET", "Queues", self.list_queues),
            ("GET", f"Queues/{sid}", self.show_queue),
            ("GET", f"Queues/{sid}/Members", self.list_members),
            ("POST", f"Queues/{sid}/Members/{sid}", self.dequeue),
            ("GET", "Conferences", self.list_conferences),
            ("GET", f"Conferences/{sid}", self.show_conference),
            ("POST", f"Conferences/{sid}", self.update_conference),
            ("GET", f"Conferences/{sid}/Participants", self.list_participants),
            ("POST", f"Conferences/{sid}/Participants", self.create_participant),
            ("GET", f"Conferences/{sid}/Participants/{sid}", self.show_participant),
            ("POST", f"Conferences/{sid}/Participants/{sid}", self.update_participant),
            ("DELETE", f"Conferences/{sid}/Participants/{sid}", self.remove_participant),
            ("POST", "Messages", self.create_message),
            ("GET", f"Messages/{sid}", self.show_message),
        ]
        self.routes = [(method, re.compile(pattern), answer) for method, pattern, answer in routes]

    def answer(self, method: str, path: str, fields: Fields) -> Reply:
        """Answer one request; ``path`` is relative to the account, without ``.json``."""
        for known, pattern, handler in self.routes:
            if known == method and (match := pattern.fullmatch(path)):
                with self.network.lock:
                    try:
                        return handler(fields, *(unquote(part) for part in match.groups()))
                    except Refused as no:
                        return no.status, resources.error(no.status, no.code, str(no))
        return 404, resources.error(404, 20404, f"The requested resource {path} was not found")

    # Calls

    def list_calls(self, fields: Fields) -> Reply:
        """List calls, the newest first, by number or state if asked."""
        wanted = {"To": "called", "From": "caller", "Status": "status"}
        found = [
            call
            for call in reversed(self.network.calls.values())
            if all(getattr(call, ours) == fields[theirs][0] for theirs, ours in wanted.items() if theirs in fields)
        ]
        return 200, resources.page("calls", "Calls", self.network.account, [resources.call(one) for one in found])

    def create_call(self, fields: Fields) -> Reply:
        """Ring somebody up."""
        jump = self.jump(fields)
        if jump is None:
            raise Refused(400, 21205, "Url parameter is required.")
        events = " ".join(fields.get("StatusCallbackEvent", ["completed"]))
        callback = first(fields, "StatusCallback")
        call = self.network.ring_out(fields["From"][0], fields["To"][0], jump, callback, events)
        return 201, resources.call(call)

    def show_call(self, _fields: Fields, sid: str) -> Reply:
        """Show a call."""
        return 200, resources.call(self.call(sid))

    def update_call(self, fields: Fields, sid: str) -> Reply:
        """End a call, or let it go on elsewhere."""
        call = self.call(sid)
        if call.is_over:
            raise Refused(400, 21220, "Call is not in-progress. Cannot redirect.")
        if "Status" in fields:
            self.network.end(call, fields["Status"][0])
        elif jump := self.jump(fields):
            self.network.redirect(call, jump)
        return 200, resources.call(call)

    def jump(self, fields: Fields) -> Jump | None:
        """Return where a request wants a call to go on: a document given, or an address to ask."""
        if "Twiml" in fields:
            try:
                return Jump(self.network.post.public_url + "/", verbs=read(fields["Twiml"][0]))
            except BadTwiml as error:
                raise Refused(400, 12100, f"Document parse failure: {error}") from error
        return Jump(fields["Url"][0]) if "Url" in fields else None

    def call(self, sid: str) -> Call:
        """Return the call of this id."""
        if sid not in self.network.calls:
            raise missing(f"/Calls/{sid}.json")
        return self.network.calls[sid]

    # Queues

    def list_queues(self, _fields: Fields) -> Reply:
        """List the queues."""
        found = [resources.queue(self.network.account, line) for line in self.network.lines.values()]
        return 200, resources.page("queues", "Queues", self.network.account, found)

    def show_queue(self, _fields: Fields, sid: str) -> Reply:
        """Show a queue."""
        return 200, resources.queue(self.network.account, self.line(sid))

    def list_members(self, _fields: Fields, sid: str) -> Reply:
        """List those who wait in a queue, in order."""
        line, account, now = self.line(sid), self.network.account, self.network.clock.now()
        found = [resources.member(account, line, call, now) for call in line.waiting]
        return 200, resources.page("queue_members", f"Queues/{sid}/Members", account, found)

    def dequeue(self, fields: Fields, sid: str, call_sid: str) -> Reply:
        """Let one who waits go on elsewhere; ``Front`` is the first of them."""
        line = self.line(sid)
        waiting = [call for call in line.waiting if call_sid in (call.sid, "Front")]
        if not waiting:
            raise missing(f"/Queues/{sid}/Members/{call_sid}.json")
        shown = resources.member(self.network.account, line, waiting[0], self.network.clock.now())
        self.network.redirect(waiting[0], Jump(fields["Url"][0], life.line_fields(self.network, waiting[0], line)))
        return 200, shown

    def line(self, sid: str) -> Line:
        """Return the queue of this id."""
        for line in self.network.lines.values():
            if line.sid == sid:
                return line
        raise missing(f"/Queues/{sid}.json")

    # Conferences

    def list_conferences(self, fields: Fields) -> Reply:
        """List conferences, by name or state if asked."""
        every = [*self.network.past_rooms, *self.network.rooms.values()]
        name, status = first(fields, "FriendlyName"), first(fields, "Status")
        found = [one for one in every if name in ("", one.name) and status in ("", one.status)]
        shown = [resources.conference(one) for one in found]
        return 200, resources.page("conferences", "Conferences", self.network.account, shown)

    def show_conference(self, _fields: Fields, sid: str) -> Reply:
        """Show a conference, also one that is over."""
        for room in [*self.network.past_rooms, *self.network.rooms.values()]:
            if room.sid == sid:
                return 200, resources.conference(room)
        raise missing(f"/Conferences/{sid}.json")

    def update_conference(self, fields: Fields, sid: str) -> Reply:
        """End a conference for everybody."""
        room = self.room(sid)
        if first(fields, "Status") == "completed":
            rooms.close(self.network, room, "conference-ended-via-api", None)
        return 200, resources.conference(room)

    def list_participants(self, _fields: Fields, sid: str) -> Reply:
        """List those who sit in a conference."""
        room = self.room(sid)
        found = [resources.participant(room, seat) for seat in room.seats.values()]
        path = f"Conferences/{sid}/Participants"
        return 200, resources.page("participants", path, self.network.account, found)

    def create_participant(self, fields: Fields, sid: str) -> Reply:
        """Ring somebody up and seat them in a conference, named by id or by name."""
        names = [one.name for one in self.network.rooms.values() if sid in (one.sid, one.name)]
        wish = Conference(
            name=names[0] if names else sid,
            start_on_enter=first(fields, "StartConferenceOnEnter", "true") == "true",
            end_on_exit=first(fields, "EndConferenceOnExit", "false") == "true",
            muted=first(fields, "Muted", "false") == "true",
            status_callback=first(fields, "ConferenceStatusCallback"),
            status_callback_events=tuple(fields.get("ConferenceStatusCallbackEvent", ())),
            participant_label=first(fields, "Label"),
        )
        events = " ".join(fields.get("StatusCallbackEvent", ["completed"]))
        jump = Jump(self.network.post.public_url + "/", verbs=(Dial(wish),))
        callback = first(fields, "StatusCallback")
        call = self.network.ring_out(fields["From"][0], fields["To"][0], jump, callback, events)
        return 201, resources.new_participant(call, self.network.rooms.get(wish.name), wish)

    def show_participant(self, _fields: Fields, sid: str, call_sid: str) -> Reply:
        """Show one who sits in a conference."""
        room, seat = self.seat(sid, call_sid)
        return 200, resources.participant(room, seat)

    def update_participant(self, fields: Fields, sid: str, call_sid: str) -> Reply:
        """Put somebody on hold, mute them, or let them end the conference by leaving."""
        room, seat = self.seat(sid, call_sid)
        if "Hold" in fields:
            rooms.hold(self.network, room, seat, fields["Hold"][0] == "true")
        if "Muted" in fields:
            seat.muted = fields["Muted"][0] == "true"
        if "EndConferenceOnExit" in fields:
            seat.end_on_exit = fields["EndConferenceOnExit"][0] == "true"
        return 200, resources.participant(room, seat)

    def remove_participant(self, _fields: Fields, sid: str, call_sid: str) -> Reply:
        """Take somebody out of a conference and end their call."""
        _room, seat = self.seat(sid, call_sid)
        self.network.end(seat.call, "completed")
        return 204, None

    def room(self, sid: str) -> Room:
        """Return the conference of this id that is not over."""
        for room in self.network.rooms.values():
            if room.sid == sid:
                return room
        raise missing(f"/Conferences/{sid}.json")

    def seat(self, sid: str, call_sid: str) -> tuple[Room, Seat]:
        """Return a conference and one who sits in it, named by call or by label."""
        room = self.room(sid)
        for seat in room.seats.values():
            if call_sid in (seat.call.sid, seat.label):
                return room, seat
        raise missing(f"/Conferences/{sid}/Participants/{call_sid}.json")

    # Messages

    def create_message(self, fields: Fields) -> Reply:
        """Take an SMS to be delivered; tell the product when it was."""
        if not {"From", "MessagingServiceSid"} & set(fields):
            raise Refused(400, 21603, "A 'From' phone number is required.")
        if not {"Body", "MediaUrl", "ContentSid"} & set(fields):
            raise Refused(400, 21619, "A text message body or media urls must be specified.")
        now = self.network.clock.now()
        message = resources.message(
            new_sid("SM"), self.network.account, first(fields, "From"), fields["To"][0], first(fields, "Body"), now
        )
        self.messages[message["sid"]] = message
        self.network.log(f"SMS to {message['to']}: {message['body']}")
        for status in ("sent", "delivered"):
            self.network.later(1, partial(self.delivered, message, status, first(fields, "StatusCallback")))
        return 201, dict(message)

    def delivered(self, message: dict[str, Any], status: str, callback: str) -> None:
        """Carry an SMS one step on."""
        message["status"] = status
        if callback:
            names = {"MessageSid": "sid", "SmsSid": "sid", "MessageStatus": "status", "SmsStatus": "status"}
            names |= {"AccountSid": "account_sid", "ApiVersion": "api_version", "From": "from", "To": "to"}
            self.network.deliver_later(callback, {theirs: str(message[ours]) for theirs, ours in names.items()})

    def show_message(self, _fields: Fields, sid: str) -> Reply:
        """Show an SMS."""
        if sid not in self.messages:
            raise missing(f"/Messages/{sid}.json")
        return 200, dict(self.messages[sid])


def first(fields: Fields, name: str, default: str = "") -> str:
    """Return a field's first value."""
    return fields[name][0] if name in fields else default
