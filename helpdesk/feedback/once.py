"""Twice is once, for the forms of the road back: the one-time key that a form carries, kept with the work it asked for."""

import hashlib
from datetime import datetime

from flask import request
from sqlalchemy.orm import Session

from helpdesk.people.rules import Viewer
from helpdesk.web.inbox import answer_to, keep_answer


def done_before(session: Session, viewer: Viewer, now: datetime) -> str | None:
    """Return where the same form led the first time it was sent with its key, None the first time or without a key."""
    key = request.form.get("once")
    if not key:
        return None
    answer = answer_to(session, scope(viewer), key, asked(), now)
    return str(answer["go"]) if answer is not None else None


def keep(session: Session, viewer: Viewer, go: str) -> None:
    """Keep where the form led, in the transaction of its work."""
    if key := request.form.get("once"):
        keep_answer(session, scope(viewer), key, {"go": go})


def scope(viewer: Viewer) -> str:
    """Return whose keys these are."""
    return f"page:{viewer.account_id}"


def asked() -> str:
    """Return what tells two requests apart: the path and every field but the hidden ones that differ by nature."""
    fields = sorted((name, value) for name, value in request.form.items(multi=True) if name != "csrf_token")
    return hashlib.sha256(repr((request.path, fields)).encode()).hexdigest()
