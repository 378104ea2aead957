"""The chat when the power goes: the server is killed in the middle of twenty conversations, again and again.

Each citizen writes without pause, sends again what was not acknowledged, and comes back when the server does. In the end
every acknowledged message is there once, in the order written, at the place in the conversation that was acknowledged.
"""

import contextlib
import random
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import socketio
from socketio.exceptions import ConnectionError as NotConnected
from socketio.exceptions import SocketIOError

from tests.soak.checks import Check
from tests.soak.processes import Helpdesk, wait_for

CHAT = "/chat"
CONVERSATIONS = 20
ANSWER_S = 10
BACK_S = 90


@dataclass
class Citizen:
    """A page that never gives up: writes numbered messages, each until it is acknowledged."""

    url: str
    number: int
    stop: threading.Event
    start_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    contact: str = ""
    token: str = ""
    acknowledged: list[tuple[int, str]] = field(default_factory=list)
    repeated: int = 0
    refused: list[str] = field(default_factory=list)
    line: socketio.Client | None = None

    def live(self) -> None:
        """Write until told to stop."""
        while not self.stop.is_set():
            text = f"citizen {self.number} message {len(self.acknowledged) + 1}"
            answer = self.call("say", {"client_id": str(uuid.uuid4()), "text": text}, has_key=True)
            if answer is None:
                break
            if answer["ok"]:
                self.acknowledged.append((answer["seq"], text))
            else:
                self.refused.append(answer["error"])
            self.stop.wait(random.uniform(0.01, 0.05))
        self.hang_up()

    def begin(self) -> None:
        """Begin the conversation. Raises RuntimeError when it is refused."""
        answer = self.call("start", {"client_id": self.start_id, "language": "sv", "topic": "soak"}, has_key=False)
        if answer is None or not answer["ok"]:
            raise RuntimeError(f"no conversation: {answer}")
        self.contact, self.token = answer["contact"], answer["token"]

    def call(self, name: str, body: dict[str, Any], has_key: bool) -> dict[str, Any] | None:
        """Send a call again and again, the very same, until it is acknowledged; None when told to stop meanwhile."""
        if has_key:
            body |= {"contact": self.contact, "token": self.token}
        is_again = False
        while not (self.stop.is_set() and is_again):
            try:
                if self.line is None or not self.line.connected:
                    self.connect()
                assert self.line is not None
                self.repeated += is_again
                answer: dict[str, Any] = self.line.call(name, body, namespace=CHAT, timeout=ANSWER_S)
                return answer
            except (SocketIOError, OSError, ValueError):
                # The server is gone: whatever way the client notices it, the page sends the same again.
                self.hang_up()
                is_again = True
                time.sleep(random.uniform(0.1, 0.4))
        return None

    def connect(self) -> None:
        """Open a line. Raises NotConnected."""
        self.line = socketio.Client(reconnection=False)
        self.line.connect(self.url, transports=["websocket"], namespaces=[CHAT], wait_timeout=ANSWER_S)

    def hang_up(self) -> None:
        """Close the line."""
        if self.line is not None:
            with contextlib.suppress(NotConnected, OSError):
                self.line.shutdown()
        self.line = None

    def everything(self) -> tuple[str, list[tuple[int, str]]]:
        """Return the stage and all that the server has of the conversation, as seq and text."""
        found: list[tuple[int, str]] = []
        while True:
            answer = self.call("resume", {"after": found[-1][0] if found else 0}, has_key=True)
            if answer is None or not answer["ok"]:
                raise RuntimeError(f"cannot come back: {answer}")
            found += [(one["seq"], one["text"]) for one in answer["messages"]]
            if not answer["more"]:
                return answer["stage"], found


def run(scale: float) -> list[Check]:
    """Kill the server while twenty conversations go on, and compare what was acknowledged with what is there."""
    kills = max(2, round(10 * scale))
    with Helpdesk() as desk:
        desk.migrate()
        desk.demo()
        desk.start()
        stop = threading.Event()
        citizens = [Citizen(desk.url, number, stop) for number in range(CONVERSATIONS)]
        for citizen in citizens:
            citizen.begin()
        threads = [threading.Thread(target=citizen.live, daemon=True) for citizen in citizens]
        for thread in threads:
            thread.start()
        came_back = []
        for _ in range(kills):
            time.sleep(random.uniform(1.0, 3.0))
            desk.kill_server()
            before = [len(citizen.acknowledged) for citizen in citizens]
            desk.start()
            wait_for(lambda before=before: all_went_on(citizens, before), BACK_S, "the going on of every conversation")
            came_back.append(True)
        stop.set()
        for thread in threads:
            thread.join(2 * ANSWER_S)
        return judge(citizens, came_back, kills)


def all_went_on(citizens: list[Citizen], before: list[int]) -> bool:
    """Say whether every citizen has had a message acknowledged since."""
    return all(len(citizen.acknowledged) > count + 1 for citizen, count in zip(citizens, before, strict=True))


def judge(citizens: list[Citizen], came_back: list[bool], kills: int) -> list[Check]:
    """Compare what the pages were told with what the server has."""
    lost = doubled = out_of_order = misplaced = open_still = 0
    for citizen in citizens:
        again = Citizen(citizen.url, citizen.number, threading.Event(), contact=citizen.contact, token=citizen.token)
        stage, there = again.everything()
        again.hang_up()
        texts = [text for _seq, text in there]
        told = [text for _seq, text in citizen.acknowledged]
        lost += len(set(told) - set(texts))
        doubled += len(texts) - len(set(texts))
        out_of_order += [text for text in texts if text in set(told)] != told
        misplaced += sum(1 for pair in citizen.acknowledged if pair not in there)
        misplaced += [seq for seq, _text in there] != list(range(1, len(there) + 1))
        open_still += stage in ("waiting", "offered", "talking", "held", "parked")
    figures = {
        "kills": kills,
        "conversations": len(citizens),
        "acknowledged": sum(len(citizen.acknowledged) for citizen in citizens),
        "sent_again": sum(citizen.repeated for citizen in citizens),
    }
    refused = sorted({word for citizen in citizens for word in citizen.refused})
    return [
        Check("every acknowledged message is there", ok=lost == 0, figures={**figures, "lost": lost}),
        Check("no message is there twice", ok=doubled == 0, figures={"doubled": doubled}),
        Check("messages are in the order written", ok=out_of_order == 0, figures={"conversations": out_of_order}),
        Check(
            "each has the place that was acknowledged, without gaps", ok=misplaced == 0, figures={"wrong": misplaced}
        ),
        Check(
            "every conversation goes on after each kill",
            ok=len(came_back) == kills and open_still == len(citizens) and not refused,
            figures={"open": open_still, "refused": refused},
        ),
    ]
