"""What was found, put to use in a contact: sent as a link, noted as used, or offered as a quick reply."""

from datetime import datetime

from flask import jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from helpdesk.answers.search import text_of
from helpdesk.contacts.queries import contact_by_public_id
from helpdesk.db import reading
from helpdesk.desk.actions import Linked, find_item, send_link, use
from helpdesk.desk.blueprint import bp
from helpdesk.desk.doing import Done, do
from helpdesk.desk.forms import ItemForm
from helpdesk.desk.library import quick_replies
from helpdesk.desk.page import LONGEST_QUERY, place_asked
from helpdesk.people import guard
from helpdesk.refusals import Unacceptable
from helpdesk.web.languages import LANGUAGES, current_language
from knowledge.models import Service
from knowledge.values import Audience


@bp.get("/arbetsyta/snabbsvar")
@guard.opens("desk")
def canned() -> ResponseReturnValue:
    """Offer quick replies from the public articles while somebody types after a slash."""
    with reading() as session:
        replies = quick_replies(session, request.args.get("q", "")[:LONGEST_QUERY], current_language())
    return jsonify(fragments={"canned": render_template("desk/_canned.html", replies=replies)})


@bp.post("/kontakter/<public_id>/lank")
@guard.opens("desk")
def send(public_id: str) -> ResponseReturnValue:
    """Send a service or an article into the conversation."""
    kind, slug = item()

    def work(session: Session, agent_id: int, moment: datetime) -> Done:
        spoken = contact_by_public_id(session, public_id).language
        language = spoken if spoken in LANGUAGES else "sv"
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
