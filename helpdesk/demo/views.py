"""The demo's own pages: the tour at the front door, signing in with one click, stopping the played day, and stand-ins.

They exist only in the demo (see app.py). Whatever changes something is for the machine itself, and POST with a token.
"""

from flask import Blueprint, abort, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_user

from helpdesk.clock import now
from helpdesk.config import Config
from helpdesk.db import reading, transaction
from helpdesk.demo.accounts import FILE, PEOPLE
from helpdesk.demo.tour import CARDS, address_for_phones, is_here, is_loopback, others
from helpdesk.people import guard
from helpdesk.people.queries import account_by_email, viewer_of
from helpdesk.people.views import first_page
from helpdesk.queue.models import AgentState
from helpdesk.queue.presence import choose_state
from helpdesk.queue.queries import count_waiting
from helpdesk.refusals import Unknown
from helpdesk.settings import change_setting, settings
from helpdesk.web.qr import qr_of
from knowledge.queries import find_service

bp = Blueprint("demo", __name__)

PASSWORDS = f"instance/{FILE}"


@bp.get("/")
@guard.public
def tour() -> ResponseReturnValue:
    """Show the ways into the demo."""
    with reading() as session:
        is_playing, waiting = settings(session).is_on("demo.live"), count_waiting(session)
    phone = f"{address_for_phones()}/chatt"
    return render_template(
        "demo/tour.html",
        cards=CARDS,
        others=others(),
        is_here=is_here(),
        is_playing=is_playing,
        waiting=waiting,
        phone=phone,
        phone_is_this_machine=is_loopback(phone.split("//")[1].split("/")[0].rpartition(":")[0]),
        code=qr_of(phone),
        passwords=PASSWORDS,
    )


@bp.post("/demo/logga-in/<who>")
@guard.public
def sign_in(who: str) -> ResponseReturnValue:
    """Sign somebody of the demo in without a password, at this machine only. An agent is available at once."""
    person = next((one for one in PEOPLE if one.first == who), None)
    if person is None or not is_here():
        abort(404)
    with transaction() as session:
        account = account_by_email(session, person.email)
        if account is None or account.disabled_at is not None:
            raise Unknown("The demo is not built. Run: helpdesk demo")
        viewer = viewer_of(session, account)
        if viewer.agent_id is not None:
            choose_state(session, viewer.agent_id, AgentState.AVAILABLE, None, now())
    login_user(viewer)
    return redirect(first_page(viewer))


@bp.post("/demo/live")
@guard.public
def switch() -> ResponseReturnValue:
    """Stop the played day, or let it go on, at this machine only."""
    if not is_here():
        abort(404)
    with transaction() as session:
        is_playing = settings(session).is_on("demo.live")
        change_setting(session, "demo.live", "off" if is_playing else "on", now())
    return redirect(url_for("demo.tour"))


@bp.get("/demo/tjanst/<slug>")
@guard.public
def stand_in(slug: str) -> ResponseReturnValue:
    """Say which service would open here: the demo has no e-services or forms of its own."""
    with reading() as session:
        service = find_service(session, slug)
        if service is None:
            raise Unknown("There is no such service.")
        return render_template("demo/stand_in.html", service=service, leads_to=leads_to(service.url))


def leads_to(url: str) -> str:
    """Return where a service's address leads in earnest, for showing: under SERVICE_BASE_URL when it has no host."""
    config: Config = current_app.config["HELPDESK"]
    return url if "://" in url else f"{config.service_base_url}{url}"
