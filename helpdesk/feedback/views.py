"""The pages of the road back: the board, one change request, what was done. Changes are in change_views, flags in flag_views."""

from datetime import datetime
from enum import Enum
from secrets import token_urlsafe
from typing import Any

from flask import Blueprint, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from helpdesk.clock import now
from helpdesk.db import reading
from helpdesk.feedback import change_views, flag_views, words
from helpdesk.feedback.actions import GROUP
from helpdesk.feedback.board import Filter, board, suggested
from helpdesk.feedback.forms import DraftForm, Shape, choices
from helpdesk.feedback.options import department_choices, owner_of, service_choices, service_titles
from helpdesk.feedback.public import done_requests
from helpdesk.feedback.rules import RequestState
from helpdesk.feedback.told import my_news
from helpdesk.news import version_of
from helpdesk.people import guard
from helpdesk.policy.rules import steers_requests
from helpdesk.web.pages import iso

STAYS_TRUE_S = 55
"""For how long the board holds when no request has changed: contacts that end make its figures grow all day."""

bp = Blueprint("feedback", __name__)


@bp.app_template_global()
def words_of(kind: str, code: Any) -> str:
    """Return the words for a code of one kind (``states``, ``reasons``, …); the code itself for one unknown."""
    table = getattr(words, kind.upper())
    plain = code.value if isinstance(code, Enum) else code
    return next((str(name) for known, name in table.items() if known.value == plain), str(plain))


@bp.get("/forbattringar", endpoint="board")
@guard.opens("improvements")
def show_board() -> ResponseReturnValue:
    """Show the board, or the table, of the change requests that this person sees."""
    with reading() as session:
        return render_template("feedback/board.html", **board_words(session, now()))


@bp.get("/live/forbattringar")
@guard.opens("improvements")
def live_board() -> ResponseReturnValue:
    """Give the board as it is now; 204 when no request has changed since and the figures are not older than a minute."""
    moment = now()
    with reading() as session:
        is_same = request.args.get("since") == str(version_of(session, "requests"))
        if is_same and moment.timestamp() - request.args.get("at", 0, type=int) < STAYS_TRUE_S:
            return "", 204
        shown = board_words(session, moment)
        html = render_template("feedback/_board.html", **shown)
    return jsonify(version=shown["version"], now=iso(moment), fragments={"board": html})


def board_words(session: Session, moment: datetime) -> dict[str, Any]:
    """Return what the board's templates are given: what was asked for by the address, as far as the viewer may see it."""
    viewer = guard.current_viewer()
    state = request.args.get("state") or None
    wanted = Filter(
        department=request.args.get("department") or None,
        state=RequestState(state) if state in set(RequestState) else None,
    )
    shape = Shape.TABLE if request.args.get("shape") == Shape.TABLE else Shape.BOARD
    steers = steers_requests(viewer)
    proposals = suggested(session, moment) if steers else []
    return {
        "version": version_of(session, "requests"),
        "asks": url_for(
            "feedback.live_board",
            at=int(moment.timestamp()),
            department=wanted.department,
            state=wanted.state,
            shape=shape.value,
        ),
        "board": board(session, viewer, wanted, moment),
        "departments": department_choices(session, ("", _("All departments")), (GROUP, _("The group management"))),
        "news": my_news(session, viewer),
        "wanted": wanted,
        "shape": shape,
        "proposals": proposals,
        "titles": service_titles(session) if proposals else {},
        "steers": steers,
        "states": words.STATES,
    }


@bp.get("/forbattringar/nytt")
@guard.opens("steer_improvements")
def new() -> ResponseReturnValue:
    """Show the form for a change request, filled in with the cause that was suggested."""
    form = DraftForm(request.args, meta={"csrf": True}) if request.args.get("reason") else DraftForm(formdata=None)
    with reading() as session:
        form.service.choices = choices(service_choices(session, _("No service, or another")))
        form.lead.choices = change_views.lead_choices(session)
        if form.lead.data is None:
            form.lead.data = owner_of(session, form.service.data)
    return render_template("feedback/new.html", form=form, key=token_urlsafe(16))


@bp.get("/forbattringar/<number>")
@guard.opens("improvements")
def show(number: str) -> ResponseReturnValue:
    """Show one change request."""
    return change_views.request_page(number)


@bp.get("/sa-gjorde-vi")
@guard.public
def done() -> ResponseReturnValue:
    """Tell everybody what was mended because they told us."""
    with reading() as session:
        found = done_requests(session)
        return render_template("feedback/done.html", found=found)


bp.add_app_template_global(flag_views.flag_form)
bp.add_app_template_global(flag_views.news_now, "my_news")
bp.post("/kontakter/<public_id>/hinder", endpoint="flag")(flag_views.flag_contact)
bp.post("/forbattringar/nyheter")(flag_views.read_news)
bp.post("/forbattringar/nytt")(change_views.create)
bp.post("/forbattringar/<number>/text")(change_views.reword)
bp.post("/forbattringar/<number>/orsaker")(change_views.put_cause)
bp.post("/forbattringar/<number>/orsaker/bort")(change_views.drop_cause)
bp.post("/forbattringar/<number>/steg")(change_views.decide)
bp.post("/forbattringar/<number>/inlagg")(change_views.write)
bp.post("/forbattringar/<number>/sidor")(change_views.look_at)
bp.post("/forbattringar/<number>/folj")(change_views.toggle_follow)
bp.post("/forbattringar/<number>/slaihop")(change_views.merge_into)
bp.post("/forbattringar/<number>/losgor")(change_views.let_go)
bp.post("/forbattringar/<number>/citat/<public_id>")(change_views.judge)
