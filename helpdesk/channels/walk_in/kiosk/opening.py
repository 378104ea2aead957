"""Which screens may give numbers: every one, or (with the setting ``kiosk.pin``) those that staff have opened with it.

Without this anybody at home could fill the waiting room's queue. A screen that was opened keeps a signed cookie until the
PIN is changed.
"""

import hashlib
import hmac
from datetime import datetime

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from helpdesk.channels.walk_in.rules import service_day
from helpdesk.counters import Counter, next_number
from helpdesk.refusals import Unacceptable
from helpdesk.settings import settings

COOKIE = "kiosk"
A_YEAR = 31_536_000
MOST_WRONG_TRIES = 50
"""A day. Then the PIN opens no further screen until tomorrow; those that are open stay so."""


def is_open_here(session: Session) -> bool:
    """Say whether the screen that asks may give numbers."""
    pin = settings(session).text("kiosk.pin")
    if not pin:
        return True
    try:
        kept = signer().loads(request.cookies.get(COOKIE, ""))
    except BadSignature:
        return False
    return isinstance(kept, str) and hmac.compare_digest(kept, mark_of(pin))


def try_pin(session: Session, tried: str, now: datetime) -> bool:
    """Say whether a PIN is right; count it when it is wrong. Raises Unacceptable after too many wrong ones today."""
    day = service_day(now)
    wrong = session.get(Counter, ("kiosk-pin", day, "T"))
    if wrong is not None and wrong.value >= MOST_WRONG_TRIES:
        raise Unacceptable("Too many wrong tries today. Try again tomorrow, or change the PIN.")
    if hmac.compare_digest(mark_of(tried.strip()), mark_of(settings(session).text("kiosk.pin"))):
        return True
    next_number(session, "kiosk-pin", day, "T")
    return False


def keep_open(response: Response, pin: str) -> None:
    """Let the browser remember that it was opened."""
    response.set_cookie(
        COOKIE,
        str(signer().dumps(mark_of(pin))),
        max_age=A_YEAR,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )


def mark_of(pin: str) -> str:
    """Return what a cookie keeps instead of the PIN."""
    return hashlib.sha256(f"kiosk {pin}".encode()).hexdigest()


def signer() -> URLSafeSerializer:
    """Return what signs the cookie, with the program's own secret."""
    return URLSafeSerializer(str(current_app.secret_key), salt="kiosk")
