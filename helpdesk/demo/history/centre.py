"""A day at the desk, lived through by the queue's own rules: who takes whom and when, who gives up, who is helped late."""

import heapq
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from helpdesk.contacts.stages import Channel, WaitsFor
from helpdesk.demo.history.visitors import NEVER, Visitor, callback_at
from helpdesk.queue.rules import Costs, LaneView, Taker, Targets, Waiting, first_promise, in_order, why_not
from helpdesk.working_days import moment_on

COSTS = Costs(phone=12, walk_in=12, chat=4, message=4)
TARGETS = Targets(phone=180, chat=120, walk_in=600, message_by=time(12))
ROOM = 12
EXCLUSIVE = (Channel.PHONE, Channel.WALK_IN)
SHIFTS = ((time(7, 30), time(16)), (time(7, 30), time(16, 15)), (time(8), time(17)), (time(8, 30), time(17)))
LUNCHES = (time(11), time(11, 40), time(12, 20), time(13))
BREAKS = ((time(9, 10), 12), (time(14, 30), 12))
OPENS, LAST_OUT = time(7, 30), time(21)
RELAXED_AFTER = timedelta(seconds=60)
BOOKED_READY_BEFORE = timedelta(minutes=5)


@dataclass(slots=True)
class Desk:
    """An agent's day: when they are there, what they can, and what they have open."""

    agent: int
    abilities: frozenset[str]
    spans: list[tuple[datetime, datetime]]
    stays_late: bool = False
    load: int = 0
    chats: int = 0
    exclusive: bool = False
    idle_since: datetime = NEVER
    rests_until: datetime = NEVER

    def is_there(self, now: datetime) -> bool:
        """Say whether they take contacts at a moment."""
        return self.rests_until <= now and any(start <= now < end for start, end in self.spans)

    @property
    def goes_home(self) -> datetime:
        """Return when their day ends."""
        return self.spans[-1][1]


def staff_of(day: date, abilities: Sequence[frozenset[str]], count: int, luck: Random) -> list[Desk]:
    """Return who works on a local day: so many of all agents, on shifts with lunch and two breaks, the last one until late."""
    chosen = luck.sample(range(len(abilities)), min(count, len(abilities)))
    desks = []
    for n, agent in enumerate(chosen):
        starts, ends = SHIFTS[n % len(SHIFTS)]
        stays_late = n == min(len(chosen), len(SHIFTS)) - 1
        away = [(LUNCHES[n % len(LUNCHES)], 40)]
        away += [(shifted(start, 20 * n), minutes) for start, minutes in BREAKS]
        spans, here = [], moment_on(day, OPENS if n == 0 else starts)
        for start, minutes in sorted(away):
            leaves = moment_on(day, start)
            spans.append((here, leaves))
            here = leaves + timedelta(minutes=minutes)
        spans.append((here, moment_on(day, LAST_OUT if stays_late else ends)))
        desks.append(Desk(agent, abilities[agent], spans, stays_late))
    return desks


