"""One connection to the web server: prompt answers, no idle strangers, a log without people in it."""

import json
import socket
import time
from typing import Any, Final

import click
from gevent.event import Event
from gevent.pywsgi import WSGIHandler, WSGIServer

IDLE_SECONDS: Final = 75
"""A connection on which nothing moves for so long is closed. Longer than the socket's own ping and its answer (45 s)."""


class Handler(WSGIHandler):  # type: ignore[misc]
    """Answers the requests of one connection, one after the other."""

    def __init__(self, sock: Any, address: Any, server: "Server") -> None:
        # Header and body leave in two writes; without this Nagle's algorithm holds the body back for 40 ms.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(IDLE_SECONDS)
        super().__init__(sock, address, server)

    def handle_one_response(self) -> None:
        """Answer one request, counted as open meanwhile.

        The connection ends after an upgrade, whatever came of it: what the client sends afterwards are frames, not
        requests. It also ends when the server is stopping.
        """
        self.server.request_begins()
        try:
            super().handle_one_response()
        finally:
            self.server.request_ends()
            if self.server.is_stopping or "HTTP_UPGRADE" in self.environ:
                self.close_connection = True

    def log_request(self) -> None:
        """Write one line of JSON about the request, when that is wanted: without address, query, or names in the path."""
        if self.server.has_access_log:
            click.echo(json.dumps(self.access_line()), err=True)

    def access_line(self) -> dict[str, Any]:
        """Return what the access log may know. Paths are cut after their first part: what follows may be a key to a chat."""
        first, _, rest = (self.path or "/").partition("?")[0].lstrip("/").partition("/")
        return {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.time_start)),
            "method": self.command,
            "path": f"/{first}/…" if rest else f"/{first}",
            "status": abs(self.code or 0),
            "bytes": self.response_length,
            "ms": round((self.time_finish - self.time_start) * 1000, 1) if self.time_finish else None,
        }

    def log_error(self, msg: str, *details: object) -> None:
        """Say that a request could not be read, but not what stood in it or from where it came."""
        if self.server.has_access_log:
            click.echo(json.dumps({"event": "unreadable_request"}), err=True)

    def _handle_client_error(self, ex: BaseException) -> Any:
        if isinstance(ex, OSError):
            return None  # a line that was lost or idle in the middle of a header: nobody to answer
        return super()._handle_client_error(ex)


class Server(WSGIServer):  # type: ignore[misc]
    """Accepts connections and knows how many requests are open, so that it can stop without breaking one off."""

    handler_class = Handler

    def __init__(
        self, listener: socket.socket, application: Any, *, one_of_several: bool, has_access_log: bool
    ) -> None:
        host = listener.getsockname()[0]
        # SERVER_NAME is given here because gevent would otherwise ask the name service, which may not answer.
        environ = {"SERVER_NAME": host, "wsgi.multiprocess": one_of_several, "wsgi.multithread": True}
        super().__init__(listener, application, environ=environ, log=None)
        self.has_access_log = has_access_log
        self.is_stopping = False
        self.open_requests = 0
        self.at_rest = Event()
        self.at_rest.set()

    def request_begins(self) -> None:
        """Count a request as open."""
        self.open_requests += 1
        self.at_rest.clear()

    def request_ends(self) -> None:
        """Count a request as answered; tell whoever waits for the last one."""
        self.open_requests -= 1
        if not self.open_requests:
            self.at_rest.set()

    def stop_accepting_for_good(self) -> None:
        """Close the listening socket. Connections that are open go on until their request is answered."""
        self.is_stopping = True
        self.close()

    def run_out(self, seconds: float) -> bool:
        """Wait until no request is open, no longer than this. Returns whether that came to pass."""
        return bool(self.at_rest.wait(seconds))
