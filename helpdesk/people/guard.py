"""The guard at every door of the program: each view says who may use it, and no view works without saying so."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import Flask, redirect, request, url_for
from flask_login import current_user

from helpdesk.people.rules import OPENS, Role, Viewer
from helpdesk.refusals import Forbidden

P = ParamSpec("P")
R = TypeVar("R")

BEFORE_OWN_PASSWORD = ("people.password_page", "people.change_password", "people.sign_out")
"""What somebody with a first password can do before they have chosen one of their own."""


@dataclass(frozen=True, slots=True)
class Declared:
    """Who may use a view. ``roles`` empty and ``kind`` ``public``: everybody."""

    kind: str
    """``public``, ``signed_in``, ``roles``, ``token``, ``signature`` or ``own_key`` (an unguessable link or chat token)."""
    roles: frozenset[Role] = frozenset()
    scope: str | None = None


def declare(view: Callable[P, R], declared: Declared) -> Callable[P, R]:
    """Write on a view who may use it."""
    view.declared = declared  # type: ignore[attr-defined]
    return view


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Let everybody in."""
    return declare(view, Declared("public"))


def own_key(view: Callable[P, R]) -> Callable[P, R]:
    """Let in whoever has the unguessable link or the signed key that the view itself checks."""
    return declare(view, Declared("own_key"))


def signature(view: Callable[P, R]) -> Callable[P, R]:
    """Let in machines whose signature the view itself checks."""
    return declare(view, Declared("signature"))


def opens(what: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let in whoever holds one of the roles that open ``what`` (see people/rules.py)."""
    return roles(*OPENS[what])


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Let in everybody who has signed in."""
    return declare(_checked(view, frozenset(Role)), Declared("signed_in"))


def roles(*allowed: Role) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let in whoever holds one of these roles anywhere; what they see there is up to the policy."""

    def wrap(view: Callable[P, R]) -> Callable[P, R]:
        return declare(_checked(view, frozenset(allowed)), Declared("roles", frozenset(allowed)))

    return wrap


def _checked(view: Callable[P, R], allowed: frozenset[Role]) -> Callable[P, R]:
    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not current_user.is_authenticated:
            target = request.full_path.rstrip("?") if request.method == "GET" else None
            return cast(R, redirect(url_for("people.sign_in_page", next=target)))
        if not current_viewer().is_any(*allowed):
            raise Forbidden("This page is for other roles than yours.")
        if current_viewer().must_change_password and request.endpoint not in BEFORE_OWN_PASSWORD:
            return cast(R, redirect(url_for("people.password_page")))
        return view(*args, **kwargs)

    return guarded


def current_viewer() -> Viewer:
    """Return who has signed in. Raises Forbidden when nobody has."""
    if not current_user.is_authenticated:
        raise Forbidden("Sign in first.")
    return cast(Viewer, current_user._get_current_object())


def check_all_declared(app: Flask) -> None:
    """Refuse to start when a view does not say who may use it. Raises RuntimeError with the names."""
    silent = [name for name, view in app.view_functions.items() if not hasattr(view, "declared") and name != "static"]
    if silent:
        raise RuntimeError(f"views that do not say who may use them: {', '.join(sorted(silent))}")
