"""What staff do to a change request on its page: write, move, look, merge. Each is one form, one action, and back again."""

from collections.abc import Callable
from datetime import datetime
from secrets import token_urlsafe

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from helpdesk.clock import now
from helpdesk.contacts.stages import Reason
from helpdesk.db import reading, transaction
from helpdesk.feedback import once
from helpdesk.feedback.actions import GROUP, Cause, Draft, Move, add_cause, draft, look, move, remove_cause, rewrite
from helpdesk.feedback.flags import judge_quote
from helpdesk.feedback.forms import (
    CauseForm,
    CommentForm,
    DraftForm,
    LookForm,
    MergeForm,
    MoveForm,
    QuoteForm,
    WordsForm,
    choices,
)
from helpdesk.feedback.merging import merge, undo_merge
from helpdesk.feedback.models import ChangeRequest, RequestKind
from helpdesk.feedback.options import department_choices, request_choices, service_choices, service_titles
from helpdesk.feedback.queries import seen_request
from helpdesk.feedback.sheet import sheet
from helpdesk.feedback.thread import comment, follow, mark_read, unfollow
from helpdesk.people import guard
from helpdesk.people.rules import Viewer
from helpdesk.refusals import Unacceptable

Work = Callable[[Session, Viewer, datetime], object]


def request_page(number: str, refused: FlaskForm | None = None) -> ResponseReturnValue:
    """Return the page of a request; with a form that was refused in its place, what was typed still in it."""
    viewer, moment = guard.current_viewer(), now()
    with reading() as session:
        one = sheet(session, viewer, seen_request(session, viewer, number), moment)
        forms: dict[str, FlaskForm] = {
            "words": WordsForm(formdata=None, title=one.request.title, text=one.request.text),
            "cause": CauseForm(formdata=None),
            "move": MoveForm(formdata=None),
            "comment": CommentForm(formdata=None),
            "look": LookForm(formdata=None),
            "merge": MergeForm(formdata=None),
            "quote": QuoteForm(formdata=None),
        }
        for name, form in forms.items():
            if refused is not None and type(form) is type(refused):
                forms[name] = refused
        for name, form in forms.items():
            for field in form:
                field.id = f"{name}-{field.short_name}"
        forms["cause"].service.choices = choices(service_choices(session, _("No service")))
        forms["merge"].into.choices = other_requests(session, one.request) if one.steers else []
        titles = service_titles(session)
        page = render_template(
            "feedback/request.html", sheet=one, forms=forms, titles=titles, refused=refused, new_key=token_urlsafe
        )
    return page, 200 if refused is None else 422


def lead_choices(session: Session) -> list[SelectChoice]:
    """Return who may lead a request."""
    return choices(department_choices(session, ("", _("Choose")), (GROUP, _("The group management"))))


def other_requests(session: Session, request: ChangeRequest) -> list[SelectChoice]:
    """Return what a request may be merged into."""
    return choices([("", _("Choose")), *request_choices(session, request)])


def worked(number: str, form: FlaskForm, receipt: str, work: Work) -> ResponseReturnValue:
    """Do one piece of work for a form of a request's page, once for each key, and lead back to the page.

    What the rules refuse as unacceptable is shown beside the form, with everything that was typed.
    """
    if not form.validate_on_submit():
        return request_page(number, form)
    viewer, back = guard.current_viewer(), url_for("feedback.show", number=number)
    try:
        with transaction() as session:
            moment = now()
            if once.done_before(session, viewer, moment) is None:
                work(session, viewer, moment)
                once.keep(session, viewer, back)
    except Unacceptable as refusal:
        form.form_errors.append(refusal.detail)
        return request_page(number, form)
    flash(receipt, "ok")
    return redirect(back)


@guard.opens("steer_improvements")
def create() -> ResponseReturnValue:
    """Write a draft."""
    form, viewer = DraftForm(), guard.current_viewer()
    with reading() as session:
        form.service.choices = choices(service_choices(session, _("No service, or another")))
        form.lead.choices = lead_choices(session)
    if not form.validate_on_submit():
        return render_template("feedback/new.html", form=form, key=token_urlsafe(16)), 422
    kind = RequestKind(form.kind.data)
    said = Draft(form.title.data or "", form.text.data or "", form.lead.data, (form.said,), kind)
    with transaction() as session:
        moment = now()
        back = once.done_before(session, viewer, moment)
        if back is None:
            back = url_for("feedback.show", number=draft(session, viewer, said, moment).number)
            once.keep(session, viewer, back)
    flash(_("The draft is saved. Nobody outside the service centre sees it until you send it."), "ok")
    return redirect(back)


