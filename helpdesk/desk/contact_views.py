"""What an agent does with one contact: write, note, say what it is about, hold, put back, send what was found."""

from collections.abc import Callable
from datetime import datetime

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from helpdesk.answers.search import text_of
from helpdesk.contacts.models import Contact
from helpdesk.contacts.queries import contact_by_public_id
from helpdesk.desk.actions import Linked, describe, find_item, forget, send_link, use, write, write_note
from helpdesk.desk.blueprint import bp
from helpdesk.desk.doing import Done, do
from helpdesk.desk.forms import ItemForm, TopicForm, WordsForm
from helpdesk.desk.page import page, place_asked
from helpdesk.people import guard
from helpdesk.queue.actions import hold, release, resume
from helpdesk.refusals import Unacceptable
from helpdesk.web.languages import current_language
from knowledge.models import Service
from knowledge.values import Audience

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


@bp.post("/kontakter/<public_id>/lank")
@guard.opens("desk")
def send(public_id: str) -> ResponseReturnValue:
    """Send a service or an article into the conversation."""
    kind, slug = item()

    def work(session: Session, agent_id: int, moment: datetime) -> Done:
        language = contact_by_public_id(session, public_id).language
        send_link(session, agent_id, public_id, linked(session, kind, slug, language), moment)
        return Done(public_id, toast=_("The link is sent."))

    return do(work)


@bp.post("/kontakter/<public_id>/anvant")
@guard.opens("desk")
def used(public_id: str) -> ResponseReturnValue:
    """Remember that a service or an article helped."""
    kind, slug = item()

    def work(session: Session, agent_id: int, moment: datetime) -> Done:
        use(session, agent_id, public_id, linked(session, kind, slug, current_language()), moment)
        place = place_asked()
        return Done(public_id, place.show, toast=_("Noted as used in this contact."))

    return do(work)


def item() -> tuple[str, str]:
    """Return the kind and the slug of what was chosen. Raises Unacceptable."""
    form = ItemForm()
    if not form.validate_on_submit():
        raise Unacceptable(_("Choose something from the list first."))
    return form.kind.data, form.slug.data or ""


def linked(session: Session, kind: str, slug: str, language: str) -> Linked:
    """Return something from the library with its title in the language of whoever reads it, and its address here."""
    found, row = find_item(session, kind, slug)
    if isinstance(row, Service):
        address = url_for("answers.service_page", slug=slug, _external=True)
        return Linked(found, text_of(row, "title", language)[0], address, True)
    address = url_for("answers.article_page", slug=slug, _external=True)
    return Linked(found, row.title, address, row.audience is Audience.PUBLIC)
