"""Taking: who is next, one owner each, never above room."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from helpdesk.contacts.models import ContactEvent
from helpdesk.contacts.stages import Channel, Outcome, Priority, Reason, Stage
from helpdesk.queue import seeks
from helpdesk.queue.actions import take, take_next
from helpdesk.queue.assignments import hold, mine, release, resume
from helpdesk.queue.models import Agent, AgentState, Assignment, AssignmentRole, Promise
from helpdesk.queue.presence import choose_state
from helpdesk.queue.queries import open_contacts, waiting_contacts
from helpdesk.queue.seeks import lanes
from helpdesk.refusals import AlreadyTaken, NoRoom, NotAvailable, NotYours
from helpdesk.resolution.actions import begin_wrap_up, due_wrap_ups, end_wrap_up, resolve
from helpdesk.resolution.rules import Closing, ErrandSaid
from tests.builders import Centre
from tests.conftest import NOW


def test_the_earliest_promise_is_next_whatever_the_door(session: Session, centre: Centre) -> None:
    agent = centre.agent()
    centre.arrives(Channel.WALK_IN, NOW - timedelta(minutes=5))
    caller = centre.arrives(Channel.PHONE, NOW - timedelta(minutes=2))
    centre.arrives(Channel.CHAT, NOW - timedelta(seconds=30))
    assert take_next(session, agent.id, NOW) is caller
    assert (caller.stage, caller.agent_id, agent.load) == (Stage.TALKING, agent.id, 12)


def test_a_raised_priority_shortens_the_promise(centre: Centre) -> None:
    assert centre.arrives(Channel.PHONE, priority=Priority.URGENT).due_at == NOW + timedelta(seconds=45)


def test_a_message_is_promised_for_noon_on_the_next_working_day(centre: Centre) -> None:
    assert centre.arrives(Channel.MESSAGE, text="Hej").due_at.isoformat() == "2026-11-24T11:00:00+00:00"


def test_people_who_wait_now_come_before_letters_until_a_letter_is_late(session: Session, centre: Centre) -> None:
    letter = centre.arrives(Channel.MESSAGE, NOW - timedelta(days=4), text="Hej")
    centre.arrives(Channel.MESSAGE, NOW - timedelta(days=4), text="Hej igen")
    chat = centre.arrives(Channel.CHAT)
    first, second = centre.agent("maria"), centre.agent("aino")
    assert take_next(session, first.id, NOW) is letter
    assert take_next(session, second.id, NOW) is chat


def test_three_chats_fill_an_agent_and_a_call_excludes_everything(session: Session, centre: Centre) -> None:
    maria, aino = centre.agent("maria"), centre.agent("aino")
    for _ in range(4):
        centre.arrives(Channel.CHAT)
    for _ in range(3):
        assert take_next(session, maria.id, NOW) is not None
    assert take_next(session, maria.id, NOW) is None
    centre.arrives(Channel.PHONE, NOW - timedelta(minutes=9))
    taken = take_next(session, aino.id, NOW)
    assert taken is not None and taken.channel is Channel.PHONE
    assert take_next(session, aino.id, NOW) is None


def test_a_need_is_only_given_to_somebody_who_has_it(session: Session, centre: Centre) -> None:
    maria, aino = centre.agent("maria"), centre.agent("aino", "lang:fi")
    finnish = centre.arrives(Channel.CHAT, language="fi")
    assert take_next(session, maria.id, NOW) is None
    assert take_next(session, aino.id, NOW) is finnish


def test_nobody_is_given_a_booked_callback_before_its_time(session: Session, centre: Centre) -> None:
    agent = centre.agent()
    booked = centre.arrives(Channel.PHONE, at=NOW, number="+46701740601")
    booked.ready_at = NOW + timedelta(minutes=10)
    session.flush()
    assert take_next(session, agent.id, NOW) is None
    assert take_next(session, agent.id, NOW + timedelta(minutes=10)) is booked


def test_put_back_keeps_the_promise_and_the_room_is_free(session: Session, centre: Centre) -> None:
    agent, chat = centre.agent(), centre.arrives()
    due = chat.due_at
    take_next(session, agent.id, NOW)
    release(session, agent.id, chat.public_id, NOW + timedelta(minutes=1))
    assert (chat.stage, chat.due_at, chat.agent_id, agent.load) == (Stage.WAITING, due, None, 0)


def test_hold_and_resume_keep_the_room(session: Session, centre: Centre) -> None:
    agent, call = centre.agent(), centre.arrives(Channel.PHONE)
    take_next(session, agent.id, NOW)
    assert hold(session, agent.id, call.public_id, NOW).stage is Stage.HELD
    assert agent.load == 12
    assert resume(session, agent.id, call.public_id, NOW).stage is Stage.TALKING


def test_what_is_gone_is_refused_in_words(session: Session, centre: Centre) -> None:
    maria, aino, chat = centre.agent("maria"), centre.agent("aino"), centre.arrives()
    take(session, maria.id, chat.public_id, NOW)
    with pytest.raises(AlreadyTaken):
        take(session, aino.id, chat.public_id, NOW)
    with pytest.raises(NotYours):
        release(session, aino.id, chat.public_id, NOW)
    assert take(session, maria.id, chat.public_id, NOW) is chat


def test_a_full_agent_cannot_choose_either(session: Session, centre: Centre) -> None:
    agent = centre.agent()
    take(session, agent.id, centre.arrives(Channel.PHONE).public_id, NOW)
    with pytest.raises(NoRoom):
        take(session, agent.id, centre.arrives(Channel.CHAT).public_id, NOW)


def test_a_paused_agent_takes_nothing(session: Session, centre: Centre) -> None:
    agent = centre.agent()
    choose_state(session, agent.id, AgentState.PAUSED, "lunch", NOW)
    centre.arrives()
    with pytest.raises(NotAvailable):
        take_next(session, agent.id, NOW)


def test_the_database_itself_refuses_a_second_owner_and_too_much_load(session: Session, centre: Centre) -> None:
    agent, other, chat = centre.agent("maria"), centre.agent("aino"), centre.arrives()
    take_next(session, agent.id, NOW)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(
            Assignment(contact_id=chat.id, agent_id=other.id, role=AssignmentRole.OWNER, cost=4, taken_at=NOW, why={})
        )
        session.flush()
    with pytest.raises(IntegrityError), session.begin_nested():
        other.load = 13
        session.flush()
    session.refresh(other)


def test_why_this_one_names_the_rule_and_who_was_passed_over(session: Session, centre: Centre) -> None:
    agent = centre.agent("maria", channels=(Channel.CHAT,))
    calls = [centre.arrives(Channel.PHONE, NOW - timedelta(minutes=9)) for _ in range(7)]
    chat = centre.arrives(Channel.CHAT)
    take_next(session, agent.id, NOW)
    why = session.scalars(select(Assignment.why).where(Assignment.contact_id == chat.id)).one()
    assert why["rule"] == "earliest_promise"
    assert why["passed_over"] == [{"contact": one.public_id, "reason": "door"} for one in calls[:5]]
    assert why["more"] == {"door": 2}


def test_a_met_promise_stays_met_and_all_is_an_event(session: Session, centre: Centre) -> None:
    agent, chat = centre.agent(), centre.arrives()
    take_next(session, agent.id, NOW + timedelta(seconds=50))
    promise = session.scalars(select(Promise).where(Promise.contact_id == chat.id)).one()
    assert promise.met_at == NOW + timedelta(seconds=50)
    kinds = session.scalars(
        select(ContactEvent.kind).where(ContactEvent.contact_id == chat.id).order_by(ContactEvent.n)
    ).all()
    assert kinds == ["arrived", "promise_met", "taken"]


def test_too_much_to_finish_and_nothing_new_is_given(session: Session, centre: Centre) -> None:
    agent = centre.agent()
    for _ in range(5):
        begin_wrap_up(session, mine(session, agent.id, take_next_of(session, centre, agent)), 0, NOW)
    for contact_id in due_wrap_ups(session, NOW):
        end_wrap_up(session, contact_id, NOW)
    waiting = centre.arrives()
    with pytest.raises(NoRoom):
        take_next(session, agent.id, NOW)
    with pytest.raises(NoRoom):
        take(session, agent.id, waiting.public_id, NOW)
    closing = Closing(Outcome.SOLVED, (ErrandSaid(Reason.OTHER),))
    resolve(session, agent.id, open_contacts(session, agent.id)[0].public_id, closing, NOW, wrap_up_s=0)
    assert take_next(session, agent.id, NOW) is waiting


def take_next_of(session: Session, centre: Centre, agent: Agent) -> str:
    """Let somebody come in, and the agent take them; whatever was in wrap-up is out of the way."""
    for contact_id in due_wrap_ups(session, NOW):
        end_wrap_up(session, contact_id, NOW)
    centre.arrives()
    taken = take_next(session, agent.id, NOW)
    assert taken is not None
    return taken.public_id


def test_why_this_one_also_names_letters_and_those_who_are_not_ready(session: Session, centre: Centre) -> None:
    busy, agent = centre.agent("aino"), centre.agent("maria")
    first, second = (centre.arrives(Channel.MESSAGE, NOW - timedelta(days=4), text="Hej") for _ in range(2))
    assert take_next(session, busy.id, NOW) is first
    late = centre.arrives(Channel.WALK_IN, NOW - timedelta(minutes=30), ready_at=NOW + timedelta(minutes=5))
    centre.arrives(Channel.CHAT)
    take_next(session, agent.id, NOW)
    why = session.scalars(select(Assignment.why).where(Assignment.agent_id == agent.id)).one()
    assert why["passed_over"] == [
        {"contact": second.public_id, "reason": "letter"},
        {"contact": late.public_id, "reason": "not_ready"},
    ]


def test_every_lane_is_looked_at_and_none_where_nobody_waits(session: Session, centre: Centre) -> None:
    needs = [f"skill:s{n}" for n in range(7)]
    agent, other = centre.agent("maria", *needs), centre.agent("aino")
    for n, need in enumerate(needs):
        centre.arrives(Channel.CHAT, NOW - timedelta(seconds=210 - n), needs=frozenset({need}))
    first = take_next(session, agent.id, NOW)
    assert first is not None and first.arrived_at == NOW - timedelta(seconds=210)
    call = centre.arrives(Channel.PHONE)
    assert take_next(session, other.id, NOW) is call
    why = session.scalars(select(Assignment.why).where(Assignment.agent_id == other.id)).one()
    assert len(why["passed_over"]) == 5 and why["more"] == {"needs": 1}
    assert {one.id for one in lanes(session)} == {one.lane_id for one in waiting_contacts(session)}


def test_a_count_of_those_passed_over_ends_at_two_hundred(
    session: Session, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = centre.agent(channels=(Channel.CHAT,))
    for n in range(12):
        centre.arrives(Channel.PHONE, NOW - timedelta(minutes=9, seconds=n))
    monkeypatch.setattr(seeks, "COUNTS", {name: seeks.counting(name, 9) for name in seeks.COUNTS})
    centre.arrives(Channel.CHAT)
    take_next(session, agent.id, NOW)
    assert session.scalars(select(Assignment.why)).one()["more"] == {"door": 4}, "five are named, four more counted"
