"""How the server stops: everyone is told when to come back, nobody is broken off in the middle of a sentence."""

import random
from typing import Any, Final, cast

import click
import gevent
from flask_socketio import SocketIO

from helpdesk.web.serving.handler import Server

GRACE_SECONDS: Final = 10
"""How long open requests may take to end after the signal to stop."""

RETURN_MS_EACH: Final = 4
RETURN_MS_AT_LEAST: Final = 1000
"""A connection costs the next server about 2 ms; spread them over twice that, so that it can do other work as well."""


def tell_when_to_return(socketio: SocketIO) -> None:
    """Send everyone ``reconnect {in_ms}`` with a delay of their own, so that they do not all come back at once."""
    server = inner(socketio)
    here = [
        (sid, namespace)
        for namespace in list(server.manager.get_namespaces())
        for sid, _ in server.manager.get_participants(namespace, None)
    ]
    spread = max(RETURN_MS_AT_LEAST, RETURN_MS_EACH * len(here))
    for sid, namespace in here:
        server.emit("reconnect", {"in_ms": random.randrange(spread)}, to=sid, namespace=namespace, ignore_queue=True)


def hang_up(socketio: SocketIO) -> None:
    """Close every connection of the socket after what already waits for it. Requests that hold a poll open end too."""
    server = inner(socketio)
    eio = server.eio
    for one in list(eio.sockets.values()):
        if not one.closed:
            one.close(reason=eio.reason.SERVER_DISCONNECT)
    server.shutdown()


def leave(server: Server, socketio: SocketIO, grace_seconds: float) -> None:
    """Stop accepting, close the socket's connections and let open requests end within the grace. Says so if some did not."""
    server.stop_accepting_for_good()
    with gevent.Timeout(grace_seconds, False):
        hang_up(socketio)
        server.run_out(grace_seconds)
    if server.open_requests:
        click.echo(f"Stopped with {server.open_requests} requests unanswered after {grace_seconds} s.", err=True)


def inner(socketio: SocketIO) -> Any:
    """Return python-socketio's server inside Flask-SocketIO, which its type stubs leave out."""
    return cast(Any, socketio).server
