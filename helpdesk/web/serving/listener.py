"""The address that we listen on: opened once, handed down to the workers, with one clear line when it cannot be had."""

import errno
import os
import socket
from collections.abc import Mapping
from typing import Final

BACKLOG: Final = 2048
"""How many connections may wait to be accepted: after a restart everyone comes back at once."""

LISTENER_VARIABLE: Final = "HELPDESK_LISTENER"
"""Set by the parent of several workers: the number of the open file on which the worker accepts."""


class CannotListen(Exception):
    """The address cannot be had; the message is one line that says why and what to do."""


def is_worker(environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether this process was started by ``serve --workers`` as one of several."""
    return LISTENER_VARIABLE in environ


def open_listener(host: str, port: int) -> socket.socket:
    """Listen on the address, port 0 for any free one. Raises CannotListen with one line for the person who started us."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as unknown:
        raise CannotListen(f"The host {host} is not known here. Choose another with --host.") from unknown
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as refused:
        listener.close()
        raise CannotListen(explain(refused, host, port)) from refused
    listener.setblocking(False)
    return listener


def inherited_listener(environ: Mapping[str, str] = os.environ) -> socket.socket:
    """Return the socket that the parent listens on. Raises KeyError in a process that is not a worker."""
    listener = socket.socket(fileno=int(environ[LISTENER_VARIABLE]))
    listener.setblocking(False)
    return listener


def explain(refused: OSError, host: str, port: int) -> str:
    """Say in one line why the address was refused and what helps."""
    if refused.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is already in use. Stop the other program or choose another port with --port."
    if refused.errno == errno.EACCES:
        return f"Port {port} is not allowed for this account. Choose one above 1023 with --port."
    if refused.errno == errno.EADDRNOTAVAIL:
        return f"The address {host} does not belong to this machine. Choose another with --host."
    return f"Cannot listen on {host} port {port}: {refused.strerror}."


def as_url(listener: socket.socket) -> str:
    """Return the address as it is typed into a browser."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
