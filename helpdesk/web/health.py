"""Is the program alive, and is it ready: for whoever watches over it."""

from flask import Blueprint, Response, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from helpdesk.clock import now
from helpdesk.db import database, is_current
from helpdesk.migrating import is_migrated
from helpdesk.outbox.queries import oldest_unsent
from helpdesk.people import guard
from helpdesk.people.actions import viewer_of_token
from helpdesk.people.rules import Role

bp = Blueprint("health", __name__)

STUCK_AFTER_S = 600
"""The outbox is not well when something has been due for this long, in seconds."""
LOOPBACK = ("127.0.0.1", "::1")


@bp.get("/healthz")
@guard.public
def alive() -> ResponseReturnValue:
    """Say that the process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
@guard.public
def ready() -> ResponseReturnValue:
    """Say whether everything that the program needs answers."""
    checks = {name: "ok" if check() else "failed" for name, check in CHECKS.items()}
    is_ready = all(word == "ok" for word in checks.values())
    return jsonify(status="ok" if is_ready else "failed", checks=checks), 200 if is_ready else 503


def database_answers() -> bool:
    """Say whether the database answers."""
    try:
        with database().reading() as session:
            return is_current(session)
    except SQLAlchemyError:
        return False


def migrations_done() -> bool:
    """Say whether the database is at the newest migration."""
    try:
        return is_migrated(database())
    except SQLAlchemyError:
        return False


def redis_answers() -> bool:
    """Say whether Redis answers, when it is used at all."""
    url = current_app.config["HELPDESK"].redis_url
    if not url:
        return True
    try:
        with Redis.from_url(url, socket_timeout=2) as redis:
            return bool(redis.ping())
    except RedisError:
        return False


def search_is_built() -> bool:
    """Say whether the search can answer."""
    shelf = current_app.extensions.get("helpdesk.search")
    return shelf is None or shelf.is_ready()


def outbox_flows() -> bool:
    """Say whether nothing has been waiting to be sent for too long."""
    try:
        with database().reading() as session:
            oldest = oldest_unsent(session)
    except SQLAlchemyError:
        return False
    return oldest is None or (now() - oldest).total_seconds() < STUCK_AFTER_S


CHECKS = {
    "database": database_answers,
    "migrations": migrations_done,
    "redis": redis_answers,
    "search": search_is_built,
    "outbox": outbox_flows,
}


@bp.get("/metrics")
@guard.own_key
def metrics() -> ResponseReturnValue:
    """Give figures to a collector: from loopback, or with a token of scope ``admin``."""
    if request.remote_addr not in LOOPBACK:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        with database().reading() as session:
            viewer = viewer_of_token(session, token, now()) if scheme == "Bearer" else None
        if viewer is None:
            abort(401)
        if "admin" not in (viewer.scopes or ()) or not viewer.is_any(Role.ADMIN):
            abort(403)
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
