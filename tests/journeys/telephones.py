"""Somebody who telephones: a pretended network beside the served program, which signs its webhooks as Twilio does."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from helpdesk.channels.phone.network.calls import Call, Person
from helpdesk.channels.phone.network.command import carrier
from helpdesk.channels.phone.network.player import Network
from helpdesk.channels.phone.network.post import Post
from helpdesk.channels.phone.network.world import WallClock
from helpdesk.channels.phone.telephone import sign
from helpdesk.clock import now
from tests.twilio.mock import TwilioMock

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "a token that only the tests know"
PUBLIC = "https://example.test"
CENTRE = "+46980319200"


class Telephones:
    """The network, alive while the block lasts. ``address`` is asked for when the first call comes: where the program is."""

    def __init__(self, address: Callable[[], str]) -> None:
        post = Post(
            PUBLIC,
            lambda url, form: sign(TOKEN, url, form),
            lambda path, form, headers: carrier(address())(path, form, headers),
        )
        self.over = threading.Event()
        self.network = Network(post, WallClock(now, time.sleep), ACCOUNT, lambda _line: None)
        self.network.people = lambda _number: Person(answers_after=0)
        self.twilio = TwilioMock(self.network, TOKEN)
        self.time = threading.Thread(target=self.network.run, kwargs={"until": self.over.is_set})
        self.environ = {
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_API_URL": self.twilio.url,
            "TWILIO_NUMBER": CENTRE,
            "PUBLIC_URL": PUBLIC,
        }

    def __enter__(self) -> Self:
        self.twilio.__enter__()
        self.time.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self.time.join()
        self.twilio.__exit__(kind, error, trace)

    def ring(self, caller: str, keys: str) -> Call:
        """Let somebody call the service centre and press keys; they wait and talk until they are let go."""
        return self.network.ring_in(caller, CENTRE, Person(keys=keys), f"{PUBLIC}/twilio/status")
