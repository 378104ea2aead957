"""The department's pages over what the service centre handed over: the list, one handover, the reply."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from helpdesk.clock import now
from helpdesk.contacts.actions import By
from helpdesk.contacts.stages import Actor
from helpdesk.db import reading, transaction
from helpdesk.people import guard
from helpdesk.people.rules import Role
from helpdesk.refusals import Forbidden
from helpdesk.resolution.forms import ReplyForm
from helpdesk.resolution.handovers import reply
from helpdesk.resolution.queries import handovers_for, replies_to, seen_handover

bp = Blueprint("handovers", __name__)


@bp.get("/overlamningar")
@guard.opens("handovers")
def index() -> ResponseReturnValue:
    """Show what waits for an answer, the earliest due first, and what was answered lately."""
    moment = now()
    with reading() as session:
        found = handovers_for(session, guard.current_viewer(), moment)
        waiting = [one for one in found if one.handover.answered_at is None]
        answered = [one for one in found if one.handover.answered_at is not None]
        late = sum(one.is_late(moment) for one in waiting)
        return render_template("resolution/officer_list.html", waiting=waiting, answered=answered, late=late)


@bp.get("/overlamningar/<public_id>")
@guard.roles(Role.OFFICER, Role.DEPARTMENT_HEAD, Role.SUPERVISOR, Role.AGENT, Role.HOST)
def show(public_id: str) -> ResponseReturnValue:
    """Show one handover with its text and replies; the agent who sent it sees it too."""
    return page(public_id, ReplyForm())


@bp.post("/overlamningar/<public_id>")
@guard.roles(Role.OFFICER, Role.DEPARTMENT_HEAD)
def answer(public_id: str) -> ResponseReturnValue:
    """Write back to the service centre."""
    form, viewer = ReplyForm(), guard.current_viewer()
    if not form.validate_on_submit():
        return page(public_id, form, 422)
    with transaction() as session:
        if not seen_handover(session, viewer, public_id).may_reply:
            raise Forbidden("The department that was asked answers.")
        reply(session, public_id, form.text.data or "", By(Actor.OFFICER, viewer.account_id), now())
    flash(_("Your answer is with the service centre now."), "ok")
    return redirect(url_for("handovers.show", public_id=public_id))


def page(public_id: str, form: ReplyForm, status: int = 200) -> ResponseReturnValue:
    """Return the page of one handover with a form to answer it, for those who may."""
    with reading() as session:
        one = seen_handover(session, guard.current_viewer(), public_id)
        replies = replies_to(session, one.handover.id)
        return render_template("resolution/officer_handover.html", one=one, replies=replies, form=form), status
