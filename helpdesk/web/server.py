"""The web server: Flask, Socket.IO and gevent put together the way that was measured to hold.

``helpdesk serve`` uses :func:`serve` (one process) or :func:`supervise` (several). Standard library modules must have
been patched for gevent before anything else is imported, so the first lines of the entry point are::

    from gevent import monkey

    monkey.patch_all()
"""

import importlib.util
import signal
from collections.abc import Callable
from typing import Any, Final

import click
import gevent
from flask import Flask
from flask_socketio import SocketIO
from gevent import monkey
from gevent.event import Event
from werkzeug.middleware.proxy_fix import ProxyFix

from helpdesk.web import websocket
from helpdesk.web.serving import farewell, garbage, workers
from helpdesk.web.serving.handler import Server
from helpdesk.web.serving.listener import CannotListen, as_url, inherited_listener, is_worker, open_listener
from helpdesk.web.serving.relay import Relay

PING_SECONDS: Final = 25
PONG_SECONDS: Final = 20
"""A client is asked for a sign of life this often, and given up when its answer takes longer than that."""


def socket_options(redis_url: str | None = None, websocket_only: bool | None = None) -> dict[str, Any]:
    """Return the options of the one socket, for ``SocketIO(**…)`` or ``socketio.init_app(app, **…)``.

    Also puts our websocket in place of the stock one, so that every way of starting the server gets it.
    ``redis_url`` makes this process one of several. ``websocket_only`` (by default: when this is a worker) leaves
    long-polling out, whose requests would each reach another process; with sticky routing in front it may stay.

    Events of one client are handled one after the other, in the order sent: what a client sends while its last event
    is being handled waits in its own connection. Only pages of our own origin may connect. Sessions are read-only
    cookies, polling answers are not compressed (they carry secrets beside text that a stranger may choose).
    """
    websocket.install()
    if websocket_only is None:
        websocket_only = is_worker()
    options: dict[str, Any] = {
        "async_mode": "gevent",
        "async_handlers": False,
        "manage_session": False,
        "ping_interval": PING_SECONDS,
        "ping_timeout": PONG_SECONDS,
        "max_http_buffer_size": websocket.MAX_MESSAGE_BYTES,
        "http_compression": False,
        "cors_allowed_origins": None,
        "transports": ["websocket"] if websocket_only else ["polling", "websocket"],
    }
    if redis_url:
        options["client_manager"] = Relay(redis_url)
    return options


def build_socketio(redis_url: str | None = None, websocket_only: bool | None = None) -> SocketIO:
    """Return the one socket, not yet bound to an application; options as in :func:`socket_options`."""
    return SocketIO(**socket_options(redis_url, websocket_only))


def behind_proxies(app: Flask, count: int) -> None:
    """Believe what this many proxies in front of us say about the visitor's address, scheme and host.

    Call it after the socket was bound to the application, so that both see the same. Each proxy must set
    X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host itself; with 0 nothing is believed.
    """
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def why_not_to_serve() -> str | None:
    """Return one line about a set-up that would break the server in ways that are hard to see, or nothing."""
    if importlib.util.find_spec("geventwebsocket") is not None:
        return "The package gevent-websocket must not be installed: it replaces our websocket. Run: pip uninstall gevent-websocket"
    if not monkey.is_module_patched("socket"):
        return (
            "The program was started without gevent's patches: monkey.patch_all() must come before every other import."
        )
    return None


def serve(
    app: Flask,
    socketio: SocketIO,
    host: str,
    port: int,
    *,
    has_access_log: bool = False,
    grace_seconds: float = farewell.GRACE_SECONDS,
    say_farewell: Callable[[SocketIO], None] = farewell.tell_when_to_return,
    when_serving: Callable[[str], None] | None = None,
) -> int:
    """Serve until SIGTERM or SIGINT, then end in good order. Returns the exit code: 0, or 1 after one line on stderr.

    At the end ``say_farewell`` is called first (it tells everyone when to come back), then nobody new is let in, the
    socket's connections are closed after what already waits for them, and open requests may end within the grace.
    ``when_serving`` is told the address as soon as somebody may come, except in one of several processes.
    """
    if trouble := why_not_to_serve():
        say(trouble)
        return 1
    try:
        listener = inherited_listener() if is_worker() else open_listener(host, port)
    except CannotListen as refused:
        say(str(refused))
        return 1
    gevent.config.track_greenlet_tree = False  # it keeps where each was started from: memory for every connection
    asked_to_stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, asked_to_stop.set)
    server = Server(listener, app, one_of_several=is_worker(), has_access_log=has_access_log)
    if is_worker():
        gevent.spawn(workers.wait_for_orphanhood).link(lambda _: asked_to_stop.set())
    garbage.settle()
    tidying = gevent.spawn(garbage.collect_when_quiet)
    server.start()
    if not is_worker():
        say(f"Serving on {as_url(listener)}")
        if when_serving is not None:
            when_serving(as_url(listener))
    asked_to_stop.wait()
    try:
        say_farewell(socketio)
    finally:
        farewell.leave(server, socketio, grace_seconds)
        tidying.kill()
    return 0


def supervise(host: str, port: int, count: int, *, redis_url: str | None, database_url: str) -> int:
    """Run ``serve`` in this many processes on one address; see ``serving.workers``. Returns the exit code.

    To be called before the application is built, in a process for which :func:`is_worker` is false.
    """
    if trouble := why_not_to_serve():
        say(trouble)
        return 1
    return workers.supervise(host, port, count, redis_url=redis_url, database_url=database_url, say=say)


def say(line: str) -> None:
    """Tell the person at the terminal, at once."""
    click.echo(line, err=True)


__all__ = ["behind_proxies", "build_socketio", "is_worker", "serve", "socket_options", "supervise", "why_not_to_serve"]
