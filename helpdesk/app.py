"""Wiring: settings, database, what follows from what, and every package's pages. Nothing is decided here."""

from datetime import timedelta

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_socketio import SocketIO
from flask_wtf import CSRFProtect

from helpdesk import schema  # noqa: F401  (every table is known before the first query)
from helpdesk.answers import admin_views as administration
from helpdesk.answers import views as answers
from helpdesk.answers.search import Searching
from helpdesk.api import routes as api
from helpdesk.channels.chat import live as chat
from helpdesk.channels.chat import sockets as chat_calls
from helpdesk.channels.chat import views as chat_pages
from helpdesk.channels.phone import switchboard as phone
from helpdesk.channels.phone import views as phone_views
from helpdesk.channels.walk_in import calling as visits
from helpdesk.channels.walk_in import views as walk_in
from helpdesk.config import Config, from_environment, kept_secret
from helpdesk.contacts.sealing import Sealer
from helpdesk.db import Database
from helpdesk.demo import views as demo
from helpdesk.desk import routes as desk
from helpdesk.desk import sockets as desk_calls
from helpdesk.feedback import views as feedback
from helpdesk.insight import views as insight
from helpdesk.news import News
from helpdesk.outbox.actions import Sender
from helpdesk.people import guard
from helpdesk.people import views as people
from helpdesk.queue.giving.dispatch import Bell
from helpdesk.resolution import officer_views as handovers
from helpdesk.resolution import views as resolution
from helpdesk.web import headers, health, languages, live, pages, problems
from helpdesk.web.aside import aside
from helpdesk.web.server import behind_proxies, build_socketio
from knowledge.search.engine import build_indexes

BLUEPRINTS = (
    health.bp,
    people.bp,
    desk.bp,
    resolution.bp,
    handovers.bp,
    feedback.bp,
    insight.bp,
    answers.bp,
    administration.bp,
    chat_pages.bp,
    phone_views.bp,
    *walk_in.PAGES,
    api.bp,
)
"""The pages of every package."""

CSRF_EXEMPT: tuple[str, ...] = ("phone", "api")
"""Blueprints that are called by machines with a token or a signature instead of a cookie."""


def create_app(config: Config | None = None) -> Flask:
    """Return the whole program, ready to serve. ``config`` None: read from the environment."""
    config = config or from_environment()
    app = Flask("helpdesk")
    app.config.update(
        HELPDESK=config,
        SECRET_KEY=config.secret_key,
        TESTING=config.testing,
        MAX_CONTENT_LENGTH=1024 * 1024,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.secure_cookies,
        REMEMBER_COOKIE_HTTPONLY=True,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_STORAGE_URI=config.redis_url or "memory://",
        RATELIMIT_HEADERS_ENABLED=False,
    )
    news = News()
    sealer = Sealer(config.seal_key or kept_secret(config.instance, "seal-key"))
    app.extensions["helpdesk.database"] = Database(config.database_url, news, sealer=sealer)
    app.extensions["helpdesk.bell"] = Bell(news)
    socketio = build_socketio(config.redis_url)

    csrf = CSRFProtect(app)
    Limiter(get_remote_address, app=app)
    login = LoginManager(app)
    login.session_protection = "basic"
    login.user_loader(people.load_viewer)
    languages.speak(app)
    headers.protect(app)
    problems.explain(app)
    pages.dress(app)

    app.extensions["helpdesk.search"] = Searching(lambda documents, version: aside(build_indexes, documents, version))
    app.extensions["helpdesk.senders"] = senders_of(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
        if blueprint.name in CSRF_EXEMPT:
            csrf.exempt(blueprint)
    if config.demo:
        app.register_blueprint(demo.bp)
    what_follows(app, news, socketio)
    socketio.init_app(app)
    behind_proxies(app, config.trusted_proxies)
    guard.check_all_declared(app)
    return app


def what_follows(app: Flask, news: News, socketio: SocketIO) -> None:
    """The table of consequences: ``news.on`` in the transaction, ``news.listen`` after the commit."""
    live.pass_on(news, socketio)
    live.let_staff_in(socketio)
    chat_calls.answer_calls(socketio, chat.follow(app.extensions["helpdesk.database"], news, socketio))
    desk_calls.listen(app.extensions["helpdesk.database"], socketio)
    phone.follow(news)
    visits.follow(news)


def senders_of(app: Flask) -> dict[str, Sender]:
    """Who sends what leaves the house, by the kind of outbox row."""
    return {**phone.senders_of(app.config["HELPDESK"], app.extensions["helpdesk.database"])}


def socket_of(app: Flask) -> SocketIO:
    """Return the socket of an application."""
    found: SocketIO = app.extensions["socketio"]
    return found
