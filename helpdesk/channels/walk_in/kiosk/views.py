"""The kiosk at the entrance: an errand, needs, a number. Works by touch, by keyboard, and without scripts."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext

from helpdesk.channels.walk_in.actions import take_ticket
from helpdesk.channels.walk_in.forms import KioskForm, shape_of
from helpdesk.channels.walk_in.kiosk.opening import is_open_here, keep_open, try_pin
from helpdesk.channels.walk_in.pressing import once
from helpdesk.channels.walk_in.queries import ahead_of, entrance, visit_by_token
from helpdesk.channels.walk_in.rules import Letter
from helpdesk.channels.walk_in.ticket.codes import code_of
from helpdesk.channels.walk_in.words import (
    NEEDS,
    TONGUES,
    TOPICS,
    Tongue,
    notes_of,
    page_language,
    tongue_of,
    topic_of,
)
from helpdesk.clock import local, now
from helpdesk.contacts.doors.queries import DoorNow, site_by_slug
from helpdesk.db import reading, transaction
from helpdesk.ids import new_public_id
from helpdesk.people import guard
from helpdesk.refusals import Unknown
from helpdesk.web.pages import day_and_time

bp = Blueprint("kiosk", __name__)

IDLE_S = 60
"""Without a touch for so long the kiosk starts over for the next visitor."""
QUARTER = timedelta(minutes=15)


def closed_words(door: DoorNow) -> str | None:
    """Return words on a closed door, None when it is open."""
    if door.is_open:
        return None
    if door.opens_at is None:
        return str(gettext("We are closed right now. Call us or write in the chat."))
    return str(gettext("We are closed. We open %(when)s.", when=day_and_time(door.opens_at)))


def full_words() -> str:
    """Return words on a full room."""
    return str(gettext("The waiting room is full. Take a ticket and wait outside: you see your place on your phone."))


def kiosk_page(
    template: str, site: str, tongue: Tongue, more: Mapping[str, object], status: int = 200
) -> ResponseReturnValue:
    """Show a screen of the kiosk, in the language that this visitor chose and no other."""
    shell = {
        "tongues": [(one.code, one.name, one.direction) for one in TONGUES],
        "language": tongue.code,
        "start": url_for("kiosk.start", site=site),
        "idle": IDLE_S,
    }
    return render_template(f"channels/walk_in/{template}", **shell, **more), status


@bp.get("/kiosk/<site>")
@guard.public
def start(site: str) -> ResponseReturnValue:
    """Show the kiosk's first screen: what is it about?"""
    return first_screen(site, tongue_of(request.args.get("lang")))


def first_screen(site: str, tongue: Tongue, status: int = 200, problem: str | None = None) -> ResponseReturnValue:
    """Show the errands, or when the doors open; a screen that may not give numbers is asked for the PIN."""
    with force_locale(page_language(tongue)):
        with reading() as session:
            here, is_ours = entrance(session, site, now()), is_open_here(session)
        if not is_ours:
            return redirect(url_for("kiosk.locked", site=site))
        shown = {
            "topics": [(one.key, one.icon, one.title, one.words) for one in TOPICS],
            "needs_address": url_for("kiosk.needs", site=site),
            "welcome": tongue,
            "closed": closed_words(here.door),
            "full": full_words() if here.is_full else None,
            "problem": problem,
        }
        return kiosk_page("kiosk.html", site, tongue, shown, status)


@bp.get("/kiosk/<site>/behov")
@guard.public
def needs(site: str) -> ResponseReturnValue:
    """Show the kiosk's second screen: does the visitor need anything in particular?"""
    topic, tongue, moment = topic_of(request.args.get("topic")), tongue_of(request.args.get("lang")), now()
    with reading() as session:
        is_open = entrance(session, site, moment).door.is_open and is_open_here(session)
    if topic is None or not is_open:
        return redirect(url_for("kiosk.start", site=site, lang=tongue.code))
    with force_locale(page_language(tongue)):
        shown = {
            "topic": topic.title,
            "topic_key": topic.key,
            "needs": [(one.want.value, one.icon, one.title, one.words) for one in NEEDS],
            "times": quarters_near(moment) if topic.letter is Letter.BOOKED else [],
            "take_address": url_for("kiosk.take", site=site),
            "once_key": new_public_id(),
        }
        return kiosk_page("behov.html", site, tongue, shown)


def quarters_near(moment: datetime) -> list[str]:
    """Return the times of day that a visitor's booking may have: each quarter from half an hour ago to two hours ahead."""
    start = local(moment).replace(second=0, microsecond=0) - timedelta(minutes=30 + local(moment).minute % 15)
    return [(start + n * QUARTER).strftime("%H:%M") for n in range(11)]


@bp.post("/kiosk/<site>")
@guard.public
def take(site: str) -> ResponseReturnValue:
    """Issue the number, once for each press."""
    form, moment = KioskForm(), now()
    tongue = tongue_of(form.lang.data)
    if not form.validate_on_submit():
        with force_locale(page_language(tongue)):
            words = gettext("Something went wrong with your choice. Please choose again.")
        return first_screen(site, tongue, 422, str(words))
    with transaction() as session:
        is_open = entrance(session, site, moment).door.is_open and is_open_here(session)
        arriving = form.arriving(site, moment)
        token = (
            once(
                session,
                f"kiosk:{site}",
                request.form.get("once"),
                shape_of(form),
                moment,
                lambda: take_ticket(session, arriving, moment).token,
            )
            if is_open
            else None
        )
    if token is None:
        return first_screen(site, tongue, 409)
    return redirect(url_for("kiosk.ticket", site=site, token=token, lang=tongue.code))


@bp.get("/kiosk/<site>/oppna")
@guard.public
def locked(site: str) -> ResponseReturnValue:
    """Ask for the PIN that makes this screen a kiosk."""
    return locked_screen(site)


def locked_screen(site: str, status: int = 200) -> ResponseReturnValue:
    """Show the question for the PIN, with words when the last one was wrong."""
    with reading() as session:
        name = site_by_slug(session, site).slug
    action = url_for("kiosk.unlock", site=name)
    return render_template("channels/walk_in/locked.html", action=action, is_wrong=status != 200), status


@bp.post("/kiosk/<site>/oppna")
@guard.public
def unlock(site: str) -> ResponseReturnValue:
    """Make this screen a kiosk."""
    pin = request.form.get("pin", "").strip()
    with transaction() as session:
        is_right = try_pin(session, pin, now())
    if not is_right:
        return locked_screen(site, 422)
    answer = make_response(redirect(url_for("kiosk.start", site=site)))
    keep_open(answer, pin)
    return answer


@bp.get("/kiosk/<site>/lapp/<token>")
@guard.own_key
def ticket(site: str, token: str) -> ResponseReturnValue:
    """Show the kiosk's third screen: the number, the place, and the code for the visitor's phone."""
    tongue = tongue_of(request.args.get("lang"))
    with force_locale(page_language(tongue)):
        with reading() as session:
            visit = visit_by_token(session, token)
            if visit.ticket.site_id != site_by_slug(session, site).id:
                raise Unknown("There is no such ticket.")
            shown = {
                "number": visit.ticket.label,
                "ahead": ahead_of(session, visit.contact, now()),
                "qr": code_of(visit.ticket, visit.contact.language),
                "notes": notes_of(visit.ticket.asked_for),
            }
        return kiosk_page("lapp.html", site, tongue, shown)
