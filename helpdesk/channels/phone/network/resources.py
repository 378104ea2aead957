"""What the pretended network shows of its calls, queues, conferences and messages: the JSON of Twilio's API."""

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from helpdesk.channels.phone.network.calls import Call, Line, Room, Seat
from helpdesk.channels.phone.verbs import Conference

Json = dict[str, Any]


def base(account: str) -> str:
    """Return the path under which everything of an account lies."""
    return f"/2010-04-01/Accounts/{account}"


def moment(at: datetime | None) -> str | None:
    """Write a moment as the API does (RFC 2822)."""
    return format_datetime(at) if at is not None else None


def error(status: int, code: int, message: str) -> Json:
    """Return the body of a refusal."""
    return {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }


def page(name: str, path: str, account: str, found: Sequence[Json]) -> Json:
    """Return a list. Everything fits on its first page."""
    uri = f"{base(account)}/{path}.json?PageSize=50&Page=0"
    return {
        name: list(found),
        "end": max(len(found) - 1, 0),
        "first_page_uri": uri,
        "next_page_uri": None,
        "page": 0,
        "page_size": 50,
        "previous_page_uri": None,
        "start": 0,
        "uri": uri,
    }


def call(one: Call) -> Json:
    """Return a call."""
    uri = f"{base(one.account)}/Calls/{one.sid}"
    seconds = int(((one.ended_at or one.created_at) - (one.answered_at or one.created_at)).total_seconds())
    return {
        "account_sid": one.account,
        "answered_by": None,
        "api_version": "2010-04-01",
        "caller_name": None,
        "date_created": moment(one.created_at),
        "date_updated": moment(one.ended_at or one.answered_at or one.created_at),
        "direction": one.direction,
        "duration": str(seconds) if one.ended_at else None,
        "end_time": moment(one.ended_at),
        "forwarded_from": None,
        "from": one.caller,
        "from_formatted": one.caller,
        "group_sid": None,
        "parent_call_sid": None,
        "phone_number_sid": None,
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "sid": one.sid,
        "start_time": moment(one.answered_at),
        "status": one.status,
        "subresource_uris": {"recordings": f"{uri}/Recordings.json", "events": f"{uri}/Events.json"},
        "to": one.called,
        "to_formatted": one.called,
        "trunk_sid": None,
        "uri": f"{uri}.json",
    }


def queue(account: str, line: Line) -> Json:
    """Return a queue."""
    return {
        "account_sid": account,
        "average_wait_time": 0,
        "current_size": len(line.waiting),
        "date_created": moment(line.created_at),
        "date_updated": moment(line.created_at),
        "friendly_name": line.name,
        "max_size": 1000,
        "sid": line.sid,
        "uri": f"{base(account)}/Queues/{line.sid}.json",
    }


def member(account: str, line: Line, one: Call, now: datetime) -> Json:
    """Return one who waits in a queue."""
    since = line.since[one.sid]
    return {
        "call_sid": one.sid,
        "date_enqueued": moment(since),
        "position": line.waiting.index(one) + 1,
        "queue_sid": line.sid,
        "uri": f"{base(account)}/Queues/{line.sid}/Members/{one.sid}.json",
        "wait_time": int((now - since).total_seconds()),
    }


def conference(room: Room) -> Json:
    """Return a conference."""
    uri = f"{base(room.account)}/Conferences/{room.sid}"
    shown = {
        "account_sid": room.account,
        "api_version": "2010-04-01",
        "call_sid_ending_conference": room.ended_by,
        "date_created": moment(room.created_at),
        "date_updated": moment(room.created_at),
        "friendly_name": room.name,
        "region": "us1",
        "sid": room.sid,
        "status": room.status,
        "subresource_uris": {"participants": f"{uri}/Participants.json", "recordings": f"{uri}/Recordings.json"},
        "uri": f"{uri}.json",
    }
    if room.ended_why:
        shown["reason_conference_ended"] = room.ended_why
    return shown


def participant(room: Room, seat: Seat) -> Json:
    """Return one who sits in a conference."""
    return {
        "account_sid": room.account,
        "call_sid": seat.call.sid,
        "call_sid_to_coach": None,
        "coaching": False,
        "conference_sid": room.sid,
        "date_created": moment(seat.joined_at),
        "date_updated": moment(seat.joined_at),
        "end_conference_on_exit": seat.end_on_exit,
        "hold": seat.held,
        "label": seat.label or None,
        "muted": seat.muted,
        "queue_time": None,
        "start_conference_on_enter": seat.start_on_enter,
        "status": "connected",
        "uri": f"{base(room.account)}/Conferences/{room.sid}/Participants/{seat.call.sid}.json",
    }


def new_participant(one: Call, room: Room | None, wish: Conference) -> Json:
    """Return one who is being rung up for a conference, which may not have begun."""
    sid = room.sid if room is not None else None
    return {
        "account_sid": one.account,
        "call_sid": one.sid,
        "call_sid_to_coach": None,
        "coaching": False,
        "conference_sid": sid,
        "date_created": moment(one.created_at),
        "date_updated": moment(one.created_at),
        "end_conference_on_exit": wish.end_on_exit,
        "hold": False,
        "label": wish.participant_label or None,
        "muted": wish.muted,
        "queue_time": None,
        "start_conference_on_enter": wish.start_on_enter,
        "status": "queued",
        "uri": f"{base(one.account)}/Conferences/{sid or wish.name}/Participants/{one.sid}.json",
    }


def message(sid: str, account: str, sender: str, receiver: str, body: str, now: datetime) -> Json:
    """Return an SMS that was just taken in."""
    uri = f"{base(account)}/Messages/{sid}"
    return {
        "account_sid": account,
        "api_version": "2010-04-01",
        "body": body,
        "date_created": moment(now),
        "date_sent": None,
        "date_updated": moment(now),
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": sender or None,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "sid": sid,
        "status": "queued",
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": receiver,
        "uri": f"{uri}.json",
    }
