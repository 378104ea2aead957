"""From ringing to hanging up, through the signed webhooks and Twilio's REST API."""

import pytest
from sqlalchemy import select

from helpdesk.channels.phone.models import LegRole
from helpdesk.channels.phone.network.calls import Habits, Person
from helpdesk.channels.phone.rules import LegState
from helpdesk.clock import now
from helpdesk.contacts.models import ContactAddress, ContactEvent
from helpdesk.contacts.stages import EndedAs, Outcome, Reason, Stage
from helpdesk.queue.assignments import hold, release, resume
from helpdesk.queue.models import Period, PeriodKind
from helpdesk.resolution.actions import resolve
from helpdesk.resolution.rules import Closing, ErrandSaid
from tests.channels.phone.conftest import PUBLIC, talk, waits

CALLER, CENTRE = "+46701740601", "+46980319200"
STATUS = PUBLIC + "/twilio/status"


def test_a_caller_waits_is_helped_and_hangs_up(installation):
    (maria,) = installation.staff("maria")
    call = waits(installation, keys="21", talks=60)
    (contact,) = installation.contacts()
    assert (contact.stage, contact.language, contact.channel.value) == (Stage.WAITING, "fi", "phone")
    assert installation.take(maria) == contact.public_id
    talk(installation, call)
    assert call.room.name == contact.public_id
    citizen, agent = installation.legs()
    assert (citizen.role, citizen.state, citizen.conference_key) == (LegRole.CITIZEN, LegState.CONNECTED, call.room.sid)
    assert (agent.role, agent.state, agent.agent_id) == (LegRole.AGENT, LegState.CONNECTED, maria)
    installation.network.run()
    (contact,) = installation.contacts()
    assert contact.stage is Stage.WRAP_UP
    assert contact.agent_id == maria
    assert {leg.state for leg in installation.legs()} == {LegState.ENDED}
    with installation.database.reading() as session:
        kinds = list(session.scalars(select(Period.kind).order_by(Period.id)))
        events = list(session.scalars(select(ContactEvent.kind).order_by(ContactEvent.n)))
        number = session.scalars(select(ContactAddress.value)).one()
    assert kinds == [PeriodKind.TALK, PeriodKind.WRAP_UP]
    assert [kind for kind in events if kind != "call_progressed"] == ["arrived", "promise_met", "taken", "line_down"]
    assert number == CALLER
    assert installation.twilio.refused == []
    assert installation.network.complaints == []


def test_whoever_hangs_up_while_waiting_has_given_up(installation):
    installation.staff("maria")
    call = waits(installation, patience=30)
    installation.network.run()
    (contact,) = installation.contacts()
    assert (contact.stage, contact.ended_as) == (Stage.CLOSED, EndedAs.ABANDONED)
    assert call.is_over
    assert installation.network.complaints == []


def test_whoever_hangs_up_in_the_menu_was_no_contact(installation):
    installation.staff("maria")
    call = installation.network.ring_in(CALLER, CENTRE, Person(), STATUS)
    installation.network.later(3, lambda: installation.network.hang_up(call))
    installation.network.run()
    assert installation.contacts() == []
    (leg,) = installation.legs()
    assert (leg.state, leg.contact_id) == (LegState.ENDED, None)


def test_no_key_at_all_waits_too(installation):
    installation.staff("maria")
    waits(installation, keys="")
    (contact,) = installation.contacts()
    assert (contact.language, contact.area) == ("sv", None)


def test_an_agent_who_does_not_answer_leaves_the_citizen_with_place_and_promise(installation):
    maria, aino = installation.staff("maria", "aino")
    installation.network.people = lambda number: Person(answers_after=None)
    call = waits(installation, talks=20)
    (before,) = installation.contacts()
    installation.take(maria)
    installation.work()
    installation.network.run(
        until=lambda: any(one.status == "no-answer" for one in installation.network.calls.values())
    )
    installation.network.run(limit=1)
    (contact,) = installation.contacts()
    assert (contact.stage, contact.due_at, contact.agent_id) == (Stage.WAITING, before.due_at, None)
    installation.work()
    installation.network.run(until=lambda: call.line is not None, limit=60)
    assert call.line is not None
    installation.network.people = lambda number: Person()
    assert installation.take(aino) == contact.public_id
    talk(installation, call)
    installation.network.run()
    (contact,) = installation.contacts()
    assert (contact.stage, contact.agent_id) == (Stage.WRAP_UP, aino)
    assert installation.twilio.refused == []
    assert installation.network.complaints == []