@guard.opens("steer_improvements")
def reword(number: str) -> ResponseReturnValue:
    """Give a draft other words."""
    form = WordsForm()
    title, text = form.title.data or "", form.text.data or ""
    return worked(number, form, _("Saved."), lambda s, v, at: rewrite(s, v, number, title, text, at))


@guard.opens("steer_improvements")
def put_cause(number: str) -> ResponseReturnValue:
    """Count one more cause."""
    form = CauseForm()
    with reading() as session:
        form.service.choices = choices(service_choices(session, _("No service")))
    return worked(number, form, _("The cause is counted now."), lambda s, v, at: add_cause(s, v, number, form.said, at))


@guard.opens("steer_improvements")
def drop_cause(number: str) -> ResponseReturnValue:
    """Count a cause no more."""
    reason = request.form.get("reason", "")
    if reason not in set(Reason):
        raise Unacceptable("There is no such reason.")
    cause = Cause(request.form.get("service") or None, Reason(reason))
    receipt = _("The cause is not counted any more.")
    return worked(number, FlaskForm(), receipt, lambda s, v, at: remove_cause(s, v, number, cause, at))


@guard.opens("improvements")
def decide(number: str) -> ResponseReturnValue:
    """Move a request, with its reason."""
    form = MoveForm()

    def work(session: Session, viewer: Viewer, at: datetime) -> object:
        said = Move(form.state, form.reason.data, form.version.data, form.planned_for.data)
        return move(session, viewer, number, said, at)

    return worked(number, form, _("Done. Those who follow the request are told."), work)


@guard.opens("improvements")
def write(number: str) -> ResponseReturnValue:
    """Write in the thread."""
    form = CommentForm()
    text = form.text.data or ""
    return worked(number, form, _("Written in the thread."), lambda s, v, at: comment(s, v, number, text, at))


@guard.opens("improvements")
def look_at(number: str) -> ResponseReturnValue:
    """Write down what was found from one of the six sides."""
    form = LookForm()
    measure = form.measure.data
    return worked(number, form, _("Saved."), lambda s, v, at: look(s, v, number, *form.said, measure, at))


@guard.opens("improvements")
def toggle_follow(number: str) -> ResponseReturnValue:
    """Follow a request, or follow it no more."""
    wants = request.form.get("follow") == "1"

    def work(session: Session, viewer: Viewer, at: datetime) -> None:
        if wants:
            follow(session, viewer, number, at)
            mark_read(session, viewer, number, at)
        else:
            unfollow(session, viewer, number)

    receipt = _("You follow this request.") if wants else _("You do not follow this request any more.")
    return worked(number, FlaskForm(), receipt, work)


@guard.opens("steer_improvements")
def merge_into(number: str) -> ResponseReturnValue:
    """Take the request up in another."""
    form, viewer = MergeForm(), guard.current_viewer()
    with reading() as session:
        form.into.choices = other_requests(session, seen_request(session, viewer, number))
    into = form.into.data or ""
    return worked(number, form, _("Merged. It can be undone."), lambda s, v, at: merge(s, v, number, into, at))


@guard.opens("steer_improvements")
def let_go(number: str) -> ResponseReturnValue:
    """Undo a merge."""
    receipt = _("The request stands on its own again.")
    return worked(number, FlaskForm(), receipt, lambda s, v, at: undo_merge(s, v, number, at))


@guard.opens("steer_improvements")
def judge(number: str, public_id: str) -> ResponseReturnValue:
    """Show a citizen's words with the request, or refuse them."""
    if request.form.get("verdict") == "refuse":
        receipt = _("The quote is refused.")
        return worked(number, FlaskForm(), receipt, lambda s, v, at: judge_quote(s, v, public_id, None, at))
    form = QuoteForm()
    words = form.quote.data or ""
    receipt = _("The quote is shown to the department.")
    return worked(number, form, receipt, lambda s, v, at: judge_quote(s, v, public_id, words, at))
