"""The webhooks that the telephone network calls: every answer tells the call what to do next.

Each is checked for its signature and may come twice: the key is the header I-Twilio-Idempotency-Token when there is one,
else the hash of path and body, and the same key gets the same answer. ``/twilio/wait`` only looks, so it keeps nothing.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from helpdesk.channels.arrival import Arrival, arrive, door_of
from helpdesk.channels.phone.actions import (
    TALKING_STAGES,
    agent_leg,
    agent_progress,
    call_in,
    choose_area,
    choose_language,
    conference_progress,
    hang_up,
    open_leg,
)
from helpdesk.channels.phone.forms import BadWebhook, read_call, read_conference, read_text_message
from helpdesk.channels.phone.models import LegRole
from helpdesk.channels.phone.queries import leg_by_key
from helpdesk.channels.phone.rules import AREA_KEYS, LANGUAGE_KEYS, LEG_STATES, LegState, understand
from helpdesk.channels.phone.speech import Speech, answer_text_message, silence, speaking
from helpdesk.channels.phone.telephone import is_signed
from helpdesk.clock import now
from helpdesk.config import Config
from helpdesk.contacts.actions import keep_address
from helpdesk.contacts.doors.queries import open_now
from helpdesk.contacts.models import Contact
from helpdesk.contacts.queries import contact_by_public_id
from helpdesk.contacts.stages import OVER_STAGES, AddressKind, Channel, Stage
from helpdesk.db import reading, transaction
from helpdesk.people import guard
from helpdesk.queue.queries import agent_by_public_id, position_in_door
from helpdesk.refusals import Unacceptable, Unknown
from helpdesk.settings import settings
from helpdesk.web.inbox import answer_to, keep_answer

bp = Blueprint("phone", __name__, url_prefix="/twilio")

LONGEST_TOKEN = 128


@bp.before_request
def check_signature() -> ResponseReturnValue | None:
    """Let in nobody but the telephone network: 404 when there is none, 403 without a word for a wrong signature."""
    token = our_config().twilio_auth_token
    if not token:
        abort(404)
    query = request.query_string.decode()
    url = public_url() + request.path + (f"?{query}" if query else "")
    if not is_signed(token, url, request.form, request.headers.get("X-Twilio-Signature", "")):
        return Response(status=403)
    return None


@bp.errorhandler(BadWebhook)
def explain(error: BadWebhook) -> ResponseReturnValue:
    """Say what a webhook lacks."""
    return Response(str(error), status=400, mimetype="text/plain")


@bp.post("/voice")
@guard.signature
def voice() -> ResponseReturnValue:
    """Somebody calls: greet and ask for the language, unless the number stands for one."""

    def answer(session: Session, moment: datetime) -> str:
        speech, caller = speech_of(session), call_in(session, read_call(request.form, moment))
        if caller.is_gone:
            return silence()
        if caller.leg.contact_id is not None:
            return speech.wait_in_line(caller.language)
        door = open_now(session, caller.door, moment)
        if not door.is_open:
            return speech.say_closed(caller.language, door.opens_at)
        if caller.door.language:
            return speech.ask_area(caller.language, greet=True)
        return speech.ask_language()

    return once(answer)


@bp.post("/menu")
@guard.signature
def menu() -> ResponseReturnValue:
    """The caller pressed a key, or none. A key without a meaning is asked about once more, then it is the first choice."""
    is_last = bool(request.args.get("again") or request.args.get("none"))

    def answer(session: Session, moment: datetime) -> str:
        news, speech = read_call(request.form, moment), speech_of(session)
        caller = call_in(session, news)
        if request.args.get("step") == "language":
            pressed = understand(news.digits, LANGUAGE_KEYS)
            if not pressed.is_understood and not is_last:
                return speech.ask_language(again=True)
            choose_language(caller, pressed.choice)
            return speech.ask_area(caller.language)
        pressed = understand(news.digits, AREA_KEYS)
        if not pressed.is_understood and not is_last:
            return speech.ask_area(caller.language, again=True)
        contact = choose_area(session, caller, pressed.choice, news.caller, moment)
        return speech.wait_in_line(caller.language) if contact is not None else silence()

    return once(answer)


@bp.post("/wait")
@guard.signature
def wait() -> ResponseReturnValue:
    """A caller waits: tell them their place. Only looks, however often it is asked."""
    news = read_call(request.form, now())
    with reading() as session:
        speech, leg = speech_of(session), leg_by_key(session, news.key)
        contact = session.get(Contact, leg.contact_id) if leg is not None and leg.contact_id is not None else None
        if contact is None or leg is None or contact.stage in OVER_STAGES:
            return document(speech.leave_line())
        place = position_in_door(session, contact) if contact.stage is Stage.WAITING else None
        return document(speech.say_place(contact.language, place))


@bp.post("/left")
@guard.signature
def left() -> ResponseReturnValue:
    """A caller left the network's queue: they hung up, or there is nothing to wait for, or they are being connected."""

    def answer(session: Session, moment: datetime) -> str:
        news, speech = read_call(request.form, moment), speech_of(session)
        leg = leg_by_key(session, news.key)
        if leg is not None and news.queue_result == "hangup":
            hang_up(session, leg, "hangup", news.at, moment)
        if news.queue_result in ("hangup", "redirected", "bridged"):
            return silence()
        return speech.say_goodbye((leg.language if leg is not None else None) or "sv")

    return once(answer)


