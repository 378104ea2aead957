"""Who is there: signs of life, what a lost agent gives back, and what the sweep does of what time has decided."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.contacts.models import Contact, ContactEvent
from helpdesk.contacts.stages import Channel, Reason, Stage
from helpdesk.db import Database
from helpdesk.queue.actions import take
from helpdesk.queue.assignments import hold, mine
from helpdesk.queue.models import Agent, AgentDoor, AgentState, Assignment, Presence
from helpdesk.queue.presence import (
    choose_state,
    give_back_for,
    is_due,
    is_here,
    lost_agents,
    sign_of_life,
    work_with,
)
from helpdesk.queue.queries import staffing
from helpdesk.resolution.actions import begin_wrap_up, resolve
from helpdesk.resolution.rules import Closing, ErrandSaid, Outcome
from helpdesk.settings import change_setting
from helpdesk.worker import sweep
from tests.builders import Centre
from tests.conftest import NOW

SECOND = timedelta(seconds=1)
ANSWERED = Closing(Outcome.SOLVED, (ErrandSaid(Reason.NEW_NEED),))


def appears(session: Session, agent: Agent) -> None:
    """Let the agent show a sign of life that holds as long as a page's does: 30 s."""
    sign_of_life(session, agent.id, NOW, holds_s=30)
    session.flush()


def test_a_sign_of_life_is_written_at_most_every_ten_seconds(session: Session, centre: Centre) -> None:
    agent = centre.agent(available=False)
    assert is_due(session, agent.id, NOW) and not is_here(session, agent.id, NOW)
    sign_of_life(session, agent.id, NOW)
    session.flush()
    assert not is_due(session, agent.id, NOW + 9 * SECOND)
    assert is_due(session, agent.id, NOW + 10 * SECOND)
    assert is_here(session, agent.id, NOW + 29 * SECOND)
    assert not is_here(session, agent.id, NOW + 30 * SECOND)


def test_a_page_does_not_shorten_what_an_api_client_said_and_nothing_holds_longer_than_eight_hours(
    session: Session, centre: Centre
) -> None:
    agent = centre.agent(available=False)
    sign_of_life(session, agent.id, NOW, holds_s=3600)
    sign_of_life(session, agent.id, NOW + SECOND)
    assert session.get_one(Presence, agent.id).holds_until == NOW + timedelta(hours=1)
    sign_of_life(session, agent.id, NOW + SECOND, holds_s=5)
    assert session.get_one(Presence, agent.id).holds_until == NOW + 6 * SECOND
    sign_of_life(session, agent.id, NOW, holds_s=10**6)
    assert session.get_one(Presence, agent.id).holds_until == NOW + timedelta(hours=8)


def test_only_those_who_are_there_and_available_are_on_duty(session: Session, centre: Centre) -> None:
    centre.agent("maria")
    gone = centre.agent("aino")
    sign_of_life(session, gone.id, NOW, holds_s=1)
    choose_state(session, centre.agent("samira").id, AgentState.PAUSED, "lunch", NOW)
    session.flush()
    found = staffing(session, NOW + 2 * SECOND)
    assert (found.on_duty, found.free) == (1, 1)


def test_the_chats_of_a_lost_agent_go_back_after_a_minute_and_a_half_a_call_stays(
    session: Session, centre: Centre
) -> None:
    agent = centre.agent()
    chat, held, letter = centre.arrives(), centre.arrives(), centre.arrives(Channel.MESSAGE, text="Hej")
    for one in (chat, held, letter):
        take(session, agent.id, one.public_id, NOW)
    hold(session, agent.id, held.public_id, NOW)
    due = chat.due_at
    appears(session, agent)
    assert lost_agents(session, NOW + 89 * SECOND) == []
    assert lost_agents(session, NOW + 90 * SECOND) == [agent.id]
    assert give_back_for(session, agent.id, NOW + 90 * SECOND) == 3
    assert {one.stage for one in (chat, held, letter)} == {Stage.WAITING}
    assert (chat.due_at, chat.agent_id, chat.taken_at, agent.load) == (due, None, None, 0)
    assert lost_agents(session, NOW + 90 * SECOND) == []
    last = session.scalars(
        select(ContactEvent).where(ContactEvent.contact_id == chat.id).order_by(ContactEvent.n)
    ).all()
    assert (last[-1].kind, last[-1].facts, last[-1].actor) == ("released", {"why": "lost"}, "program")


@pytest.mark.parametrize("channel", [Channel.PHONE, Channel.WALK_IN])
def test_a_call_and_a_visit_stay_with_a_lost_agent(session: Session, centre: Centre, channel: Channel) -> None:
    agent, contact = centre.agent(), centre.arrives(channel)
    take(session, agent.id, contact.public_id, NOW)
    appears(session, agent)
    assert lost_agents(session, NOW + timedelta(hours=1)) == []
    assert give_back_for(session, agent.id, NOW + timedelta(hours=1)) == 0
    assert (contact.stage, contact.agent_id) == (Stage.TALKING, agent.id)


def test_an_agent_who_comes_back_in_the_last_moment_keeps_everything(session: Session, centre: Centre) -> None:
    """The sweep found the agent lost; before its transaction began, the page showed a sign of life."""
    agent, chat = centre.agent(), centre.arrives()
    take(session, agent.id, chat.public_id, NOW)
    appears(session, agent)
    late = NOW + 90 * SECOND
    assert lost_agents(session, late) == [agent.id]
    sign_of_life(session, agent.id, late)
    session.flush()
    assert give_back_for(session, agent.id, late) == 0
    assert chat.agent_id == agent.id


