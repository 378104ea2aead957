"""What every page can use: the municipality's name, the viewer, the time, and addresses of static files."""

import hashlib
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask, current_app, url_for
from flask_babel import format_datetime, format_time
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from helpdesk.clock import now
from helpdesk.db import reading
from helpdesk.settings import Settings, settings
from helpdesk.web.languages import LANGUAGES, current_language


class Brand(NamedTuple):
    """The municipality as its pages name it."""

    name: str
    centre: str
    phone: str


@lru_cache(maxsize=512)
def _version(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:10]


def static_url(name: str) -> str:
    """Return the address of a static file with the hash of its content, so that browsers may keep it for ever."""
    folder = current_app.static_folder
    if folder is None:
        raise FileNotFoundError(name)
    return url_for("static", filename=name, v=_version(str(Path(folder) / name)))


def brand() -> Brand:
    """Return the municipality's name, the service centre's, and its number; the defaults while the database is away."""
    try:
        with reading() as session:
            chosen = settings(session)
    except SQLAlchemyError:
        chosen = Settings({})
    return Brand(chosen.text("brand.name"), chosen.text("brand.centre"), chosen.text("brand.phone"))


def clock_time(moment: datetime) -> str:
    """Return a moment as the clocks here show it: ``10.42``."""
    return str(format_time(moment, "HH.mm"))


def day_and_time(moment: datetime) -> str:
    """Return a moment with its day: ``23 november 10.42``."""
    return str(format_datetime(moment, "d MMMM HH.mm"))


def duration(seconds: float) -> str:
    """Return a duration as minutes and seconds: ``4:12``; from an hour on ``1:04:12``."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def iso(moment: datetime) -> str:
    """Return a moment as RFC 3339 in UTC with Z."""
    return moment.isoformat().replace("+00:00", "Z")


def dress(app: Flask) -> None:
    """Give every template what all pages share."""
    app.jinja_env.filters.update(clock=clock_time, day_clock=day_and_time, duration=duration, iso=iso)
    app.add_template_global(static_url)  # macros see globals, not what is in the context
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def shared() -> dict[str, Any]:
        return {
            "brand": brand(),
            "viewer": current_user._get_current_object() if current_user.is_authenticated else None,
            "now": now(),
            "languages": LANGUAGES,
            "lang": current_language(),
            "is_demo": app.config["HELPDESK"].demo,
        }
