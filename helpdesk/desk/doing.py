"""Every form of the desk is done the same way: once, in one transaction, answered as a page or as pieces of it."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from helpdesk.clock import now
from helpdesk.db import transaction
from helpdesk.desk.page import Place, answer, page, place_asked
from helpdesk.people import guard
from helpdesk.people.rules import Viewer
from helpdesk.queue.presence import is_due, sign_of_life
from helpdesk.refusals import Forbidden, Refusal
from helpdesk.web.inbox import answer_to, keep_answer
from helpdesk.web.problems import wants_json


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a form: where the desk goes, and what the receipt says."""

    contact: str | None = None
    show: str = "talk"
    toast: str = ""
    kind: str = "ok"


NOT_ASKED = frozenset({"csrf_token", "once", "contact", "show", "fits", "q", "item", "rows"})
"""Fields that say nothing about what is to be done."""

Work = Callable[[Session, int, datetime], Done]
"""Does what a form asks for: the session, the agent's id, the moment."""


def do(work: Work, unsent: str | None = None, contact: str | None = None) -> ResponseReturnValue:
    """Do the work of a form once, however often it is sent with its key, and answer it.

    ``unsent``: words that must not be lost when the work is refused; they are shown again, to be kept as a note on
    ``contact`` or thrown away. A refusal of a script's form is left to problems.py unless there are such words.
    """
    viewer, place = guard.current_viewer(), place_asked()
    try:
        done = once(viewer, work)
    except Refusal as refusal:
        if unsent:
            lost = {"text": unsent, "contact": contact, "why": refusal_text(refusal)}
            return show_unsent(place, lost, refusal)
        if wants_json():
            raise
        flash(refusal_text(refusal), "warn")
        return redirect(Place(place.contact, fits=place.fits, query=place.query).url())
    there = Place(done.contact, done.show, place.fits, place.query, place.item)
    if wants_json():
        part = "all" if place.contact != done.contact else "desk"
        gone = {"unsent": render_template("desk/_unsent.html", unsent=None)} if request.form.get("was_unsent") else {}
        return answer(there, part, 200, gone, toast=done.toast, kind=done.kind)
    if done.toast:
        flash(done.toast, done.kind)
    return redirect(there.url())


def once(viewer: Viewer, work: Work) -> Done:
    """Do the work in a transaction, as a sign of life too; the same form sent again with its key gives what came of it the first time."""
    if viewer.agent_id is None:
        raise Forbidden("Your account takes no contacts.")
    key, scope, moment = request.form.get("once"), f"desk:{viewer.account_id}:{request.path}", now()
    with transaction() as session:
        kept = answer_to(session, scope, key, asked(), moment) if key else None
        if kept is None:
            kept = asdict(work(session, viewer.agent_id, moment))
            if is_due(session, viewer.agent_id, moment):
                sign_of_life(session, viewer.agent_id, moment)
            if key:
                keep_answer(session, scope, key, kept)
    return Done(**kept)


def asked() -> str:
    """Return what tells two requests with one key apart: every field but the token, the key and the place."""
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in NOT_ASKED]
    return hashlib.sha256(repr(sorted(fields)).encode()).hexdigest()


def show_unsent(place: Place, lost: dict[str, Any], refusal: Refusal) -> ResponseReturnValue:
    """Return the desk with the words that could not be sent."""
    if wants_json():
        box = render_template("desk/_unsent.html", unsent=lost)
        return answer(place, "desk", refusal.status, {"unsent": box}, code=refusal.code)
    return page(place, refusal.status, unsent=lost)


def refusal_text(refusal: Refusal) -> str:
    """Return a refusal in words for the agent."""
    known: dict[str, str] = {
        "taken": _("A colleague has already taken this contact. You keep your room."),
        "closed": _("This contact is already closed."),
        "not_yours": _("A colleague has this contact now."),
        "full": _("You have no room for it. Finish or put back something first."),
        "not_available": _("You are paused or offline. Become available first."),
        "wrong_stage": _("It has moved on since the page was loaded, so this can no longer be done to it."),
        "key_reused": _("This form has already been sent. Load the page again."),
        "not_found": _("It is not here any more."),
        "forbidden": _("This is not open to you."),
    }
    return known.get(refusal.code, refusal.detail)
