"""The screen in the waiting room: numbers and desks, nothing else."""

from flask import Blueprint, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext, ngettext

from helpdesk.channels.walk_in.queries import (
    Visit,
    called_last,
    entrance,
    next_in_turn,
    visits_of,
)
from helpdesk.channels.walk_in.rules import Letter, service_day
from helpdesk.channels.walk_in.words import (
    LETTERS,
    place,
)
from helpdesk.clock import now
from helpdesk.contacts.doors.queries import site_by_slug
from helpdesk.contacts.stages import Stage, WaitsFor
from helpdesk.db import reading
from helpdesk.news import version_of
from helpdesk.people import guard
from helpdesk.web.languages import LANGUAGES
from helpdesk.web.pages import clock_time, iso

bp = Blueprint("display", __name__)

TIPS = ("volume-2", "hand-helping")


@bp.get("/skarm/<site>")
@guard.public
def show(site: str) -> ResponseReturnValue:
    """Show the waiting-room screen: numbers and desks, nothing else."""
    with force_locale(screen_language()):
        tips = (gettext("The number is also called out"), gettext("Do you need help? Ask the host at the entrance"))
        return render_template(
            "channels/walk_in/display.html", tips=list(zip(TIPS, tips, strict=True)), speak="sv", **screen(site)
        )


@bp.get("/skarm/<site>/live")
@guard.public
def live(site: str) -> ResponseReturnValue:
    """Return the screen as it is now; 204 when nothing has changed since ``?since=``."""
    with reading() as session:
        site_by_slug(session, site)
        version = version_of(session, "queue")
    if request.args.get("since") == str(version):
        return "", 204
    with force_locale(screen_language()):
        shown = screen(site)
        fragment = render_template("channels/walk_in/_screen.html", **shown)
    return jsonify(version=shown["version"], now=iso(now()), fragments={"screen": fragment})


def screen_language() -> str:
    """Return the language of the screen: asked for in its address, else Swedish."""
    wanted = request.args.get("lang", "sv")
    return wanted if wanted in LANGUAGES else "sv"


def screen(slug: str) -> dict[str, object]:
    """Return what the screen shows: the last called, who is next, and how many wait for each letter."""
    moment = now()
    with reading() as session:
        version = version_of(session, "queue")
        site, day = site_by_slug(session, slug), service_day(moment)
        called = called_last(session, site, day)
        waiting = visits_of(session, site, day, Stage.WAITING)
        is_open = entrance(session, slug, moment).door.is_open
        return {
            "version": version,
            "live_address": url_for("display.live", site=slug, lang=screen_language()),
            "called": [
                (one.ticket.label, place(one.ticket.desk), booked_words(one), iso(one.ticket.called_at))
                for one in called
                if one.ticket.called_at is not None
            ],
            "next": [(one.ticket.label, booked_words(one)) for one in next_in_turn(waiting, moment)],
            "waits": [
                (f"{letter.value} {name}", None, None, waiting_words(letter, waiting, is_open))
                for letter, name in LETTERS.items()
            ],
        }


def booked_words(visit: Visit) -> str | None:
    """Return the booked time of a visit in words, None for one that has none."""
    if visit.contact.waits_for is not WaitsFor.BOOKING:
        return None
    return str(gettext("booked %(time)s", time=clock_time(visit.contact.due_at)))


def waiting_words(letter: Letter, waiting: list[Visit], is_open: bool) -> str:
    """Return how many wait with a letter, in words."""
    count = sum(1 for one in waiting if one.ticket.letter == letter.value)
    if not is_open and not count:
        return str(gettext("closed"))
    return str(ngettext("%(num)s waits", "%(num)s wait", count)) if count else str(gettext("nobody waits"))