@bp.post("/again")
@guard.signature
def again() -> ResponseReturnValue:
    """A caller comes back into the queue: the agent's telephone was not answered, or the call was put back."""

    def answer(session: Session, moment: datetime) -> str:
        caller, speech = call_in(session, read_call(request.form, moment)), speech_of(session)
        contact = session.get(Contact, caller.leg.contact_id) if caller.leg.contact_id is not None else None
        if contact is None or contact.stage in OVER_STAGES:
            return speech.say_goodbye(caller.language)
        return speech.wait_in_line(caller.language, comes_back=contact.stage not in TALKING_STAGES)

    return once(answer)


@bp.post("/status")
@guard.signature
def status() -> ResponseReturnValue:
    """A call, an agent's leg, a conference or an SMS is somewhere else than before."""

    def answer(session: Session, moment: datetime) -> str:
        if "ConferenceSid" in request.form:
            news = read_conference(request.form, moment)
            conference_progress(session, contact_by_public_id(session, news.name), news, moment)
        elif "MessageStatus" not in request.form:
            call_status(session, moment)
        return silence()

    try:
        return once(answer)
    except Unknown:
        return document(silence())


def call_status(session: Session, moment: datetime) -> None:
    """Note where a leg is. The address says whose it is when we rang it up; else it is the caller's own."""
    news = read_call(request.form, moment)
    state = LEG_STATES.get(news.status)
    if state is None:
        raise BadWebhook(f"CallStatus {news.status!r} is unknown")
    if "agent" in request.args:
        contact = contact_by_public_id(session, request.args.get("contact", ""))
        agent = agent_by_public_id(session, request.args["agent"])
        leg = agent_leg(session, contact, agent.id, news)
        agent_progress(session, leg, state, news.status, news.at, moment)
    elif state is LegState.ENDED:
        leg, _is_new = open_leg(session, news, LegRole.CITIZEN, LegState.MENU)
        hang_up(session, leg, news.status, news.at, moment)


@bp.post("/sms")
@guard.signature
def sms() -> ResponseReturnValue:
    """An SMS came in: it becomes a message in the queue, or is answered with how else to reach us."""

    def answer(session: Session, moment: datetime) -> str:
        message = read_text_message(request.form)
        try:
            door = door_of(session, Channel.MESSAGE)
        except Unacceptable:
            door = None
        if door is None or not message.text:
            with speaking("sv"):
                return answer_text_message(gettext("We cannot read this message here. Please call us or use the chat."))
        contact = arrive(session, Arrival(door, text=message.text, client_id=message.key), moment)
        keep_address(session, contact, AddressKind.SMS, message.sender or "", "reply", "sms_number")
        return silence()

    return once(answer)


def once(answer: Callable[[Session, datetime], str]) -> Response:
    """Do what a webhook asks for the first time it comes, and give the same answer every time."""
    token = request.headers.get("I-Twilio-Idempotency-Token", "")
    key = token if 0 < len(token) <= LONGEST_TOKEN else body_hash()
    scope, moment = f"twilio {request.path}", now()
    with transaction() as session:
        kept = answer_to(session, scope, key, key, moment)
        if kept is None:
            kept = {"body": answer(session, moment)}
            keep_answer(session, scope, key, kept)
    return document(str(kept["body"]))


def body_hash() -> str:
    """Return the key of a webhook that brings none: the hash of its path, with the query, and its fields.

    The fields, not the raw bytes: those are gone once anybody has read the form.
    """
    fields = urlencode(list(request.form.items(multi=True)))
    return hashlib.sha256(f"{request.full_path}\n{fields}".encode()).hexdigest()


def document(body: str) -> Response:
    """Return an answer to the telephone network."""
    return Response(body, mimetype="text/xml")


def our_config() -> Config:
    """Return the settings of this process."""
    found: Config = current_app.config["HELPDESK"]
    return found


def public_url() -> str:
    """Return the address by which the world knows us: the setting, else the one that was asked."""
    return our_config().public_url or request.host_url.rstrip("/")


def speech_of(session: Session) -> Speech:
    """Return what writes our answers."""
    return Speech(public_url(), settings(session).text("brand.centre"))
