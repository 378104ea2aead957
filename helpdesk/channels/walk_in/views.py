"""The reception, where a host registers visitors, and the desk's two buttons for a visit."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from helpdesk.channels.walk_in.actions import take_ticket
from helpdesk.channels.walk_in.calling import call_again as call_number
from helpdesk.channels.walk_in.calling import not_here as end_no_show
from helpdesk.channels.walk_in.display import views as display
from helpdesk.channels.walk_in.forms import ReceptionForm, shape_of
from helpdesk.channels.walk_in.kiosk import views as kiosk
from helpdesk.channels.walk_in.pressing import once
from helpdesk.channels.walk_in.queries import (
    Visit,
    count_in_room,
    entrance,
    sites_with_a_door,
    visit_by_token,
    visits_of,
)
from helpdesk.channels.walk_in.rules import CALLED_STAGES, Letter, service_day
from helpdesk.channels.walk_in.ticket import views as ticket
from helpdesk.channels.walk_in.words import LETTERS, notes_of, place
from helpdesk.clock import now
from helpdesk.contacts.actions import By
from helpdesk.contacts.doors.models import Site
from helpdesk.contacts.doors.queries import site_by_slug
from helpdesk.contacts.queries import view_of
from helpdesk.contacts.stages import Actor, Stage
from helpdesk.db import reading, transaction
from helpdesk.ids import new_public_id
from helpdesk.news import version_of
from helpdesk.people import guard
from helpdesk.people.rules import Viewer
from helpdesk.people.views import safe_path
from helpdesk.policy.rules import View
from helpdesk.refusals import Forbidden, Unknown
from helpdesk.web.languages import current_language
from helpdesk.web.pages import iso
from helpdesk.web.problems import wants_json

bp = Blueprint("walk_in", __name__)
PAGES = (bp, kiosk.bp, display.bp, ticket.bp)
"""All pages of the walk-in door."""

WORKSPACE = "/arbetsyta"


@bp.get("/mottagning")
@guard.opens("reception")
def reception() -> ResponseReturnValue:
    """Show the form for the next visitor, the room, and those who wait in it."""
    return reception_page(ReceptionForm(formdata=None))


def reception_page(form: ReceptionForm, status: int = 200) -> ResponseReturnValue:
    """Show the reception of the site that ``?plats=`` names, else of the first one."""
    with reading() as session:
        site = chosen_site(session)
        sites = [(one.slug, name_of(one), one.id == site.id) for one in sites_with_a_door(session)]
        latest = visit_by_token(session, request.args["lapp"]).ticket if request.args.get("lapp") else None
        issued = (latest.label, latest.token) if latest is not None else None
        shown = room_shown(session, site, guard.current_viewer())
    return render_template(
        "channels/walk_in/reception.html", form=form, sites=sites, issued=issued, once_key=new_public_id(), **shown
    ), status


def name_of(site: Site) -> str:
    """Return what a site is called in the language of the page."""
    return {"fi": site.name_fi, "en": site.name_en}.get(current_language(), site.name_sv)


def chosen_site(session: Session) -> Site:
    """Return the site that the page is about. Raises Unknown."""
    wanted = request.args.get("plats")
    if wanted:
        return site_by_slug(session, wanted)
    sites = sites_with_a_door(session)
    if not sites:
        raise Unknown("There is no place with a door for visitors yet.")
    return sites[0]


def room_shown(session: Session, site: Site, viewer: Viewer) -> dict[str, object]:
    """Return what the reception sees of the room: how many, how many it holds, who waits and who is called."""
    moment = now()
    day = service_day(moment)
    return {
        "version": version_of(session, "queue"),
        "live_address": url_for("walk_in.reception_live", plats=site.slug),
        "count": count_in_room(session, site, day),
        "limit": site.room_limit,
        "is_open": entrance(session, site.slug, moment).door.is_open,
        "waiting": [row(one, viewer) for one in visits_of(session, site, day, Stage.WAITING, Stage.OFFERED)],
        "called": [row(one, viewer) for one in visits_of(session, site, day, *sorted(CALLED_STAGES))],
    }


def row(visit: Visit, viewer: Viewer) -> dict[str, object]:
    """Return one visitor as the reception's list shows them; of a secret contact the number and the times only."""
    is_full = view_of(viewer, visit.contact) is View.FULL
    return {
        "number": visit.ticket.label,
        "errand": (visit.contact.topic if is_full else None) or LETTERS[Letter(visit.ticket.letter)],
        "language": visit.contact.language,
        "notes": notes_of(visit.ticket.asked_for) if is_full else [],
        "arrived_at": visit.contact.arrived_at,
        "due_at": visit.contact.due_at,
        "ready_at": visit.contact.ready_at,
        "place": place(visit.ticket.desk),
    }


