"""The outside world of telephones, behind one small protocol. The only file that imports Twilio.

``TwilioTelephone`` speaks through Twilio's own client; ``PretendTelephone`` remembers instead of ringing. In the demo,
where nobody has a Twilio account, requests go to the pretended network that a call came from (see network/).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

from twilio.base.exceptions import TwilioException, TwilioRestException  # type: ignore[import-untyped]
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from helpdesk.config import Config

PATIENCE_S = 10
"""How long we wait for an answer of the telephone network, in seconds."""
RING_S = 25
"""How long the agent's telephone rings, in seconds."""
LEG_EVENTS = ["initiated", "ringing", "answered", "completed"]
TOO_MANY, BROKEN = 429, 500
LOOK_AT = 20
"""How many calls, newest first, or conferences of a name are looked at to find one again."""


class NotNow(Exception):
    """The network is busy or silent; another try may help, ``after_s`` seconds from now or later."""

    def __init__(self, why: str, after_s: int | None = None) -> None:
        super().__init__(why)
        self.after_s = after_s


class LineGone(Exception):
    """The network cannot do it, now or later: the line is down, or it takes no such request from us."""


@dataclass(frozen=True, slots=True)
class Rung:
    """A telephone that we rang, as the network remembers it: the leg's key, its state in the network's word, since when."""

    call: str
    status: str
    at: datetime


class Telephone(Protocol):
    """What the program asks of a telephone network. ``exchange`` and ``call`` are as in a call leg.

    Every method raises NotNow or LineGone.
    """

    def redirect(self, exchange: str, call: str, document: str) -> None:
        """Let a call go on with this document."""
        ...

    def redirect_to(self, exchange: str, call: str, url: str) -> None:
        """Let a call go on with the document at this address of ours."""
        ...

    def ring(self, exchange: str, caller_id: str, number: str, document: str, callback: str) -> str:
        """Ring a number; who answers hears the document, ``callback`` is told. Returns the new leg's key."""
        ...

    def find_rings(self, exchange: str, caller_id: str, number: str, since: datetime) -> list[Rung]:
        """Look which legs to a number were begun since then, newest first. Empty also when the network does not say."""
        ...

    def find_seat(self, exchange: str, name: str, call: str) -> str | None:
        """Look whether a call sits in the conference of this name; return the conference's key, None when it does not."""
        ...

    def hold(self, exchange: str, conference: str, call: str, is_held: bool) -> None:
        """Let one who sits in a conference listen to music, or back in."""
        ...

    def end(self, exchange: str, call: str) -> None:
        """Close a line."""
        ...


class Elsewhere(TwilioHttpClient):  # type: ignore[misc]
    """Twilio's HTTP client, led to another scheme and host; path and query stay as they are."""

    def __init__(self, url: str | None) -> None:
        super().__init__(timeout=PATIENCE_S)
        self.url = url

    def request(self, method: str, url: str, *args: Any, **more: Any) -> Any:
        """Make a request. Raises NotNow when the network is silent, overloaded or broken."""
        if self.url:
            there, wanted = urlsplit(self.url), urlsplit(url)
            url = urlunsplit((there.scheme, there.netloc, wanted.path, wanted.query, ""))
        try:
            response = super().request(method, url, *args, **more)
        except OSError as error:
            raise NotNow(f"no answer: {type(error).__name__}") from error
        if response.status_code == TOO_MANY or response.status_code >= BROKEN:
            wait = str((response.headers or {}).get("Retry-After", ""))
            raise NotNow(f"answered {response.status_code}", int(wait) if wait.isdecimal() else None)
        return response


