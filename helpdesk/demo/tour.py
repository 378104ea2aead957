"""What the tour shows: five ways into the demo, each with two sentences on what to try; and who else can be met."""

import socket
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import current_app, request
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from helpdesk.config import Config
from helpdesk.demo.accounts import PEOPLE, Person
from helpdesk.people.rules import Role

ANYWHERE = ("0.0.0.0", "::")  # noqa: S104  (the demo listens where it was told to)
DOCUMENTATION = ("192.0.2.1", 9)
"""An address that leads nowhere: choosing a way there shows our own address in the network, and sends nothing."""
PROXIES_SAY = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


@dataclass(frozen=True, slots=True)
class Card:
    """One way into the demo. ``person``: whose account it opens; ``path``: where it leads instead."""

    key: str
    icon: str
    title: LazyString
    text: LazyString
    button: LazyString
    person: str | None = None
    path: str | None = None


CARDS = (
    Card(
        "agent",
        "keyboard",
        _l("The agent"),
        _l(
            "Press F2 to take whoever has waited longest, search for the answer with F4, and close with F8. "
            "Citizens write back, callers hang up when they are content."
        ),
        _l("Sign in as Maria, agent"),
        person="maria",
    ),
    Card(
        "citizen",
        "chat",
        _l("The citizen on a phone"),
        _l(
            "Scan the code and begin a chat, then take it yourself as the agent in another window. "
            "Turn the phone's network off and on again: nothing that was written is lost."
        ),
        _l("Open the chat"),
        path="/chatt",
    ),
    Card(
        "visitor",
        "visit",
        _l("The visitor at the kiosk"),
        _l(
            "Take a ticket and follow your place on the phone. "
            "Open the waiting-room screen beside it and let the agent call your number."
        ),
        _l("Open the kiosk"),
        path="/kiosk/servicecenter",
    ),
    Card(
        "officer",
        "scale",
        _l("The officer in a department"),
        _l(
            "Answer a task that the service centre has handed over, then open a change request and see what it is built on: "
            "measured contacts. Give it a first answer or a decision."
        ),
        _l("Sign in as Henrik, officer"),
        person="henrik",
    ),
    Card(
        "board",
        "chart-line",
        _l("The reader on the board"),
        _l(
            "See what hurt citizens, what was decided, and what it gave. "
            "Four changes were followed up: one helped, one is uncertain, one did nothing, and one was hidden by the summer."
        ),
        _l("Sign in as Anna, board reader"),
        person="anna",
    ),
)
"""The five cards, in the order of the road that a contact goes."""

ROLES = {
    Role.AGENT: _l("agent"),
    Role.HOST: _l("host"),
    Role.SUPERVISOR: _l("supervisor"),
    Role.IMPROVER: _l("improver"),
    Role.OFFICER: _l("officer"),
    Role.DEPARTMENT_HEAD: _l("head of department"),
    Role.EDITOR: _l("editor"),
    Role.BOARD_READER: _l("board reader"),
    Role.GROUP_MANAGEMENT: _l("group management"),
    Role.ADMIN: _l("administrator"),
    Role.DPO: _l("data protection officer"),
}


def others() -> list[tuple[Person, list[LazyString]]]:
    """Return the people without a card of their own, each with their roles in words."""
    shown = {card.person for card in CARDS}
    return [(one, [ROLES[role] for role in one.roles]) for one in PEOPLE if one.first not in shown]


def is_here() -> bool:
    """Say whether the reader sits at the machine that serves the demo: by the address, and by the name it was asked for.

    Doors without a password open to nobody else. A page elsewhere cannot lead a browser here under another name, and a
    proxy that we were not told of (TRUSTED_PROXIES) makes everybody look local: whoever comes through one is not here.
    """
    config: Config = current_app.config["HELPDESK"]
    if not config.trusted_proxies and any(name in request.headers for name in PROXIES_SAY):
        return False
    name = urlsplit(f"//{request.host}").hostname or ""
    return is_loopback(request.remote_addr or "") and (name == "localhost" or is_loopback(name))


def is_loopback(address: str) -> bool:
    """Say whether an address is this machine's own."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def address_for_phones() -> str:
    """Return the address under which a phone in the same network reaches the demo, as far as that is known.

    PUBLIC_URL when it is set; the machine's own address when the demo listens on every one; else the one that was asked.
    """
    config: Config = current_app.config["HELPDESK"]
    if config.public_url:
        return config.public_url
    if config.host in ANYWHERE and (own := own_address()) is not None:
        return f"http://{own}:{config.port}"
    return request.host_url.rstrip("/")


def own_address() -> str | None:
    """Return this machine's address in its network; None when it has none. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        try:
            line.connect(DOCUMENTATION)
        except OSError:
            return None
        return str(line.getsockname()[0])
