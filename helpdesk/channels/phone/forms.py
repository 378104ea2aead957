"""What the telephone network says in a webhook, as typed values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from helpdesk.channels.phone.rules import international

LONGEST_KEY = 64


class BadWebhook(ValueError):
    """The webhook lacks what every webhook of its kind has; the message names the field."""


@dataclass(frozen=True, slots=True)
class CallNews:
    """A voice webhook or a call's status callback. Numbers in international form, None when hidden."""

    key: str
    """Twilio's CallSid."""
    account: str
    caller: str | None
    called: str | None
    status: str
    digits: str
    queue_result: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ConferenceNews:
    """A conference's status callback: its id, its name (the contact's public id), what happened and to whose leg."""

    key: str
    name: str
    event: str
    leg: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TextMessage:
    """An SMS that came in."""

    key: str
    sender: str | None
    receiver: str | None
    text: str


def read_call(form: Mapping[str, str], now: datetime) -> CallNews:
    """Read what every voice webhook carries. Raises BadWebhook without a CallSid."""
    return CallNews(
        key=required(form, "CallSid"),
        account=form.get("AccountSid", "")[:LONGEST_KEY],
        caller=international(form.get("From")),
        called=international(form.get("To")),
        status=form.get("CallStatus", ""),
        digits=form.get("Digits", "")[:LONGEST_KEY],
        queue_result=form.get("QueueResult", ""),
        at=moment(form, now),
    )


def read_conference(form: Mapping[str, str], now: datetime) -> ConferenceNews:
    """Read what a conference tells. Raises BadWebhook when it does not say which one."""
    return ConferenceNews(
        key=required(form, "ConferenceSid"),
        name=required(form, "FriendlyName"),
        event=required(form, "StatusCallbackEvent"),
        leg=form.get("CallSid", "")[:LONGEST_KEY],
        at=moment(form, now),
    )


def read_text_message(form: Mapping[str, str]) -> TextMessage:
    """Read an SMS. Raises BadWebhook without an id."""
    return TextMessage(
        key=required(form, "MessageSid"),
        sender=international(form.get("From")),
        receiver=international(form.get("To")),
        text=form.get("Body", "").strip(),
    )


def required(form: Mapping[str, str], name: str) -> str:
    """Return a field that must be there, and short enough to be a key."""
    value = form.get(name, "")
    if not 0 < len(value) <= LONGEST_KEY:
        raise BadWebhook(f"{name} is missing or too long")
    return value


def moment(form: Mapping[str, str], now: datetime) -> datetime:
    """Return when it happened, in UTC: the network's own time stamp if there is one, never later than now."""
    try:
        stamped = parsedate_to_datetime(form.get("Timestamp", ""))
    except ValueError:
        return now
    aware = stamped if stamped.tzinfo is not None else stamped.replace(tzinfo=UTC)
    return min(aware.astimezone(UTC), now)