@bp.get("/mottagning/live")
@guard.opens("reception")
def reception_live() -> ResponseReturnValue:
    """Return the room as it is now; 204 when nothing has changed since ``?since=``."""
    with reading() as session:
        if request.args.get("since") == str(version_of(session, "queue")):
            return "", 204
        shown = room_shown(session, chosen_site(session), guard.current_viewer())
    fragment = render_template("channels/walk_in/_room.html", **shown)
    return jsonify(version=shown["version"], now=iso(now()), fragments={"room": fragment})


@bp.post("/mottagning")
@guard.opens("reception")
def register() -> ResponseReturnValue:
    """Register a visitor, once for each press, and show the number."""
    form, viewer, moment = ReceptionForm(), guard.current_viewer(), now()
    if not form.validate_on_submit():
        return reception_page(form, 422)
    with transaction() as session:
        site = chosen_site(session).slug
        token = once(
            session,
            f"reception:{viewer.account_id}:{site}",
            request.form.get("once"),
            shape_of(form),
            moment,
            lambda: take_ticket(session, form.arriving(site, moment), moment, By(Actor.AGENT, viewer.account_id)).token,
        )
    return redirect(url_for("walk_in.reception", plats=request.args.get("plats"), lapp=token))


@bp.post("/besok/<public_id>/ropa")
@guard.opens("desk")
def call_again(public_id: str) -> ResponseReturnValue:
    """Call the number once more."""
    agent_id, moment = acting_agent(), now()

    def call(session: Session) -> str:
        return call_number(session, agent_id, public_id, moment).token

    with transaction() as session:
        token = once(session, f"call:{agent_id}", request.form.get("once"), public_id, moment, lambda: call(session))
        called = visit_by_token(session, token).ticket
    return done(gettext("%(number)s is called to %(place)s", number=called.label, place=place(called.desk)))


@bp.post("/besok/<public_id>/inte-har")
@guard.opens("desk")
def not_here(public_id: str) -> ResponseReturnValue:
    """End the visit of somebody who did not come."""
    agent_id, moment = acting_agent(), now()

    def end(session: Session) -> str:
        return end_no_show(session, agent_id, public_id, moment).token

    with transaction() as session:
        token = once(session, f"not-here:{agent_id}", request.form.get("once"), public_id, moment, lambda: end(session))
        missed = visit_by_token(session, token).ticket
    return done(gettext("%(number)s was not here. They can come back once today.", number=missed.label))


def acting_agent() -> int:
    """Return the agent who acts. Raises Forbidden for somebody who takes no contacts."""
    agent_id = guard.current_viewer().agent_id
    if agent_id is None:
        raise Forbidden("Only an agent calls visitors.")
    return agent_id


def done(words: str) -> ResponseReturnValue:
    """Answer the desk: a receipt for a script, else back to the page that the form names (``next``)."""
    if wants_json():
        return jsonify(toast=words, kind="ok", now=iso(now()))
    flash(words, "ok")
    return redirect(safe_path(request.form.get("next")) or f"{request.script_root}{WORKSPACE}")
