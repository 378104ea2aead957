"""The world that the pretended network lives in: time, what is planned, and the post to the product.

The clock is handed in: the command's is the wall's, a test's jumps to the next event. One lock guards the world, so that
the REST side may reach in from another thread.
"""

import heapq
import itertools
import math
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from helpdesk.channels.phone.network.calls import Call, Habits, Line, Room
from helpdesk.channels.phone.network.post import Post, new_token


class Unheard(Exception):
    """A webhook gave no answer that can be used."""


class Clock(Protocol):
    """Tells the time and lets it pass."""

    def now(self) -> datetime:
        """Return this moment in UTC."""
        ...

    def sleep_until(self, moment: datetime) -> None:
        """Let time pass, up to this moment; may return earlier."""
        ...


class WallClock:
    """The real time. It sleeps in short stretches, so that a REST request is acted on at once."""

    def __init__(self, now: Callable[[], datetime], wait: Callable[[float], object]) -> None:
        self._now = now
        self._wait = wait

    def now(self) -> datetime:
        """Return this moment in UTC."""
        return self._now()

    def sleep_until(self, moment: datetime) -> None:
        """Wait until the moment, but no longer than a fifth of a second."""
        self._wait(max(0.0, min(0.2, (moment - self._now()).total_seconds())))


class JumpingClock:
    """A clock without waiting: time jumps to whatever comes next."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the moment that the story has come to."""
        return self._now

    def sleep_until(self, moment: datetime) -> None:
        """Jump there."""
        self._now = max(self._now, moment)


class World:
    """Time, plans, post. ``log`` hears what happens; ``complaints`` collects what must not happen."""

    def __init__(self, post: Post, clock: Clock, log: Callable[[str], None], habits: Habits) -> None:
        self.post = post
        self.clock = clock
        self.log = log
        self.habits = habits
        self.complaints: list[str] = []
        self.calls: dict[str, Call] = {}
        self.lines: dict[str, Line] = {}
        self.rooms: dict[str, Room] = {}
        """The conferences that are not over, by name."""
        self.past_rooms: list[Room] = []
        self.lock = threading.RLock()
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def later(self, seconds: float, do: Callable[[], None]) -> None:
        """Plan something, in so many seconds."""
        moment = self.clock.now() + timedelta(seconds=seconds)
        heapq.heappush(self._agenda, (moment, next(self._order), do))

    def run(self, until: Callable[[], bool] | None = None, limit: float = 7200) -> None:
        """Let time pass until the condition holds (else: until every call is over), at most ``limit`` seconds."""
        end = self.clock.now() + timedelta(seconds=limit)
        is_done = until or self.is_quiet
        while not is_done() and self.clock.now() < end:
            with self.lock:
                due = min(self._agenda[0][0], end) if self._agenda else end
            self.clock.sleep_until(due)
            with self.lock:
                while self._agenda and self._agenda[0][0] <= self.clock.now() and not is_done():
                    heapq.heappop(self._agenda)[2]()

    def is_quiet(self) -> bool:
        """Say whether every call is over and nothing more is planned."""
        return all(call.is_over for call in self.calls.values()) and not self._agenda

    def wake(self, call: Call) -> None:
        """Let a call take its next step now, whatever it was waiting for."""
        call.turn += 1
        self._plan_step(call, 0)

    def _plan_step(self, call: Call, seconds: float) -> None:
        life, turn = call.life, call.turn

        def step() -> None:
            if life is None or call.life is not life or call.turn != turn:
                return
            pause = next(life, None)
            if call.life is not life or call.turn != turn:
                return
            if pause is None:
                self.end(call, "completed")
            elif pause != math.inf:
                self._plan_step(call, pause)

        self.later(seconds, step)

    def end(self, call: Call, status: str) -> None:
        """End a call. The network knows how."""
        raise NotImplementedError

    def deliver(self, url: str, form: Mapping[str, str]) -> bytes:
        """Send a webhook, twice if that is our habit, and return its answer. Raises Unheard when there is none."""
        token = new_token() if self.habits.tokens else None
        answers = []
        for _ in range(2 if self.habits.twice else 1):
            try:
                answers.append(self.post.send(url, form, token))
            except (OSError, ValueError) as error:
                raise Unheard(f"{url}: {error}") from error
        if answers[0] != answers[-1]:
            self.complaints.append(f"{url} answered the same request differently the second time")
        if answers[0].status not in (200, 204):
            raise Unheard(f"{url} answered {answers[0].status}")
        return answers[0].body

    def deliver_later(self, url: str, form: Mapping[str, str]) -> None:
        """Send a status callback when the post gets round to it: maybe late, maybe after its successor."""

        def send() -> None:
            try:
                self.deliver(url, form)
            except Unheard as error:
                self.complaints.append(str(error))

        self.later(self.habits.luck.uniform(0, self.habits.late), send)