def test_wrap_up_and_what_lies_to_finish_are_not_given_back(session: Session, centre: Centre) -> None:
    agent, chat = centre.agent(), centre.arrives()
    take(session, agent.id, chat.public_id, NOW)
    begin_wrap_up(session, mine(session, agent.id, chat.public_id), 60, NOW)
    appears(session, agent)
    assert lost_agents(session, NOW + timedelta(hours=1)) == []


def test_working_with_other_doors_replaces_them(session: Session, centre: Centre) -> None:
    agent = centre.agent()
    work_with(session, agent.id, [Channel.CHAT, Channel.CHAT])
    session.flush()
    assert session.scalars(select(AgentDoor.channel).where(AgentDoor.agent_id == agent.id)).all() == [Channel.CHAT]


def test_two_first_requests_at_once_make_one_presence(database: Database) -> None:
    with database.transaction() as session:
        agent_id = Centre(session, NOW).agent(available=False).id
    started, trouble = threading.Event(), list[BaseException]()

    def second() -> None:
        started.wait(10)
        try:
            with database.transaction() as session:
                sign_of_life(session, agent_id, NOW + SECOND)
                choose_state(session, agent_id, AgentState.AVAILABLE, None, NOW)
                work_with(session, agent_id, [Channel.CHAT])
        except Exception as error:  # noqa: BLE001  (whatever it is, the test shows it)
            trouble.append(error)

    thread = threading.Thread(target=second)
    thread.start()
    with database.transaction() as session:
        sign_of_life(session, agent_id, NOW)
        work_with(session, agent_id, [Channel.CHAT, Channel.PHONE])
        session.flush()
        started.set()
        thread.join(0.2)
        assert thread.is_alive()
    thread.join(20)
    assert trouble == []
    with database.reading() as session:
        assert session.scalars(select(AgentDoor.channel)).all() == [Channel.CHAT]
        assert session.get_one(Presence, agent_id).holds_until == NOW + 31 * SECOND


class TestSweep:
    """What the worker does every second."""

    def test_a_countdown_that_ran_out_closes_what_was_resolved(self, database: Database) -> None:
        with database.transaction() as session:
            centre = Centre(session, NOW)
            agent, chat = centre.agent(), centre.arrives()
            take(session, agent.id, chat.public_id, NOW)
            resolve(session, agent.id, chat.public_id, ANSWERED, NOW + 60 * SECOND, wrap_up_s=30)
            assert (chat.stage, agent.load) == (Stage.WRAP_UP, 4)
        sweep(database, lambda: NOW + 89 * SECOND)
        assert self.stage_and_load(database) == (Stage.WRAP_UP, 4)
        sweep(database, lambda: NOW + 90 * SECOND)
        sweep(database, lambda: NOW + 91 * SECOND)
        assert self.stage_and_load(database) == (Stage.CLOSED, 0)

    def test_a_countdown_without_a_word_frees_the_room_and_leaves_it_to_finish(self, database: Database) -> None:
        with database.transaction() as session:
            centre = Centre(session, NOW)
            agent, chat = centre.agent(), centre.arrives()
            take(session, agent.id, chat.public_id, NOW)
            begin_wrap_up(session, mine(session, agent.id, chat.public_id), 30, NOW)
        sweep(database, lambda: NOW + 30 * SECOND)
        sweep(database, lambda: NOW + 31 * SECOND)
        assert self.stage_and_load(database) == (Stage.WRAP_UP, 0)
        with database.transaction() as session:
            agent, chat = session.scalars(select(Agent)).one(), session.scalars(select(Contact)).one()
            assert chat.wrap_up_until is None and chat.agent_id == agent.id
            kinds = session.scalars(select(ContactEvent.kind).order_by(ContactEvent.n)).all()
            assert kinds.count("wrap_up_ended") == 1
            resolve(session, agent.id, chat.public_id, ANSWERED, NOW + timedelta(hours=1), wrap_up_s=0)
        assert self.stage_and_load(database) == (Stage.CLOSED, 0)

    def test_the_lost_give_back_and_one_failure_does_not_hold_up_the_others(
        self, database: Database, caplog: pytest.LogCaptureFixture
    ) -> None:
        with database.transaction() as session:
            centre = Centre(session, NOW)
            broken, sound = centre.agent("maria"), centre.agent("aino")
            for agent in (broken, sound):
                take(session, agent.id, centre.arrives().public_id, NOW)
                sign_of_life(session, agent.id, NOW, holds_s=30)
            session.flush()
            broken.load = 0  # giving back 4 more would fall below nought: the database refuses
            ids = broken.id, sound.id
        sweep(database, lambda: NOW + timedelta(minutes=2))
        with database.reading() as session:
            open_ones = session.scalars(select(Assignment.agent_id).where(Assignment.ended_at.is_(None))).all()
        assert open_ones == [ids[0]]
        assert [one.message for one in caplog.records] == [f"give_back_for failed for {ids[0]}; trying again"]

    def test_the_times_are_settings(self, database: Database) -> None:
        with database.transaction() as session:
            centre = Centre(session, NOW)
            agent, chat = centre.agent(), centre.arrives()
            take(session, agent.id, chat.public_id, NOW)
            sign_of_life(session, agent.id, NOW, holds_s=30)
            change_setting(session, "queue.return_seconds", "600", NOW)
        sweep(database, lambda: NOW + timedelta(minutes=10))
        assert self.stage_and_load(database) == (Stage.TALKING, 4)
        sweep(database, lambda: NOW + timedelta(minutes=10, seconds=30))
        assert self.stage_and_load(database) == (Stage.WAITING, 0)

    def stage_and_load(self, database: Database) -> tuple[Stage, int]:
        with database.reading() as session:
            return session.scalars(select(Contact.stage)).one(), session.scalars(select(Agent.load)).one()