def test_a_citizen_who_hangs_up_before_the_agent_answers_stops_the_ringing(installation):
    (maria,) = installation.staff("maria")
    installation.network.people = lambda number: Person(answers_after=20)
    call = waits(installation)
    installation.take(maria)
    installation.work()
    installation.network.run(until=lambda: call.room is not None)
    installation.network.hang_up(call)
    installation.network.run(limit=2)
    assert installation.work() == 1
    installation.network.run(limit=60)
    assert all(one.is_over for one in installation.network.calls.values())
    assert installation.contacts()[0].stage is Stage.WRAP_UP
    assert installation.twilio.refused == []


def test_a_citizen_who_hung_up_before_the_worker_came_is_found_out(installation):
    (maria,) = installation.staff("maria")
    call = waits(installation)
    installation.take(maria)
    call.status = "completed"
    assert installation.work() == 1
    (contact,) = installation.contacts()
    assert contact.stage is Stage.WRAP_UP
    assert [row.dead_at is not None for row in installation.outbox()] == [True, False]
    assert [leg.role for leg in installation.legs()] == [LegRole.CITIZEN]


def test_on_hold_the_caller_hears_music_and_comes_back(installation):
    (maria,) = installation.staff("maria")
    call = waits(installation, talks=600)
    key = installation.take(maria)
    talk(installation, call)
    seat = call.room.seats[call.sid]
    for act, is_held in ((hold, True), (resume, False)):
        with installation.database.transaction() as session:
            act(session, maria, key, now())
        assert installation.work() == 1
        assert seat.held is is_held
    assert installation.twilio.refused == []


def test_a_call_that_is_put_back_waits_in_the_queue_again(installation):
    (maria,) = installation.staff("maria")
    call = waits(installation, talks=600)
    key = installation.take(maria)
    talk(installation, call)
    with installation.database.transaction() as session:
        release(session, maria, key, now())
    assert installation.work() == 2
    installation.network.run(until=lambda: call.line is not None, limit=60)
    assert call.line is not None
    assert installation.contacts()[0].stage is Stage.WAITING
    assert [leg.state for leg in installation.legs()] == [LegState.QUEUED, LegState.ENDED]
    assert installation.network.complaints == []
    assert installation.twilio.refused == []


def test_saying_what_came_of_it_closes_the_line(installation):
    (maria,) = installation.staff("maria")
    call = waits(installation, talks=600)
    key = installation.take(maria)
    talk(installation, call)
    with installation.database.transaction() as session:
        resolve(session, maria, key, Closing(Outcome.SOLVED, (ErrandSaid(Reason.OTHER),)), now())
    assert installation.work() == 2
    installation.network.run(limit=30)
    assert all(one.is_over for one in installation.network.calls.values())
    (contact,) = installation.contacts()
    assert (contact.stage, contact.ended_as) == (Stage.WRAP_UP, EndedAs.HELPED)
    assert installation.twilio.refused == []


class TestWithBadPost:
    """The same road while every webhook comes twice and status callbacks come late and shuffled."""

    @pytest.fixture(params=[True, False], ids=["with tokens", "by hash"])
    def habits(self, request):
        return Habits(twice=True, late=30, tokens=request.param)

    def test_one_contact_and_the_same_answers(self, installation):
        (maria,) = installation.staff("maria")
        call = waits(installation, keys="14", talks=60)
        (contact,) = installation.contacts()
        assert contact.area == "barn-utbildning"
        installation.take(maria)
        talk(installation, call)
        installation.network.run()
        installation.work()
        installation.network.run()
        (contact,) = installation.contacts()
        assert contact.stage is Stage.WRAP_UP
        assert {leg.state for leg in installation.legs()} == {LegState.ENDED}
        assert len(installation.legs()) == 2
        assert installation.network.complaints == []
        assert installation.twilio.refused == []
