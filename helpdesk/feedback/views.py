"""The pages of the road back: the board, one change request, what was done. Changes are in change_views, flags in flag_views."""

from enum import Enum
from secrets import token_urlsafe
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

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
from helpdesk.people import guard
from helpdesk.policy.rules import steers_requests

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
    viewer, moment = guard.current_viewer(), now()
    state = request.args.get("state") or None
    wanted = Filter(
        department=request.args.get("department") or None,
        state=RequestState(state) if state in set(RequestState) else None,
    )
    shape = Shape.TABLE if request.args.get("shape") == Shape.TABLE else Shape.BOARD
    with reading() as session:
        shown = board(session, viewer, wanted, moment)
        departments = department_choices(session, ("", _("All departments")), (GROUP, _("The group management")))
        proposals = suggested(session, moment) if steers_requests(viewer) else []
        titles = service_titles(session) if proposals else {}
        return render_template(
            "feedback/board.html",
            board=shown,
            news=my_news(session, viewer),
            wanted=wanted,
            shape=shape,
            departments=departments,
            proposals=proposals,
            titles=titles,
            steers=steers_requests(viewer),
            states=words.STATES,
        )


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
