"""Administration: what the services lack, the settings, the accounts."""

from math import ceil

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from helpdesk.answers.admin_queries import (
    Wanted,
    accounts_with_roles,
    is_due,
    services_wanted,
    settings_in_force,
)
from helpdesk.answers.forms import SettingForm, what_fits
from helpdesk.answers.search import text_of
from helpdesk.answers.words import ACCESSIBLE, HANDLING, KINDS
from helpdesk.clock import local, now
from helpdesk.db import reading, transaction
from helpdesk.people import guard
from helpdesk.refusals import Unknown
from helpdesk.settings import KNOWN, change_setting
from helpdesk.web.languages import current_language
from knowledge.queries import list_departments
from knowledge.values import Form

bp = Blueprint("administration", __name__, url_prefix="/administration")

ROWS = 50
NARROWED = ("department", "form", "handling", "accessible", "review")


@bp.get("")
@guard.opens("administration")
def services() -> ResponseReturnValue:
    """List the services with what is known of each: read through, accessible, how it is handled."""
    wanted = Wanted(
        text=request.args.get("q", "").strip()[:200], **{name: request.args.get(name, "") for name in NARROWED}
    )
    lang, today = current_language(), local(now()).date()
    with reading() as session:
        found = services_wanted(session, wanted, lang, today)
        pages = max(1, ceil(len(found) / ROWS))
        page = min(max(1, request.args.get("page", default=1, type=int)), pages)
        departments = [(one.slug, text_of(one, "name", lang)[0]) for one in list_departments(session)]
        return render_template(
            "answers/admin_services.html",
            wanted=wanted,
            rows=[
                (one, *text_of(one, "title", lang), text_of(one.department, "name", lang)[0], is_due(one, today))
                for one in found[(page - 1) * ROWS : page * ROWS]
            ],
            total=len(found),
            page=page,
            pages=pages,
            choices={
                "department": sorted(departments, key=lambda pair: pair[1].casefold()),
                "form": [(one.value, KINDS[one.value]) for one in Form],
                "handling": [*HANDLING.items(), ("none", _("Not said"))],
                "accessible": list(ACCESSIBLE.items()),
            },
        )


@bp.get("/installningar")
@guard.opens("accounts")
def settings_page() -> ResponseReturnValue:
    """Show every setting with its value, unit and range."""
    with reading() as session:
        return render_template("answers/admin_settings.html", settings=settings_in_force(session), fits=what_fits)


@bp.post("/installningar/<key>")
@guard.opens("accounts")
def change_one(key: str) -> ResponseReturnValue:
    """Set a setting from now on, or say what would fit and keep what was typed."""
    if key not in KNOWN:
        raise Unknown("There is no such setting.")
    form = SettingForm(key)
    if not form.validate_on_submit():
        with reading() as session:
            shown = settings_in_force(session)
        return render_template("answers/admin_settings.html", settings=shown, fits=what_fits, wrong=form), 422
    with transaction() as session:
        change_setting(session, key, form.value.data or "", now(), guard.current_viewer().account_id)
    flash(_("%(key)s is changed. It holds from now on.", key=key), "ok")
    return redirect(url_for("administration.settings_page", _anchor=key))


@bp.get("/konton")
@guard.opens("accounts")
def accounts() -> ResponseReturnValue:
    """List everybody who can sign in, with their roles."""
    with reading() as session:
        return render_template("answers/admin_accounts.html", accounts=accounts_with_roles(session, current_language()))
