"""Flagging at the desk, and the news that come back to whoever flagged."""

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from helpdesk.clock import now
from helpdesk.contacts.stages import Reason
from helpdesk.db import reading, transaction
from helpdesk.feedback.flags import Flag, flag
from helpdesk.feedback.forms import FlagForm, choices
from helpdesk.feedback.options import service_choices
from helpdesk.feedback.thread import mark_read
from helpdesk.feedback.told import News, my_news
from helpdesk.people import guard
from helpdesk.people.rules import Role
from helpdesk.people.views import safe_path
from helpdesk.refusals import Unacceptable
from helpdesk.web.problems import problem, wants_json


def flag_form() -> FlagForm:
    """Return an empty form to flag with, with the services to choose from."""
    return ready(FlagForm(formdata=None))


def ready(form: FlagForm) -> FlagForm:
    """Give a form its services, and its fields ids of their own, because other forms stand on the same page."""
    with reading() as session:
        form.service.choices = choices(service_choices(session, _("No service, or another")))
    for field in form:
        field.id = f"flag-{field.short_name}"
    return form


def news_now() -> list[News]:
    """Return what is new with the requests that the viewer follows."""
    with reading() as session:
        return my_news(session, guard.current_viewer())


@guard.roles(Role.AGENT, Role.HOST, Role.SUPERVISOR)
def flag_contact(public_id: str) -> ResponseReturnValue:
    """Flag what hurt in a contact, and go back to where the form was."""
    form, viewer, back = ready(FlagForm()), guard.current_viewer(), safe_path(request.form.get("next"))
    if form.validate_on_submit():
        said = Flag(
            reason=Reason(form.reason.data),
            service=form.service.data or None,
            exclusion=form.exclusion_said,
            quote=form.quote.data,
            is_repeat=form.repeat.data,
        )
        try:
            with transaction() as session:
                flag(session, viewer, public_id, said, now())
        except Unacceptable as refusal:
            form.form_errors.append(refusal.detail)
        else:
            receipt = _("Flagged. You hear of it when the department answers.")
            if wants_json() and back is None:
                return jsonify(toast=receipt, kind="ok", fragments={})
            flash(receipt, "ok")
            if wants_json():
                return jsonify(go=back)
            return redirect(back or url_for("people.welcome"))
    if wants_json():
        return problem(422, "invalid", " ".join(str(line) for lines in form.errors.values() for line in lines))
    return render_template("feedback/flag.html", form=form, flag_contact=public_id, flag_next=back), 422


@guard.signed_in
def read_news() -> ResponseReturnValue:
    """Remember that the news were seen."""
    with transaction() as session:
        mark_read(session, guard.current_viewer(), None, now())
    return redirect(safe_path(request.form.get("next")) or url_for("people.welcome"))
