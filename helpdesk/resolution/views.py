"""How a contact ends at the desk: solved with its errands, handed to a department, or the wrap-up finished."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from helpdesk.db import reading
from helpdesk.desk.doing import Done, do
from helpdesk.desk.page import Place, answer, page, place_asked
from helpdesk.desk.rules import MOST_ERRANDS
from helpdesk.people import guard
from helpdesk.resolution.actions import finish_wrap_up, resolve
from helpdesk.resolution.closing_queries import (
    FOUND,
    Choice,
    choice_of,
    department_choices,
    service_named,
    services_found,
    services_used,
)
from helpdesk.resolution.forms import NO_SERVICE, ClosingForm, HandoverForm, find_services
from helpdesk.resolution.handovers import Task, hand_over
from helpdesk.resolution.models import Basis
from helpdesk.resolution.words import REASONS
from helpdesk.settings import settings
from helpdesk.web.languages import current_language
from helpdesk.web.problems import wants_json
from knowledge.queries import find_service

bp = Blueprint("resolution", __name__)


@bp.app_context_processor
def shared() -> dict[str, Any]:
    """Give the desk's templates what the closing forms need, when they ask."""
    return {
        "closing_form": empty_closing,
        "handover_form": empty_handover,
        "closing_services": offered,
        "closing_found": found_for,
        "reason_keys": {code.value: key for code, (key, _word) in REASONS.items()},
        "most_errands": MOST_ERRANDS,
        "handover_days": handover_days,
    }


def handover_days() -> int:
    """Return within how many working days a department answers."""
    with reading() as session:
        return settings(session).number("handover.working_days")


def empty_closing(rows: int) -> ClosingForm:
    """Return a closing form with so many errands."""
    form = ClosingForm(formdata=None)
    for _row in range(1, rows):
        form.errands.append_entry()
    return form


def empty_handover(rows: int) -> HandoverForm:
    """Return a handover form with so many errands and the departments to choose from."""
    form = HandoverForm(formdata=None)
    for _row in range(1, rows):
        form.errands.append_entry()
    fill_departments(form)
    return form


def fill_departments(form: HandoverForm) -> None:
    """Give a handover form its departments."""
    with reading() as session:
        found = department_choices(session, current_language())
    form.department.choices = [SelectChoice("", _("Choose")), *(SelectChoice(*one) for one in found)]


def offered(contact_id: int, query: str) -> Sequence[Choice]:
    """Return the services to choose from at once: those of the contact, then those that were last searched for."""
    lang = current_language()
    with reading() as session:
        used = services_used(session, contact_id, lang)
        known = {one.slug for one in used}
        found = [one for one in services_found(session, query, lang) if one.slug not in known]
    return (used + found)[:FOUND]


def found_for(chosen: str | None, typed: str | None, offered: Sequence[Choice]) -> Sequence[Choice]:
    """Return what stands below the offered services when a form comes back: what was chosen, or what was typed finds."""
    lang = current_language()
    with reading() as session:
        if chosen and chosen != NO_SERVICE:
            known = {one.slug for one in offered}
            service = find_service(session, chosen) if chosen not in known else None
            return [choice_of(service, lang)] if service else []
        return services_found(session, typed or "", lang)


@bp.get("/arbetsyta/tjanster")
@guard.opens("desk")
def services() -> ResponseReturnValue:
    """Find services while somebody types in the closing form."""
    errand = max(0, min(request.args.get("errand", 0, type=int), MOST_ERRANDS - 1))
    with reading() as session:
        found = services_found(session, request.args.get("q", "")[:200], current_language())
    html = render_template("resolution/_services_found.html", number=errand, found=found)
    return jsonify(fragments={f"errands-{errand}-found": html})


@bp.post("/kontakter/<public_id>/avsluta")
@guard.opens("desk")
def close(public_id: str) -> ResponseReturnValue:
    """Say what came of a contact; with ``add`` only one more errand is asked for."""
    form, place = ClosingForm(), replace(place_asked(), contact=public_id, show="close")
    if request.form.get("add") and len(form.errands) < MOST_ERRANDS:
        form.errands.append_entry()
        return again(replace(place, rows=len(form.errands)), closing=form)
    if not is_right(form):
        return again(replace(place, rows=len(form.errands)), 422, closing=form)
    said = form.said

    def work(session: Session, agent_id: int, moment: datetime) -> Done:
        contact = resolve(session, agent_id, public_id, said, moment)
        shown = contact.public_id if contact.closed_at is None else None
        return Done(shown, toast=_("Closed. Thank you."))

    return do(work, unsent=said.note, contact=public_id)


@bp.post("/kontakter/<public_id>/lamna-over")
@guard.opens("desk")
def give(public_id: str) -> ResponseReturnValue:
    """Hand a contact over to a department."""
    form, place = HandoverForm(), replace(place_asked(), contact=public_id, show="hand_over")
    fill_departments(form)
    if request.form.get("add") and len(form.errands) < MOST_ERRANDS:
        form.errands.append_entry()
        return again(replace(place, rows=len(form.errands)), handing=form)
    if not is_right(form):
        return again(replace(place, rows=len(form.errands)), 422, handing=form)
    task = Task(
        department=form.department.data,
        text=(form.text.data or "").strip(),
        basis=Basis(form.basis.data),
        errands=tuple(one.form.said for one in form.errands),
    )

    def work(session: Session, agent_id: int, moment: datetime) -> Done:
        hand_over(session, agent_id, public_id, task, moment)
        return Done(toast=_("Handed over. You hear of it when the department answers."))

    return do(work, unsent=task.text, contact=public_id)


@bp.post("/kontakter/<public_id>/klar")
@guard.opens("desk")
def finish(public_id: str) -> ResponseReturnValue:
    """End the wrap-up now."""

    def work(session: Session, agent_id: int, moment: datetime) -> Done:
        finish_wrap_up(session, agent_id, public_id, moment)
        return Done(toast=_("Done. Your room is free."))

    return do(work)


def is_right(form: ClosingForm | HandoverForm) -> bool:
    """Say whether a form can be taken as it is; what was typed for a service is looked up first."""
    is_valid = form.validate_on_submit()
    with reading() as session:
        find_services(session, form, lambda session, text: service_named(session, text, current_language()))
    return is_valid and not any(one.form.find.errors for one in form.errands)


def again(place: Place, status: int = 200, **forms: Any) -> ResponseReturnValue:
    """Return the desk with a form as it was filled in."""
    if wants_json():
        said = {"code": "invalid", "toast": _("Look at what is marked in the form.")} if status >= 400 else {}
        return answer(place, "mine", status, more=forms, **said)
    return page(place, status, **forms)
