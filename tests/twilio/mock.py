"""A Twilio that keeps state and takes nothing that Twilio's own description does not describe.

Real HTTP on the loopback address, so that the unchanged official client talks to it. What stands behind it is the
pretended network; this layer judges every request and every answer, keeps a record, and can be told to fail.
"""

import threading
from collections import deque
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from helpdesk.channels.phone.network import resources
from helpdesk.channels.phone.network.exchange import Exchange
from helpdesk.channels.phone.network.player import Network
from helpdesk.channels.phone.network.server import ACCOUNT_PATH, RestRequest, RestServer
from tests.twilio.description import Description

FAILURES = {
    400: (21211, "The 'To' number is not a valid phone number."),
    401: (20003, "Authenticate"),
    404: (20404, "The requested resource was not found"),
    422: (20422, "Unprocessable"),
    429: (20429, "Too Many Requests"),
    500: (20500, "An internal server error has occurred"),
    503: (20503, "Service unavailable"),
}
DESCRIPTION = Description.of_twilio()


@dataclass(frozen=True)
class Seen:
    """A request as it came, and what it was answered."""

    method: str
    path: str
    fields: dict[str, list[str]]
    status: int


class TwilioMock:
    """Twilio's REST API for one account. ``refused`` must be empty at the end of a test that asked for no failure."""

    def __init__(self, network: Network, token: str, api_key: tuple[str, str] | None = None) -> None:
        self.network = network
        self.exchange = Exchange(network)
        self.logins = {(network.account, token)} | ({api_key} if api_key else set())
        self.seen: list[Seen] = []
        self.refused: list[str] = []
        self._next: deque[int | None] = deque()
        self._released = threading.Event()
        self._server = RestServer(self.reply)
        self.url = self._server.url

    def fail_next(self, *statuses: int | None) -> None:
        """Answer the next requests with these statuses; None means that no answer comes until the test is over."""
        self._next.extend(statuses)

    def reply(self, asked: RestRequest) -> tuple[int, dict[str, Any] | None]:
        """Answer one request."""
        status, body = self._reply(asked)
        fields = asked.query if asked.method == "GET" else asked.form
        self.seen.append(
            Seen(asked.method, asked.path, {name: list(values) for name, values in fields.items()}, status)
        )
        return status, body

    def _reply(self, asked: RestRequest) -> tuple[int, dict[str, Any] | None]:
        operation = DESCRIPTION.find(asked.method, asked.path)
        match = ACCOUNT_PATH.fullmatch(asked.path)
        if operation is None or match is None:
            return self._refuse(404, 20404, asked, ["no such operation in the description"])
        if (asked.user, asked.password) not in self.logins or match["account"] != self.network.account:
            return self._refuse(401, 20003, asked, ["wrong account or secret"])
        if wrong := DESCRIPTION.judge_request(operation, asked.query, asked.form, asked.content_type):
            return self._refuse(400, 20001, asked, wrong)
        if self._next:
            failure = self._next.popleft()
            if failure is None:
                self._released.wait(30)
                failure = 503
            return failure, resources.error(failure, *FAILURES[failure])
        status, body = self.exchange.answer(
            asked.method, match["rest"], asked.query if asked.method == "GET" else asked.form
        )
        if status < 300 and (wrong := DESCRIPTION.judge_answer(operation, status, body)):
            return self._refuse(500, 20500, asked, [f"the mock itself answered wrongly: {one}" for one in wrong])
        return status, body

    def _refuse(self, status: int, code: int, asked: RestRequest, why: list[str]) -> tuple[int, dict[str, Any]]:
        self.refused += [f"{asked.method} {asked.path}: {one}" for one in why]
        return status, resources.error(status, code, "; ".join(why))

    def requests(self, method: str, end: str = "") -> list[Seen]:
        """Return the requests of this method whose path has this ending (before ``.json``)."""
        return [one for one in self.seen if one.method == method and one.path.endswith(f"{end}.json")]

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._released.set()
        self._server.__exit__(kind, error, trace)