def shifted(clock: time, minutes: int) -> time:
    """Return a time of day some minutes later (within the same day)."""
    every = clock.hour * 60 + clock.minute + minutes
    return time(every // 60, every % 60)


def live_through(
    day: date, closes: datetime, visitors: Iterable[Visitor], desks: Sequence[Desk], luck: Random
) -> list[Visitor]:
    """Let a day pass: give every visitor their promise, and whoever takes them or the moment at which they give up.

    ``closes``: when the doors shut. Returns those who still wait in the evening: what was written and not yet read.
    """
    return Day(day, closes, desks, luck).live(list(visitors))


class Day:
    """What happens on one day, event by event."""

    def __init__(self, day: date, closes: datetime, desks: Sequence[Desk], luck: Random) -> None:
        self.day, self.closes, self.desks, self.luck = day, closes, desks, luck
        self.waiting: dict[int, Visitor] = {}
        self.events: list[tuple[datetime, int, str, int, Desk | None]] = []
        self.order = itertools.count()

    def live(self, visitors: list[Visitor]) -> list[Visitor]:
        """Let everybody come, wait, be helped or give up; return those who still wait."""
        self.visitors = visitors
        for n, one in enumerate(visitors):
            self.promise(one)
            seen = max(one.ready, one.arrived) + timedelta(seconds=self.luck.randint(3, 14))
            self.plan(seen, "comes", n)
            if one.patience_s is not None:
                self.plan(one.arrived + timedelta(seconds=one.patience_s), "gives_up", n)
        for desk in self.desks:
            for start, _end in desk.spans:
                self.plan(start, "begins", -1, desk)
        while self.events:
            now, _order, what, n, whose = heapq.heappop(self.events)
            self.happen(now, what, n, whose)
            self.give(now)
        return list(self.waiting.values())

    def plan(self, at: datetime, what: str, n: int, desk: Desk | None = None) -> None:
        """Note that something will happen."""
        heapq.heappush(self.events, (at, next(self.order), what, n, desk))

    def promise(self, one: Visitor) -> None:
        """Say by when somebody is promised an answer, and from when on they can be helped; a letter from before has it."""
        if one.due != NEVER:
            return
        chosen = callback_at(one.arrived, self.closes, self.luck) if one.waits_for is WaitsFor.CALLBACK else None
        if chosen is None:
            one.waits_for = WaitsFor.ANSWER
        one.due = chosen or first_promise(one.channel, one.priority, one.arrived, self.day, TARGETS)
        one.ready = chosen - BOOKED_READY_BEFORE if chosen else one.arrived

    def happen(self, now: datetime, what: str, n: int, desk: Desk | None) -> None:
        """Let one thing happen."""
        one = self.visitors[n] if n >= 0 else None
        if one is None or one.left is not None:
            return
        if what == "comes":
            self.waiting[n] = one
            if one.needs:
                able = [desk.goes_home for desk in self.desks if one.needs <= desk.abilities]
                self.plan(max([now, *able]) + RELAXED_AFTER, "relaxes", n)
        elif what == "gives_up" and one.taken is None:
            one.left = now
            self.waiting.pop(n, None)
        elif what == "relaxes" and one.taken is None:
            one.relaxed = now
        elif what == "ends" and desk is not None:
            desk.load -= COSTS.of(one.channel)
            desk.chats -= one.channel is Channel.CHAT
            desk.exclusive = False if one.channel in EXCLUSIVE else desk.exclusive
            desk.idle_since = now
            if one.channel in EXCLUSIVE:
                desk.rests_until = now + timedelta(seconds=self.luck.randint(4, 25))
                self.plan(desk.rests_until, "rested", n)

    def give(self, now: datetime) -> None:
        """Give whoever can take somebody whoever is next, until nobody can."""
        if not self.waiting:
            return
        there = [desk for desk in self.desks if desk.is_there(now) and desk.load < ROOM]
        for desk in sorted(there, key=lambda one: (-one.chats, one.idle_since, one.agent)):
            while (n := self.next_for(desk, now)) is not None:
                self.take(desk, n, now)

    def next_for(self, desk: Desk, now: datetime) -> int | None:
        """Return whoever is next for an agent, by the queue's rule."""
        taker = Taker(frozenset(Channel), desk.abilities, ROOM - desk.load, desk.exclusive)
        found = []
        for n, one in self.waiting.items():
            needs = frozenset() if one.relaxed else one.needs
            if why_not(LaneView(n, one.channel, needs), taker, COSTS) is None:
                found.append(Waiting(n, n, one.channel, one.due))
        ordered = in_order(found, now, late_letter_allowed=True)
        return ordered[0].id if ordered else None

    def take(self, desk: Desk, n: int, now: datetime) -> None:
        """Let an agent have somebody until their wrap-up is over."""
        one = self.waiting.pop(n)
        one.taken, one.agent = now, desk.agent
        desk.load += COSTS.of(one.channel)
        one.load = desk.load
        desk.chats += one.channel is Channel.CHAT
        desk.exclusive = desk.exclusive or one.channel in EXCLUSIVE
        self.plan(now + timedelta(seconds=one.talk_s + one.wrap_up_s), "ends", n, desk)
