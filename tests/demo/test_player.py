"""The played day with a clock that is told: 6 to 12 wait, citizens talk back, colleagues help, one process plays."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.channels.arrival import Arrival, arrive, door_of
from helpdesk.channels.phone.models import CallLeg
from helpdesk.channels.phone.rules import LegState
from helpdesk.clock import now as wall_clock
from helpdesk.contacts.models import Contact, Message
from helpdesk.contacts.stages import Author, Channel, EndedAs, Outcome, Reason, Stage
from helpdesk.db import Database
from helpdesk.demo.live.callers import EXCHANGE, Callers, end_dead_lines
from helpdesk.demo.live.memory import remembered
from helpdesk.demo.live.player import Player
from helpdesk.demo.live.rules import HIGH, LOW, Deed, Going, comes, deed, gap_s, may_give_up, must_come_at_once
from helpdesk.demo.live.scripts import CALLS, CHATS, VISITS
from helpdesk.desk.actions import write
from helpdesk.queue.actions import take
from helpdesk.queue.models import Agent, AgentState
from helpdesk.queue.presence import choose_state, sign_of_life
from helpdesk.queue.queries import count_waiting
from helpdesk.resolution.actions import due_wrap_ups, end_wrap_up, resolve
from helpdesk.resolution.rules import Closing, ErrandSaid
from helpdesk.settings import change_setting
from knowledge.models import Service
from tests.conftest import NOW

STEP = timedelta(seconds=3)


class Story:
    """A played day in a test: its database, its player, and the time, which moves when it is told to."""

    def __init__(self, database: Database, callers: Callers | None = None) -> None:
        self.database, self.now = database, NOW
        with database.transaction() as session:
            change_setting(session, "demo.live", "on", NOW)
        self.player = self.another(callers)

    def another(self, callers: Callers | None = None) -> Player:
        """Return a player, as another process would have one."""
        return Player(self.database, callers, lambda: self.now, Random(4))

    def goes_on(self, seconds: int, each: Callable[[], None] = lambda: None) -> None:
        """Let time pass in steps of three seconds, with the sweep that the worker does."""
        for _ in range(seconds // 3):
            self.now += STEP
            self.player.tick()
            with self.database.reading() as session:
                over = due_wrap_ups(session, self.now)
            for contact_id in over:
                with self.database.transaction() as session:
                    end_wrap_up(session, contact_id, self.now)
            each()

    @property
    def waiting(self) -> int:
        """Return how many wait."""
        with self.database.reading() as session:
            return count_waiting(session)

    def maria(self) -> int:
        """Let Maria be at her desk; return her agent's id."""
        with self.database.transaction() as session:
            agent = session.scalars(select(Agent).where(Agent.name == "Maria Lindqvist")).one()
            choose_state(session, agent.id, AgentState.AVAILABLE, None, self.now)
            sign_of_life(session, agent.id, self.now, 8 * 3600)
            return agent.id


@pytest.fixture
def story(peopled: Callable[[], Database]) -> Story:
    """A played day that begins now."""
    return Story(peopled())


def test_from_the_first_minute_on_6_to_12_wait_with_true_clocks_while_an_agent_works(story: Story) -> None:
    maria = story.maria()
    story.goes_on(27)
    counts: list[int] = []

    def look() -> None:
        counts.append(story.waiting)
        if len(counts) % 15 == 0:
            with story.database.transaction() as session:
                first = session.scalars(
                    select(Contact.public_id).where(Contact.stage == Stage.WAITING, Contact.language == "sv")
                ).first()
                assert first is not None
                take(session, maria, first, story.now)
                closing = Closing(Outcome.SOLVED, (ErrandSaid(Reason.NEW_NEED),))
                resolve(session, maria, first, closing, story.now, wrap_up_s=0)

    story.goes_on(330, look)

    assert min(counts) >= LOW
    assert max(counts) <= HIGH
    with story.database.reading() as session:
        contacts = session.scalars(select(Contact)).all()
        assert {one.channel for one in contacts} == {Channel.CHAT, Channel.WALK_IN}
        assert all(NOW < one.arrived_at <= story.now for one in contacts)
        assert len({one.arrived_at for one in contacts}) == len(contacts)
        helped = [one for one in contacts if one.ended_as is EndedAs.HELPED]
        assert len(helped) > len(counts) // 15, "the colleagues have helped somebody too"


def test_a_citizen_answers_what_an_agent_writes_and_stops_when_all_is_said(story: Story) -> None:
    maria = story.maria()
    story.goes_on(27)
    with story.database.transaction() as session:
        contact = session.scalars(
            select(Contact).where(Contact.stage == Stage.WAITING, Contact.channel == Channel.CHAT)
        ).first()
        assert contact is not None
        memo = remembered(session)[contact.public_id]
        take(session, maria, contact.public_id, story.now)
    lines = CHATS[memo.script].by_citizen

    for n in range(len(lines) + 1):
        with story.database.transaction() as session:
            write(session, maria, contact.public_id, f"Rad {n} från mig.", None, story.now)
        story.goes_on(27)

    with story.database.reading() as session:
        said = session.scalars(select(Message).where(Message.contact_id == contact.id).order_by(Message.seq)).all()
    assert tuple(one.text for one in said if one.author is Author.CITIZEN) == lines
    assert said[2].at - said[1].at >= timedelta(seconds=4)


def test_colleagues_never_take_a_visitor_of_the_demo(story: Story) -> None:
    with story.database.transaction() as session:
        for _ in range(11):
            arrive(session, Arrival(door_of(session, Channel.CHAT), text="Jag provar demon."), story.now)

    story.goes_on(120)

    with story.database.reading() as session:
        stages = set(session.scalars(select(Contact.stage).where(Contact.topic.is_(None))))
    assert stages == {Stage.WAITING}