class TwilioTelephone:
    """Rings through Twilio. ``place`` gives the address that stands in for api.twilio.com, by account; None for Twilio's own."""

    def __init__(self, config: Config, place: Callable[[str], str | None]) -> None:
        self.config = config
        self.place = place

    def client(self, exchange: str) -> Client:
        """Return Twilio's client, signed in with the API key if there is one, else with the account's own secret."""
        account = self.config.twilio_account_sid or exchange.removeprefix("twilio:")
        has_key = self.config.twilio_api_key_sid and self.config.twilio_api_key_secret
        return Client(
            username=self.config.twilio_api_key_sid if has_key else account,
            password=self.config.twilio_api_key_secret if has_key else self.config.twilio_auth_token,
            account_sid=account,
            region=self.config.twilio_region,
            edge=self.config.twilio_edge,
            http_client=Elsewhere(self.place(account)),
        )

    def redirect(self, exchange: str, call: str, document: str) -> None:
        """Let a call go on with this document."""
        self.ask(lambda: self.client(exchange).calls(call).update(twiml=document))

    def redirect_to(self, exchange: str, call: str, url: str) -> None:
        """Let a call go on with the document at this address of ours."""
        self.ask(lambda: self.client(exchange).calls(call).update(url=url, method="POST"))

    def ring(self, exchange: str, caller_id: str, number: str, document: str, callback: str) -> str:
        """Ring a number; who answers hears the document, ``callback`` is told. Returns the new leg's key."""
        made = self.ask(
            lambda: self.client(exchange).calls.create(
                to=number,
                from_=caller_id,
                twiml=document,
                timeout=RING_S,
                status_callback=callback,
                status_callback_method="POST",
                status_callback_event=LEG_EVENTS,
            )
        )
        return str(made.sid)

    def find_rings(self, exchange: str, caller_id: str, number: str, since: datetime) -> list[Rung]:
        """Look which legs to a number were begun since then, newest first. Empty also when Twilio does not say."""
        calls = self.client(exchange).calls
        found = self.look(lambda: calls.list(to=number, from_=caller_id, limit=LOOK_AT))
        return [Rung(str(one.sid), str(one.status), one.date_created) for one in found if one.date_created >= since]

    def find_seat(self, exchange: str, name: str, call: str) -> str | None:
        """Look whether a call sits in the conference of this name; return the conference's key, None when it does not."""
        rooms = self.client(exchange).conferences
        for room in self.look(lambda: rooms.list(friendly_name=name, limit=LOOK_AT)):
            seats = rooms(room.sid).participants
            if room.status != "completed" and any(
                one.call_sid == call for one in self.look(partial(seats.list, limit=LOOK_AT))
            ):
                return str(room.sid)
        return None

    def hold(self, exchange: str, conference: str, call: str, is_held: bool) -> None:
        """Let one who sits in a conference listen to music, or back in."""
        self.ask(lambda: self.client(exchange).conferences(conference).participants(call).update(hold=is_held))

    def end(self, exchange: str, call: str) -> None:
        """Close a line."""
        self.ask(lambda: self.client(exchange).calls(call).update(status="completed"))

    def ask(self, request: Callable[[], Any]) -> Any:
        """Make a request. Raises LineGone for whatever Twilio refuses for good."""
        try:
            return request()
        except TwilioRestException as error:
            raise LineGone(f"refused with {error.status} ({error.code})") from error

    def look(self, request: Callable[[], list[Any]]) -> list[Any]:
        """Make a request that changes nothing. Empty when Twilio refuses: the key may write, not read; it is over by now."""
        try:
            return request()
        except TwilioException:
            return []


class PretendTelephone:
    """Remembers instead of ringing: for tests, and for a laptop on the train."""

    def __init__(self) -> None:
        self.redirected: list[tuple[str, str]] = []
        self.rung: list[tuple[str, str]] = []
        self.held: list[tuple[str, bool]] = []
        self.ended: list[str] = []
        self.trouble: list[Exception] = []
        """Raised one by one by the next requests."""

    def redirect(self, exchange: str, call: str, document: str) -> None:
        """Remember where a call went."""
        self._fail()
        self.redirected.append((call, document))

    def redirect_to(self, exchange: str, call: str, url: str) -> None:
        """Remember where a call went."""
        self._fail()
        self.redirected.append((call, url))

    def ring(self, exchange: str, caller_id: str, number: str, document: str, callback: str) -> str:
        """Remember whom we rang."""
        self._fail()
        self.rung.append((number, callback))
        return f"CA{len(self.rung):032x}"

    def find_rings(self, exchange: str, caller_id: str, number: str, since: datetime) -> list[Rung]:
        """Look among those that were rung; when, it does not remember."""
        self._fail()
        rung = [Rung(f"CA{n:032x}", "ringing", since) for n, (who, _to) in enumerate(self.rung, 1) if who == number]
        return rung[::-1]

    def find_seat(self, exchange: str, name: str, call: str) -> str | None:
        """Look whether the call's latest document leads it to the conference."""
        self._fail()
        documents = [document for one, document in self.redirected if one == call]
        return f"CF {name}" if documents and f">{name}</Conference>" in documents[-1] else None

    def hold(self, exchange: str, conference: str, call: str, is_held: bool) -> None:
        """Remember who was put on hold, and let back in."""
        self._fail()
        self.held.append((call, is_held))

    def end(self, exchange: str, call: str) -> None:
        """Remember which line was closed."""
        self._fail()
        self.ended.append(call)

    def _fail(self) -> None:
        if self.trouble:
            raise self.trouble.pop(0)


def exchange_file(instance: Path, account: str) -> Path:
    """Return the file in which a pretended network says where its REST side listens, while it runs."""
    return instance / "exchanges" / f"{''.join(filter(str.isalnum, account))}.url"


def telephone_for(config: Config) -> Telephone:
    """Return the telephone of an installation: Twilio at its own or another address; in the demo, the simulator that rang.

    A demo without a Twilio account never leaves the machine.
    """

    def place(account: str) -> str | None:
        if config.twilio_api_url or config.twilio_account_sid or not config.demo:
            return config.twilio_api_url
        try:
            return exchange_file(config.instance, account).read_text(encoding="ascii").strip()
        except FileNotFoundError as missing:
            raise LineGone("the simulated network that called is not running any more") from missing

    return TwilioTelephone(config, place)


def sign(token: str, url: str, form: Mapping[str, str]) -> str:
    """Return the signature with which Twilio sends a form to an address."""
    return str(RequestValidator(token).compute_signature(url, form))


def is_signed(token: str, url: str, form: Mapping[str, str], signature: str) -> bool:
    """Say whether a webhook comes from Twilio: its signature covers the public address and every field."""
    return bool(RequestValidator(token).validate(url, form, signature))
