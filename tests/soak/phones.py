"""A telephone network whose lines can be cut in the middle of a request, and which counts what it did.

Real HTTP, judged by Twilio's own description; behind it the pretended network in real time, whose reports reach the
program while it runs and are lost while it does not, as with the real one.
"""

import threading
import time
from collections import Counter
from functools import partial
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from helpdesk.channels.phone.network import resources
from helpdesk.channels.phone.network.calls import Call, Person, new_sid
from helpdesk.channels.phone.network.command import carrier
from helpdesk.channels.phone.network.player import Network
from helpdesk.channels.phone.network.post import Answer, Post
from helpdesk.channels.phone.network.server import RestRequest
from helpdesk.channels.phone.network.world import WallClock
from helpdesk.channels.phone.telephone import sign
from helpdesk.clock import now
from tests.soak.processes import Helpdesk
from tests.twilio.mock import TwilioMock

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "a token that only the soak knows"
PUBLIC = "https://example.test"
CENTRE = "+46980319200"
HELD_S = 60
ENDLESS_S = 1e6

Done = tuple[str, str]
"""What was done, and to what: ``connect`` or ``end`` and a call, ``ring`` and the contact for which an agent was rung."""


class Phones(TwilioMock):
    """The network's REST side for one installation.

    ``cut("ring", "before")`` lets the next requests of that kind hang before anything is done, and never does it;
    ``cut("ring", "after")`` does it, and lets only the answer hang. ``caught`` is set when one hangs; ``mend()`` ends it.
    """

    def __init__(self, desk: Helpdesk) -> None:
        def carry(path: str, form: Any, headers: Any) -> Answer:
            return carrier(desk.url)(path, form, headers)

        post = Post(PUBLIC, partial(sign, TOKEN), carry)
        people = Person(answers_after=0.1)
        network = Network(post, WallClock(now, time.sleep), ACCOUNT, lambda line: None, people=lambda number: people)
        super().__init__(network, TOKEN)
        self.done: Counter[Done] = Counter()
        self.caught, self._mended = threading.Event(), threading.Event()
        self._cut: tuple[str, str] | None = None
        self._counting, self._is_over = threading.Lock(), threading.Event()
        self._time = threading.Thread(
            target=network.run, kwargs={"until": self._is_over.is_set, "limit": ENDLESS_S}, daemon=True
        )

    def __enter__(self) -> Self:
        self._time.start()
        super().__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.mend()
        self._is_over.set()
        self._time.join()
        super().__exit__(kind, error, trace)

    def environ(self) -> dict[str, str]:
        """Return the settings with which an installation speaks to this network."""
        return {"TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_API_URL": self.url, "PUBLIC_URL": PUBLIC}

    def holds_line(self, number: str) -> Call:
        """Return a call from this number that is up already and waits."""
        call = Call(new_sid("CA"), ACCOUNT, number, CENTRE, "inbound", Person(), now(), status="in-progress")
        call.answered_at, call.status_callback = now(), f"{PUBLIC}/twilio/status"
        with self.network.lock:
            self.network.calls[call.sid] = call
        return call

    def cut(self, what: str, when: str) -> None:
        """Let what is asked of this kind (see :data:`Done`) from now on hang, ``before`` or ``after`` it is done."""
        self.caught.clear()
        self._mended.clear()
        self._cut = what, when

    def mend(self) -> None:
        """Let nothing hang any more."""
        self._cut = None
        self._mended.set()

    def reply(self, asked: RestRequest) -> tuple[int, dict[str, Any] | None]:
        """Do what is asked, unless the line is cut before; count it; answer, unless the line is cut after."""
        what = done_by(asked) if asked.method == "POST" else ("look", asked.path)
        cut = self._cut
        if cut == (what[0], "before"):
            self._hang()
            return 503, resources.error(503, 20503, "Service unavailable")
        answer = super().reply(asked)
        if asked.method == "POST" and answer[0] < 300:
            with self._counting:
                self.done[what] += 1
        if cut == (what[0], "after"):
            self._hang()
        return answer

    def _hang(self) -> None:
        self.caught.set()
        self._mended.wait(HELD_S)


def done_by(asked: RestRequest) -> Done:
    """Return what a request does."""
    if asked.path.endswith("/Calls.json"):
        return "ring", parse_qs(urlsplit(asked.form["StatusCallback"][0]).query)["contact"][0]
    call = asked.path.rpartition("/")[2].removesuffix(".json")
    return "end" if "Status" in asked.form else "connect", call