def test_the_button_sends_everybody_home(story: Story) -> None:
    story.goes_on(200)
    with story.database.transaction() as session:
        change_setting(session, "demo.live", "off", story.now)
    story.goes_on(40)

    assert story.waiting == 0
    with story.database.reading() as session:
        assert set(session.scalars(select(Agent.state))) == {AgentState.OFFLINE}
        assert set(session.scalars(select(Agent.load))) == {0}
        assert set(session.scalars(select(Contact.stage))) == {Stage.CLOSED}
    story.goes_on(20)
    assert story.waiting == 0


def test_one_process_plays_and_another_goes_on_when_it_stops(story: Story) -> None:
    other = story.another()
    story.goes_on(20)
    before = story.waiting

    other.tick()
    assert not other.plays
    assert story.waiting == before

    story.player.leave()
    story.now += timedelta(seconds=6)
    other.tick()
    assert other.plays
    story.player.tick()
    assert not story.player.plays


def test_a_process_that_died_is_followed_by_another_after_its_lease(story: Story) -> None:
    story.goes_on(4)
    other = story.another()

    story.now += timedelta(seconds=10)
    other.tick()
    assert not other.plays

    story.now += timedelta(seconds=15)
    other.tick()
    assert other.plays


def test_callers_knock_at_the_real_webhooks_wait_and_hang_up(demo_app: Flask, peopled: Callable[[], Database]) -> None:
    database, moment = peopled(), [wall_clock()]

    def clock() -> datetime:
        return moment[0]

    callers = Callers(demo_app, clock)
    callers.come(1, Random(1))
    for _ in range(60):
        moment[0] += timedelta(seconds=1)
        callers.go_on()
    with database.reading() as session:
        contact = session.scalars(select(Contact)).one()
        assert (contact.channel, contact.stage, contact.area) == (Channel.PHONE, Stage.WAITING, "bygga-bo-miljo")
    assert callers.in_menu() == 0

    callers.hang_up_those_who_wait()
    moment[0] += timedelta(seconds=1)
    callers.go_on()

    with database.reading() as session:
        assert session.scalars(select(Contact.ended_as)).one() is EndedAs.ABANDONED
    assert callers.network.complaints == []


def test_lines_of_a_network_that_is_gone_are_ended(demo_app: Flask, peopled: Callable[[], Database]) -> None:
    database, moment = peopled(), [wall_clock()]
    callers = Callers(demo_app, lambda: moment[0])
    callers.come(0, Random(1))
    for _ in range(60):
        moment[0] += timedelta(seconds=1)
        callers.go_on()

    end_dead_lines(database, wall_clock())

    with database.reading() as session:
        leg = session.scalars(select(CallLeg)).one()
        assert (leg.exchange, leg.state) == (EXCHANGE, LegState.ENDED)
        assert session.scalars(select(Contact.ended_as)).one() is EndedAs.ABANDONED


def test_every_script_names_a_service_of_the_catalogue(peopled: Callable[[], Database]) -> None:
    with peopled().reading() as session:
        known = set(session.scalars(select(Service.slug)))
    named = {one.service for one in (*CHATS, *VISITS, *CALLS) if one.service is not None}
    assert named <= known
    assert all(talk.lines and all(talk.lines) for talk in CHATS)


def test_the_fewer_wait_the_sooner_somebody_comes() -> None:
    gaps = [gap_s(waiting) for waiting in range(HIGH)]

    assert gaps[: LOW + 2] == [0] * (LOW + 2)
    assert gaps == sorted(gaps, key=lambda one: -1 if one is None else one)
    assert not comes(HIGH, 0, 3600)
    assert not comes(HIGH - 1, 1, 3600)
    assert comes(3, 0, 0)
    assert must_come_at_once(LOW)
    assert not may_give_up(LOW)


GOING = Going(Channel.CHAT, Stage.TALKING, NOW, Author.CITIZEN, NOW, "Hej! Jag ser efter.", False)


@pytest.mark.parametrize(
    ("one", "after_s", "done"),
    [
        (GOING, 1, None),
        (GOING, 20, Deed.SAY),
        (Going(Channel.CHAT, Stage.TALKING, NOW, Author.AGENT, NOW, "Mer.", False), 20, None),
        (Going(Channel.CHAT, Stage.TALKING, NOW, Author.CITIZEN, NOW, None, False), 20, Deed.RESOLVE),
        (Going(Channel.CHAT, Stage.TALKING, NOW, Author.AGENT, NOW, "Mer.", False), 500, Deed.RESOLVE),
        (Going(Channel.CHAT, Stage.WRAP_UP, NOW, Author.AGENT, NOW, None, True), 500, None),
        (Going(Channel.WALK_IN, Stage.TALKING, NOW, None, None, None, False), 60, None),
        (Going(Channel.WALK_IN, Stage.TALKING, NOW, None, None, None, False), 160, Deed.RESOLVE),
        (Going(Channel.PHONE, Stage.TALKING, NOW, None, None, None, False), 160, None),
        (Going(Channel.PHONE, Stage.WRAP_UP, NOW, None, None, None, False), 1, Deed.RESOLVE),
        (Going(Channel.PHONE, Stage.HELD, NOW, None, None, None, False), 900, None),
        (Going(Channel.MESSAGE, Stage.TALKING, NOW, None, None, None, False), 50, Deed.RESOLVE),
    ],
)
def test_what_a_played_colleague_does(one: Going, after_s: int, done: Deed | None) -> None:
    assert deed(one, NOW + timedelta(seconds=after_s)) is done
