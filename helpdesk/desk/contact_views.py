"""What an agent does with one contact: write, note, say what it is about, hold, put back."""

from collections.abc import Callable
from datetime import datetime

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from helpdesk.contacts.models import Contact
from helpdesk.desk.actions import describe, forget, write, write_note
from helpdesk.desk.blueprint import bp
from helpdesk.desk.doing import Done, do
from helpdesk.desk.forms import TopicForm, WordsForm
from helpdesk.desk.page import page, place_asked
from helpdesk.people import guard
from helpdesk.queue.assignments import hold, release, resume
from helpdesk.refusals import Unacceptable

Step = Callable[[Session, int, str, datetime], Contact]


@bp.post("/kontakter/<public_id>/meddelande")
@guard.opens("desk")
def say(public_id: str) -> ResponseReturnValue:
    """Write to the citizen. What cannot be sent is kept, to be saved as a note."""
    text, wrong = typed()

    def work(session: Session, agent_id: int, moment: datetime) -> Done:
        if wrong:
            raise Unacceptable(wrong)
        write(session, agent_id, public_id, text, request.form.get("once"), moment)
        return Done(public_id)

    return do(work, unsent=text, contact=public_id)


@bp.post("/kontakter/<public_id>/anteckning")
@guard.opens("desk")
def note(public_id: str) -> ResponseReturnValue:
    """Write a note that only staff see; also on a contact that a colleague has taken over."""
    text, wrong = typed()

    def work(session: Session, _agent_id: int, moment: datetime) -> Done:
        if wrong:
            raise Unacceptable(wrong)
        write_note(session, guard.current_viewer(), public_id, text, moment)
        return Done(place_asked().contact or public_id, toast=_("The note is saved."))

    return do(work, unsent=text, contact=public_id)


def typed() -> tuple[str, str | None]:
    """Return what was typed, and what is wrong with it in words; None when it can be taken."""
    form = WordsForm()
    is_valid = form.validate_on_submit()
    return (form.text.data or "").strip(), None if is_valid else " ".join(str(one) for one in form.text.errors)


@bp.post("/kontakter/<public_id>/amne")
@guard.opens("desk")
def topic(public_id: str) -> ResponseReturnValue:
    """Say what the contact is about."""
    form, place = TopicForm(), place_asked()
    if not form.validate_on_submit():
        return page(place, 422, topic_form=form)

    def work(session: Session, agent_id: int, moment: datetime) -> Done:
        describe(session, agent_id, public_id, form.area.data or None, form.topic.data or "", moment)
        return Done(public_id)

    return do(work)


def step(public_id: str, action: Step, toast: str = "") -> ResponseReturnValue:
    """Do one of the queue's moves with a contact, and stay with it."""

    def work(session: Session, agent_id: int, moment: datetime) -> Done:
        action(session, agent_id, public_id, moment)
        return Done(public_id, toast=toast)

    return do(work)


@bp.post("/kontakter/<public_id>/vantelage")
@guard.opens("desk")
def put_on_hold(public_id: str) -> ResponseReturnValue:
    """Ask the citizen to hold."""
    return step(public_id, hold)


@bp.post("/kontakter/<public_id>/fortsatt")
@guard.opens("desk")
def go_on(public_id: str) -> ResponseReturnValue:
    """Go on after a hold."""
    return step(public_id, resume)


@bp.post("/kontakter/<public_id>/glom")
@guard.opens("desk")
def forget_caller(public_id: str) -> ResponseReturnValue:
    """Drop name, number and address at once: the citizen's identity is protected."""
    return step(public_id, forget, _("Name, number and address are gone, and none are kept from now on."))


@bp.post("/kontakter/<public_id>/slapp")
@guard.opens("desk")
def put_back(public_id: str) -> ResponseReturnValue:
    """Let the contact wait again, with its promise."""

    def work(session: Session, agent_id: int, moment: datetime) -> Done:
        release(session, agent_id, public_id, moment)
        return Done(toast=_("Put back in the queue with the same promise."))

    return do(work)
