"""Signing in and out."""

from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import login_user, logout_user

from helpdesk.clock import now
from helpdesk.db import reading, transaction
from helpdesk.people import guard
from helpdesk.people.actions import is_password, set_password, sign_in
from helpdesk.people.forms import NewPasswordForm, SignInForm
from helpdesk.people.queries import account_by_public_id, viewer_of
from helpdesk.people.rules import Viewer
from helpdesk.refusals import Unknown

bp = Blueprint("people", __name__)

FIRST_PAGES = (
    ("desk", "desk.home"),
    ("reception", "walk_in.reception"),
    ("handovers", "handovers.index"),
    ("improvements", "feedback.board"),
    ("results", "insight.results"),
    ("administration", "administration.services"),
)
"""Where each kind of work begins, in the order in which it is looked for."""


@bp.get("/logga-in")
@guard.public
def sign_in_page() -> ResponseReturnValue:
    """Show the sign-in form."""
    return render_template("people/sign_in.html", form=SignInForm(), next=safe_path(request.args.get("next")))


@bp.post("/logga-in")
@guard.public
def sign_in_now() -> ResponseReturnValue:
    """Sign in, or say in words what to do."""
    form = SignInForm()
    target = safe_path(request.form.get("next"))
    if not form.validate_on_submit():
        return render_template("people/sign_in.html", form=form, next=target), 422
    with transaction() as session:
        tried = sign_in(session, form.email.data or "", form.password.data or "", now())
    if tried.viewer is None:
        wait = ngettext("Wait %(num)d second.", "Wait %(num)d seconds.", tried.wait_s) if tried.wait_s else ""
        return render_template("people/sign_in.html", form=form, next=target, failed=True, wait=wait), 401
    login_user(tried.viewer)
    return redirect(target or first_page(tried.viewer))


@bp.post("/logga-ut")
@guard.signed_in
def sign_out() -> ResponseReturnValue:
    """Sign out."""
    logout_user()
    return redirect(url_for("people.sign_in_page"))


@bp.get("/losenord")
@guard.signed_in
def password_page() -> ResponseReturnValue:
    """Show the form for a password of one's own."""
    return render_template("people/password.html", form=NewPasswordForm())


@bp.post("/losenord")
@guard.signed_in
def change_password() -> ResponseReturnValue:
    """Change the password; every other session of the account ends."""
    form = NewPasswordForm()
    if not form.validate_on_submit():
        return render_template("people/password.html", form=form), 422
    with transaction() as session:
        account = account_by_public_id(session, guard.current_viewer().public_id)
        if account is None:
            raise Unknown("The account is gone.")
        if is_password(account, form.password.data or ""):
            form.password.errors = [_("Choose another password than the one you have.")]
            return render_template("people/password.html", form=form), 422
        set_password(session, account, form.password.data or "", must_change=False)
        viewer = viewer_of(session, account)
    login_user(viewer)
    return redirect(first_page(viewer))


@bp.get("/start")
@guard.signed_in
def welcome() -> ResponseReturnValue:
    """Lead to where this person's work begins; somebody without any page of their own is told so."""
    target = first_page(guard.current_viewer())
    return render_template("people/welcome.html") if target == url_for("people.welcome") else redirect(target)


def first_page(viewer: Viewer) -> str:
    """Return the address of the page where somebody's work begins."""
    if viewer.must_change_password:
        return url_for("people.password_page")
    return next((url_for(page) for what, page in FIRST_PAGES if viewer.may(what)), url_for("people.welcome"))


def safe_path(target: str | None) -> str | None:
    """Return a path of our own, or None: nobody is led to another site by a link to the sign-in page."""
    if not target:
        return None
    parts = urlsplit(target)
    is_ours = not parts.scheme and not parts.netloc and target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if is_ours else None


def load_viewer(kept: str) -> Viewer | None:
    """Return whoever the session cookie names, unless disabled or ended since."""
    public_id, _, epoch = kept.rpartition(".")
    with reading() as session:
        account = account_by_public_id(session, public_id)
        if account is None or account.disabled_at is not None or str(account.session_epoch) != epoch:
            return None
        return viewer_of(session, account)
