"""The post between the pretended network and the webhooks: Twilio's parameters, signature and token."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Protocol
from urllib.parse import urljoin, urlsplit

from helpdesk.channels.phone.network.calls import Call, Room, Seat

ONCE_HEADER = "I-Twilio-Idempotency-Token"
SIGNATURE_HEADER = "X-Twilio-Signature"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a webhook answered."""

    status: int
    body: bytes
    content_type: str = "text/xml"


class Carry(Protocol):
    """Carries a POST of form fields to a path (with its query) of the product, and brings the answer back."""

    def __call__(self, path: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """Raises OSError when nobody is there."""
        ...


Sign = Callable[[str, Mapping[str, str]], str]
"""Signs an address and its form fields as Twilio does."""


@dataclass(slots=True)
class Post:
    """Sends webhooks to one installation of the product, which the world knows as ``public_url``."""

    public_url: str
    sign: Sign
    carry: Carry

    def send(self, url: str, form: Mapping[str, str], token: str | None) -> Answer:
        """POST a signed webhook. Raises ValueError for an address outside the product: Twilio would leak the caller there."""
        if not url.startswith(self.public_url + "/"):
            raise ValueError(f"{url} lies outside {self.public_url}")
        headers = {SIGNATURE_HEADER: self.sign(url, form)}
        if token:
            headers[ONCE_HEADER] = token
        return self.carry(url.removeprefix(self.public_url), form, headers)


def complete(base: str, url: str) -> str:
    """Return the absolute address that a document at ``base`` means by ``url``."""
    return url if urlsplit(url).scheme else urljoin(base, url)


def new_token() -> str:
    """Return the key that marks the same webhook when it comes again."""
    return str(uuid.uuid4())


def call_fields(call: Call) -> dict[str, str]:
    """Return the parameters that every voice webhook carries."""
    return {
        "AccountSid": call.account,
        "ApiVersion": "2010-04-01",
        "CallSid": call.sid,
        "CallStatus": call.status,
        "Called": call.called,
        "CalledCountry": "SE",
        "Caller": call.caller,
        "CallerCountry": "SE",
        "Direction": call.direction,
        "From": call.caller,
        "FromCountry": "SE",
        "To": call.called,
        "ToCountry": "SE",
    }


def status_fields(call: Call, status: str, now: datetime) -> dict[str, str]:
    """Return the parameters of a call's status callback. A call's own sequence numbers tell their order."""
    fields = call_fields(call) | {
        "CallStatus": status,
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(call.sequence),
        "Timestamp": format_datetime(now),
    }
    if status == "completed":
        seconds = int((now - (call.answered_at or now)).total_seconds())
        fields |= {"CallDuration": str(seconds), "Duration": str(-(-seconds // 60))}
    return fields


def room_fields(room: Room, event: str, seat: Seat | None, now: datetime) -> dict[str, str]:
    """Return the parameters of a conference's status callback."""
    fields = {
        "AccountSid": room.account,
        "ConferenceSid": room.sid,
        "FriendlyName": room.name,
        "SequenceNumber": str(room.sequence),
        "StatusCallbackEvent": event,
        "Timestamp": format_datetime(now),
    }
    if seat is not None:
        fields |= {
            "CallSid": seat.call.sid,
            "Coaching": "false",
            "EndConferenceOnExit": str(seat.end_on_exit).lower(),
            "Hold": str(seat.held).lower(),
            "Muted": str(seat.muted).lower(),
            "StartConferenceOnEnter": str(seat.start_on_enter).lower(),
        }
        if seat.label:
            fields["ParticipantLabel"] = seat.label
    if event == "conference-end":
        fields["ReasonConferenceEnded"] = room.ended_why or "last-participant-left"
        if room.ended_by:
            fields["CallSidEndingConference"] = room.ended_by
    return fields
