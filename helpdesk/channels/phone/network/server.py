"""Serves the REST side of the pretended network on the loopback address, where Twilio's own client can reach it."""

import base64
import binascii
import json
import re
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from helpdesk.channels.phone.network import resources
from helpdesk.channels.phone.network.exchange import Exchange

ACCOUNT_PATH = re.compile(r"/2010-04-01/Accounts/(?P<account>[^/]+)/(?P<rest>.+)\.json")
PATIENCE_S = 5
"""How long a client may take to send its request, in seconds."""


@dataclass(frozen=True, slots=True)
class RestRequest:
    """One request as it came: the fields of query and form apart, and who signed in."""

    method: str
    path: str
    query: Mapping[str, Sequence[str]]
    form: Mapping[str, Sequence[str]]
    content_type: str
    user: str
    password: str


Reply = tuple[int, dict[str, Any] | None]
Replies = Callable[[RestRequest], Reply]


def signed_in(header: str) -> tuple[str, str]:
    """Return name and password of a Basic header; two empty texts when there is none."""
    scheme, _, coded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, password = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, password


def replies_of(exchange: Exchange, token: str) -> Replies:
    """Return the replies of an exchange, to its own account and that account's secret only."""

    def reply(asked: RestRequest) -> Reply:
        match = ACCOUNT_PATH.fullmatch(asked.path)
        account = exchange.network.account
        if asked.password != token or asked.user != account or match is None or match["account"] != account:
            return 401, resources.error(401, 20003, "Authenticate")
        return exchange.answer(asked.method, match["rest"], asked.query if asked.method == "GET" else asked.form)

    return reply


class PatientServer(ThreadingHTTPServer):
    """A server that is not upset when a client has given up waiting."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing about a line that the client closed; everything else is shown."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class RestServer:
    """A small HTTP server at 127.0.0.1, running in a thread while its ``with`` block lasts. Port 0 means any free one."""

    def __init__(self, replies: Replies, port: int = 0) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = PATIENCE_S

            def answer(self) -> None:
                address = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                user, password = signed_in(self.headers.get("Authorization", ""))
                status, shown = replies(
                    RestRequest(
                        method=self.command,
                        path=address.path,
                        query=parse_qs(address.query, keep_blank_values=True),
                        form=parse_qs(body, keep_blank_values=True),
                        content_type=self.headers.get("Content-Type", ""),
                        user=user,
                        password=password,
                    )
                )
                raw = json.dumps(shown).encode() if shown is not None else b""
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                if status == 429:
                    self.send_header("Retry-After", "1")
                self.end_headers()
                self.wfile.write(raw)

            do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = answer

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: the network's own log tells the story."""

        self._server = PatientServer(("127.0.0.1", port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
