"""The desk as a page, and the pieces of it that a live page lays over itself: the same parts, for the same viewer."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import current_app, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from helpdesk.answers.markup import to_html
from helpdesk.answers.search import Results
from helpdesk.answers.words import AREAS, LOGIN_ICONS, LOGINS, word_for
from helpdesk.clock import now
from helpdesk.db import reading
from helpdesk.desk.library import Opened, find_while_typing, open_item
from helpdesk.desk.panel import Panel, panel_of
from helpdesk.desk.queries import Line, Me, agent_at_desk, line, me
from helpdesk.desk.rules import MOST_ERRANDS, PAUSE_REASONS, SHOWS
from helpdesk.desk.words import number_word
from helpdesk.news import version_of
from helpdesk.people import guard
from helpdesk.web.languages import current_language
from helpdesk.web.pages import iso

HITS = 8
LONGEST_QUERY = 200
CLOSING = ("close", "hand_over")
STAYS_TRUE_S = 15
"""For how long pieces hold when no version has changed: time alone makes somebody ready, late, or free again."""


@dataclass(frozen=True, slots=True)
class Place:
    """What of the desk somebody looks at: the open contact, what of it, and what is searched for."""

    contact: str | None = None
    show: str = "talk"
    fits: bool = False
    query: str = ""
    item: str = ""
    """An opened hit as ``kind:slug``."""
    rows: int = 1
    """How many errands the closing form has."""

    def arguments(self, **changed: Any) -> dict[str, Any]:
        """Return the place, with changes, as the arguments of an address; what is usual is left out."""
        place = replace(self, **changed)
        said = {
            "contact": place.contact or "",
            "show": "" if place.show == "talk" else place.show,
            "fits": "1" if place.fits else "",
            "q": place.query,
            "item": place.item,
            "rows": place.rows if place.rows > 1 and place.show in CLOSING else "",
        }
        return {name: value for name, value in said.items() if value}

    def url(self, **changed: Any) -> str:
        """Return the address of the page at this place, with changes."""
        return url_for("desk.home", **self.arguments(**changed))

    def live_url(self, part: str, moment: datetime) -> str:
        """Return where the page asks for a part of itself (see :data:`PARTS`), and when it was made."""
        return url_for("desk.live", part=part, at=int(moment.timestamp()), **self.arguments())


def place_asked() -> Place:
    """Return the place that the request names: in its address, or in the hidden fields of a form."""
    given = request.values
    show = given.get("show", "talk")
    return Place(
        contact=given.get("contact") or None,
        show=show if show in SHOWS else "talk",
        fits=given.get("fits") == "1",
        query=given.get("q", "").strip()[:LONGEST_QUERY],
        item=given.get("item", ""),
        rows=max(1, min(given.get("rows", 1, type=int), MOST_ERRANDS)),
    )


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that the templates of the desk show."""

    place: Place
    me: Me
    line: Line
    panel: Panel | None
    results: Results | None
    opened: Opened | None
    version: int
    key: str
    """The one-time key of every form on this rendering of the page."""

    @property
    def followed(self) -> list[str]:
        """Return the public ids of the contacts whose news concern this page: one's own and the open one."""
        opened = [self.panel.contact.public_id] if self.panel else []
        return list(dict.fromkeys([tab.contact.public_id for tab in self.me.tabs] + opened))


PARTS = {
    "desk": ("desk-left", "main"),
    "mine": ("main",),
    "search": ("desk-right",),
    "all": ("desk-left", "main", "desk-right"),
}
"""The pieces that can be asked for, by name: the ids of the elements that come."""

TEMPLATES = {"desk-left": "desk/_left.html", "main": "desk/_mine.html", "desk-right": "desk/_knowledge.html"}


def look(session: Session, place: Place, moment: datetime, part: str = "all") -> Desk:
    """Gather what the desk shows, or a part of it (see :data:`PARTS`). Raises Forbidden for somebody without contacts.

    Without a contact named, the first that is going on is open, as long as the agent has one. Nothing searched for:
    what fits the contact's topic is shown.
    """
    viewer = guard.current_viewer()
    agent = agent_at_desk(session, viewer)
    mine = me(session, agent)
    if place.contact is None and mine.tabs:
        place = replace(place, contact=mine.tabs[0].contact.public_id)
    panel = panel_of(session, viewer, place.contact, moment) if place.contact else None
    if panel is None or (not panel.may_close and place.show in CLOSING):
        place = replace(place, show="talk", contact=place.contact if panel else None)
    language, searches = current_language(), "desk-right" in PARTS[part]
    query = place.query or topic_of(panel)
    return Desk(
        place=place,
        me=mine,
        line=line(session, viewer, agent, moment),
        panel=panel,
        results=find_while_typing(session, query, language, HITS) if query and searches else None,
        opened=open_item(session, place.item, language, moment) if place.item and searches else None,
        version=shown_version(session),
        key=secrets.token_hex(16),
    )


def topic_of(panel: Panel | None) -> str:
    """Return what an open contact is about in a few words, as far as the viewer may see it; empty for nothing."""
    return (panel.contact.topic or "") if panel is not None and panel.is_mine else ""


def words(desk: Desk) -> dict[str, Any]:
    """Return what the templates are given."""
    return {
        "desk": desk,
        "areas": AREAS,
        "area_word": lambda code: word_for(AREAS, code) if code else _("General question"),
        "login_word": lambda code: word_for(LOGINS, code),
        "login_icons": LOGIN_ICONS,
        "pause_reasons": PAUSE_REASONS,
        "prose": to_html,
        "number_word": number_word,
        "has_page": lambda name: name in current_app.view_functions,
    }


def page(place: Place, status: int = 200, **more: Any) -> ResponseReturnValue:
    """Return the whole desk as a page. ``more`` is handed to the templates: a form with its errors, words not sent."""
    with reading() as session:
        desk = look(session, place, now())
    return render_template("desk/home.html", **words(desk), **more), status


def pieces(place: Place, part: str, **more: Any) -> dict[str, Any]:
    """Return what a live page asks for: version, time, and the pieces as they are now."""
    moment, part = now(), part if part in PARTS else "desk"
    with reading() as session:
        desk = look(session, place, moment, part)
    given = words(desk) | more
    fragments = {name: render_template(TEMPLATES[name], **given) for name in PARTS[part]}
    return {"version": desk.version, "now": iso(moment), "fragments": fragments}


def is_still_true(since: str, made_at: str) -> bool:
    """Say whether the pieces that a page has need not be made anew: the same version, made a moment ago."""
    if not made_at.isdecimal() or now().timestamp() - int(made_at) > STAYS_TRUE_S:
        return False
    with reading() as session:
        return since == str(shown_version(session))


def shown_version(session: Session) -> int:
    """Return the version of what the desk shows."""
    return version_of(session, "queue") + version_of(session, "contacts")


def answer(
    place: Place,
    part: str,
    status: int = 200,
    extra: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
    **said: str,
) -> ResponseReturnValue:
    """Return the pieces as the answer to a form that was sent without leaving the page.

    ``extra``: further pieces by id; ``more``: what the templates are handed besides; ``said``: toast, kind, code (see
    send.js).
    """
    there = pieces(place, part, **(more or {}))
    there["fragments"] |= extra or {}
    return jsonify(**there, **said), status
