"""The ticket on the visitor's own phone: the place, the call, and what the visitor can do. Nothing to install or sign in to."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from helpdesk.channels.walk_in.actions import be_late, come_back, give_up, standing
from helpdesk.channels.walk_in.forms import LateForm
from helpdesk.channels.walk_in.models import Ticket
from helpdesk.channels.walk_in.pressing import once
from helpdesk.channels.walk_in.queries import ahead_of, visit_by_token
from helpdesk.channels.walk_in.rules import LATE_MINUTES, Standing
from helpdesk.channels.walk_in.ticket.codes import code_of
from helpdesk.channels.walk_in.words import ending, notes_of, place
from helpdesk.clock import now
from helpdesk.db import reading, transaction
from helpdesk.ids import new_public_id
from helpdesk.news import version_of
from helpdesk.people import guard
from helpdesk.web.pages import iso

bp = Blueprint("ticket", __name__)

REFRESH_S = 20
"""How often the page asks anew where scripts do not run, in seconds."""


@bp.get("/lapp/<token>")
@guard.own_key
def page(token: str) -> ResponseReturnValue:
    """Show the ticket as it stands now. A visit that is over answers 410: the address leads nowhere any more."""
    shown = ticket_shown(token)
    status = 410 if shown["stage"] == Standing.ENDED else 200
    return render_template("channels/walk_in/ticket.html", refresh_s=REFRESH_S, **shown), status


@bp.get("/lapp/<token>/live")
@guard.own_key
def live(token: str) -> ResponseReturnValue:
    """Return the ticket as it is now; 204 when nothing has changed since ``?since=``."""
    with reading() as session:
        visit_by_token(session, token)
        version = version_of(session, "queue")
    if request.args.get("since") == str(version):
        return "", 204
    shown = ticket_shown(token)
    fragment = render_template("channels/walk_in/_ticket.html", **shown)
    return jsonify(version=shown["version"], now=iso(now()), fragments={"ticket": fragment})


def ticket_shown(token: str) -> dict[str, object]:
    """Return what the ticket's page shows. Raises Unknown."""
    moment = now()
    with reading() as session:
        version = version_of(session, "queue")
        visit = visit_by_token(session, token)
        ticket, contact = visit.ticket, visit.contact
        is_away = ticket.late_until is not None and contact.ready_at > moment
        return {
            "version": version,
            "live_address": url_for("ticket.live", token=token),
            "number": ticket.label,
            "stage": standing(visit, moment),
            "ahead": None if is_away else ahead_of(session, contact, moment),
            "away_until": contact.ready_at if is_away else None,
            "low": None,
            "high": None,
            "as_of": moment,
            "place": place(ticket.desk),
            "calls": ticket.calls,
            "notes": notes_of(ticket.asked_for),
            "ended": ending(contact.ended_as),
            "addresses": {
                "late": url_for("ticket.late_page", token=token),
                "leave": url_for("ticket.leave", token=token),
                "back": url_for("ticket.back", token=token),
            },
            "once_key": new_public_id(),
        }


@bp.get("/lapp/<token>/sen")
@guard.own_key
def late_page(token: str) -> ResponseReturnValue:
    """Ask how late the visitor will be."""
    return late_screen(token)


def late_screen(token: str, status: int = 200) -> ResponseReturnValue:
    """Show the choice of how late."""
    with reading() as session:
        visit = visit_by_token(session, token)
        stands, number = standing(visit, now()), visit.ticket.label
    if stands not in (Standing.WAITING, Standing.CALLED):
        return redirect(url_for("ticket.page", token=token))
    options = [(one, gettext("%(count)s minutes", count=one), None, None) for one in LATE_MINUTES]
    return render_template(
        "channels/walk_in/late.html",
        number=number,
        options=options,
        back_address=url_for("ticket.page", token=token),
        action=url_for("ticket.late", token=token),
        once_key=new_public_id(),
    ), status


@bp.post("/lapp/<token>/sen")
@guard.own_key
def late(token: str) -> ResponseReturnValue:
    """Let others go first until the visitor is back."""
    form = LateForm()
    if not form.validate_on_submit():
        return late_screen(token, 422)
    minutes = int(form.minutes.data)
    return pressed(token, "late", minutes, lambda session, moment: be_late(session, token, minutes, moment))


@bp.post("/lapp/<token>/lamna")
@guard.own_key
def leave(token: str) -> ResponseReturnValue:
    """Give up the place in the queue."""
    return pressed(token, "leave", None, lambda session, moment: give_up(session, token, moment))


@bp.post("/lapp/<token>/har")
@guard.own_key
def back(token: str) -> ResponseReturnValue:
    """Use the one free return after *not here*."""
    return pressed(token, "back", None, lambda session, moment: come_back(session, token, moment))


def pressed(token: str, what: str, said: object, do: Callable[[Session, datetime], Ticket]) -> ResponseReturnValue:
    """Do what a button of the ticket says, once for each press, and show the ticket again."""
    moment = now()
    with transaction() as session:
        once(
            session,
            f"ticket:{token}",
            request.form.get("once"),
            [what, said],
            moment,
            lambda: do(session, moment).token,
        )
    return redirect(url_for("ticket.page", token=token))


@bp.get("/lapp/<token>/utskrift")
@guard.own_key
def printed(token: str) -> ResponseReturnValue:
    """Show the ticket for paper: the number, the day, and the code."""
    with reading() as session:
        visit = visit_by_token(session, token)
        shown = {
            "number": visit.ticket.label,
            "issued_at": visit.ticket.issued_at,
            "notes": notes_of(visit.ticket.asked_for),
            "qr": code_of(visit.ticket, visit.contact.language),
        }
    return render_template("channels/walk_in/print.html", **shown)
