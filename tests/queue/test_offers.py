"""Offers: asked, answered or not in time; one of them acts, the promise is kept, and whoever did not answer is left in peace."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpdesk.contacts.actions import CITIZEN
from helpdesk.contacts.models import Contact, ContactEvent
from helpdesk.contacts.stages import Channel, EndedAs, Stage
from helpdesk.queue.actions import take, take_next
from helpdesk.queue.giving.actions import accept, decline, expire, offer, withdraw
from helpdesk.queue.giving.dispatch import dispatch, due_offers
from helpdesk.queue.giving.queries import offers_that_ran_out, offers_to_nobody
from helpdesk.queue.leaving import leave
from helpdesk.queue.models import Ability, Agent, AgentState, Assignment, Period
from helpdesk.queue.presence import choose_state
from helpdesk.queue.queries import open_offer
from helpdesk.refusals import AlreadyClosed, AlreadyTaken, NotYours
from helpdesk.settings import change_setting
from tests.builders import Centre
from tests.conftest import NOW

LATER = NOW + timedelta(seconds=20)


@pytest.fixture(autouse=True)
def offers_are_on(request: pytest.FixtureRequest) -> None:
    """They are a supervisor's lever."""
    if "session" in request.fixturenames:
        change_setting(request.getfixturevalue("session"), "queue.offers", "on", NOW)


def offered(session: Session, agent: Agent) -> Contact:
    """The contact that an agent is asked to take."""
    found = open_offer(session, agent.id)
    assert found is not None
    return session.get_one(Contact, found.contact_id)


def make_offers(session: Session, now: object = NOW) -> list[tuple[int, int]]:
    """Make the offers that are due, as the program does."""
    due = due_offers(session, now)
    return [
        (match.standing.one.id, match.agent_id)
        for match in due
        if offer(session, match.agent_id, match.standing.one.id, now)
    ]


def kinds(session: Session, contact: Contact) -> list[str]:
    """What has happened to a contact."""
    return list(
        session.scalars(select(ContactEvent.kind).where(ContactEvent.contact_id == contact.id).order_by(ContactEvent.n))
    )


def test_an_offer_holds_room_and_accepting_it_begins_the_talk(session: Session, centre: Centre) -> None:
    agent, call = centre.agent(), centre.arrives(Channel.PHONE)
    assert make_offers(session) == [(call.id, agent.id)]
    assert (call.stage, call.agent_id, call.taken_at, agent.load) == (Stage.OFFERED, agent.id, None, 12)
    due_at = call.due_at
    assert accept(session, agent.id, call.public_id, NOW + timedelta(seconds=19)) is call
    assert (call.stage, call.taken_at, agent.load, call.due_at) == (
        Stage.TALKING,
        NOW + timedelta(seconds=19),
        12,
        due_at,
    )
    assert accept(session, agent.id, call.public_id, LATER) is call, "a second press changes nothing"
    assert kinds(session, call)[-3:] == ["offered", "promise_met", "taken"]
    assert session.scalars(select(Period.started_at)).one() == NOW + timedelta(seconds=19)


def test_an_offer_that_nobody_answers_runs_out_with_the_promise_kept(session: Session, centre: Centre) -> None:
    agent, call = centre.agent(), centre.arrives(Channel.PHONE)
    make_offers(session)
    due_at, offer_row = call.due_at, open_offer(session, agent.id)
    assert offer_row is not None and list(offers_that_ran_out(session, LATER)) == [offer_row.id]
    assert list(offers_that_ran_out(session, LATER - timedelta(microseconds=1))) == []
    expire(session, offer_row.id, LATER)
    assert (call.stage, call.agent_id, call.due_at, call.offers_unanswered) == (Stage.WAITING, None, due_at, 1)
    assert (agent.load, agent.no_answer_since) == (0, LATER)
    assert make_offers(session, LATER) == [], "nothing more until they press ready"
    choose_state(session, agent.id, AgentState.AVAILABLE, None, LATER)
    assert make_offers(session, LATER) == [(call.id, agent.id)]


def test_of_accepting_and_running_out_exactly_one_acts(session: Session, centre: Centre) -> None:
    agent, call = centre.agent(), centre.arrives(Channel.PHONE)
    make_offers(session)
    offer_row = open_offer(session, agent.id)
    assert offer_row is not None
    with pytest.raises(AlreadyTaken, match="run out"):
        accept(session, agent.id, call.public_id, LATER)
    expire(session, offer_row.id, LATER - timedelta(seconds=1))
    assert call.stage is Stage.OFFERED, "not before its time"
    accept(session, agent.id, call.public_id, LATER - timedelta(seconds=1))
    expire(session, offer_row.id, LATER)
    withdraw(session, offer_row.id, LATER)
    assert (call.stage, agent.load, agent.no_answer_since) == (Stage.TALKING, 12, None)


def test_who_declines_is_not_asked_again_but_a_colleague_is(session: Session, centre: Centre) -> None:
    maria, call = centre.agent("maria"), centre.arrives(Channel.PHONE)
    make_offers(session)
    decline(session, maria.id, call.public_id, NOW)
    assert (call.stage, call.offers_unanswered, maria.load, maria.no_answer_since) == (Stage.WAITING, 0, 0, None)
    assert make_offers(session) == []
    aino = centre.agent("aino")
    assert make_offers(session) == [(call.id, aino.id)]
    assert maria.last_ended_at is None, "an offer is no contact that ended"


def test_after_two_unanswered_offers_the_row_is_open_to_take_and_offered_no_more(
    session: Session, centre: Centre
) -> None:
    maria, aino, call = centre.agent("maria"), centre.agent("aino"), centre.arrives(Channel.PHONE)
    for at in (NOW, LATER):
        ((_contact_id, agent_id),) = make_offers(session, at)
        offer_row = open_offer(session, agent_id)
        assert offer_row is not None
        expire(session, offer_row.id, at + timedelta(seconds=20))
    choose_state(session, maria.id, AgentState.AVAILABLE, None, NOW)
    assert call.offers_unanswered == 2
    assert make_offers(session, NOW + timedelta(seconds=60)) == []
    assert take(session, aino.id, call.public_id, NOW + timedelta(seconds=60)) is call


def test_one_offer_at_a_time_and_none_while_a_call_is_open(session: Session, centre: Centre) -> None:
    agent = centre.agent()
    first, second = centre.arrives(Channel.CHAT, NOW - timedelta(seconds=60)), centre.arrives(Channel.CHAT)
    assert make_offers(session) == [(first.id, agent.id)]
    assert make_offers(session) == []
    accept(session, agent.id, first.public_id, NOW)
    assert make_offers(session) == [(second.id, agent.id)]


def test_asking_for_the_next_accepts_what_one_was_offered(session: Session, centre: Centre) -> None:
    agent, call = centre.agent(), centre.arrives(Channel.PHONE)
    make_offers(session)
    assert take_next(session, agent.id, NOW) is call
    assert call.stage is Stage.TALKING


def test_asking_too_late_gives_whoever_is_next_now_and_says_that_one_is_there(session: Session, centre: Centre) -> None:
    agent, call = centre.agent(), centre.arrives(Channel.PHONE)
    make_offers(session)
    assert take_next(session, agent.id, LATER) is call
    assert (call.offers_unanswered, agent.no_answer_since, agent.load) == (1, None, 12)
    assert session.scalars(select(Assignment.how).order_by(Assignment.id)).all() == ["expired", None]


def test_choosing_another_from_the_list_sends_the_offer_back(session: Session, centre: Centre) -> None:
    agent = centre.agent()
    call, visit = centre.arrives(Channel.PHONE, NOW - timedelta(seconds=60)), centre.arrives(Channel.WALK_IN)
    make_offers(session)
    assert take(session, agent.id, visit.public_id, NOW) is visit
    assert (call.stage, call.agent_id, agent.load) == (Stage.WAITING, None, 12)


def test_what_is_offered_to_a_colleague_is_theirs_to_answer(session: Session, centre: Centre) -> None:
    maria, aino, call = centre.agent("maria"), centre.agent("aino"), centre.arrives(Channel.PHONE)
    make_offers(session)
    assert offered(session, maria) is call
    for act in (take, accept, decline):
        with pytest.raises(AlreadyTaken):
            act(session, aino.id, call.public_id, NOW)


def test_answering_what_has_gone_says_why(session: Session, centre: Centre) -> None:
    agent, call = centre.agent(), centre.arrives(Channel.PHONE)
    with pytest.raises(NotYours, match="run out"):
        accept(session, agent.id, call.public_id, NOW)
    make_offers(session)
    leave(session, call.id, EndedAs.ABANDONED, CITIZEN, NOW)
    with pytest.raises(AlreadyClosed):
        accept(session, agent.id, call.public_id, NOW)
    with pytest.raises(AlreadyClosed):
        decline(session, agent.id, call.public_id, NOW)


def test_a_citizen_who_gives_up_ends_the_offer_with_nobody_to_blame(session: Session, centre: Centre) -> None:
    agent, call = centre.agent(), centre.arrives(Channel.PHONE)
    make_offers(session)
    assert leave(session, call.id, EndedAs.ABANDONED, CITIZEN, NOW)
    assert (call.stage, call.ended_as, agent.load, agent.no_answer_since) == (Stage.CLOSED, EndedAs.ABANDONED, 0, None)
    assert make_offers(session) == []


def test_an_offer_to_somebody_who_pauses_or_is_gone_goes_back_at_once(session: Session, centre: Centre) -> None:
    agent, call = centre.agent(), centre.arrives(Channel.PHONE)
    make_offers(session)
    offer_row = open_offer(session, agent.id)
    assert offer_row is not None and list(offers_to_nobody(session, NOW)) == []
    assert list(offers_to_nobody(session, NOW + timedelta(hours=8))) == [offer_row.id]
    choose_state(session, agent.id, AgentState.PAUSED, "lunch", NOW)
    assert list(offers_to_nobody(session, NOW)) == [offer_row.id]
    withdraw(session, offer_row.id, NOW)
    assert (call.stage, call.offers_unanswered, agent.no_answer_since) == (Stage.WAITING, 0, None)


def test_offers_can_be_switched_off(session: Session, centre: Centre) -> None:
    centre.agent()
    centre.arrives(Channel.PHONE)
    change_setting(session, "queue.offers", "off", NOW)
    assert make_offers(session) == []


def test_why_is_kept_with_an_offer_as_with_a_take(session: Session, centre: Centre) -> None:
    finnish = centre.arrives(Channel.PHONE, NOW - timedelta(seconds=90), language="fi")
    agent, _call = centre.agent(), centre.arrives(Channel.PHONE)
    make_offers(session)
    why = session.scalars(select(Assignment.why).where(Assignment.agent_id == agent.id)).one()
    assert why["rule"] == "earliest_promise"
    assert why["passed_over"] == [{"contact": finnish.public_id, "reason": "needs"}]


def test_the_served_program_offers_by_itself(app: Flask) -> None:
    database = app.extensions["helpdesk.database"]
    with database.transaction() as session:
        centre = Centre(session, NOW)
        change_setting(session, "queue.offers", "on", NOW)
        agent, call = centre.agent(), centre.arrives(Channel.PHONE)
        agent_id, call_id = agent.id, call.id
    assert dispatch(database, NOW) == 1
    assert dispatch(database, NOW) == 0
    assert dispatch(database, LATER) == 0
    with database.reading() as session:
        assert session.get_one(Contact, call_id).stage is Stage.WAITING
        assert session.get_one(Agent, agent_id).no_answer_since == LATER


def test_an_idle_agent_who_asks_is_not_given_a_chat_that_is_kept_for_a_colleague(
    session: Session, centre: Centre
) -> None:
    maria, aino = centre.agent("maria"), centre.agent("aino")
    first, second = centre.arrives(Channel.CHAT), centre.arrives(Channel.CHAT)
    assert take_next(session, maria.id, NOW) is first
    assert take_next(session, aino.id, NOW) is None
    call = centre.arrives(Channel.PHONE)
    assert take_next(session, aino.id, NOW) is call
    why = session.scalars(select(Assignment.why).where(Assignment.agent_id == aino.id)).one()
    assert why["passed_over"] == [{"contact": second.public_id, "reason": "fill_before_open"}]
    change_setting(session, "queue.offers", "off", NOW)
    samira = centre.agent("samira")
    assert take_next(session, samira.id, NOW) is second, "where agents take by themselves, whoever asks is given it"


def test_first_hand_goes_before_an_earlier_promise_and_says_so(session: Session, centre: Centre) -> None:
    aino = centre.agent("aino", "lang:fi")
    session.execute(update(Ability).where(Ability.agent_id == aino.id).values(is_first_hand=True))
    plain = centre.arrives(Channel.PHONE, NOW - timedelta(seconds=60))
    finnish = centre.arrives(Channel.PHONE, NOW, language="fi")
    assert take_next(session, aino.id, NOW) is finnish
    why = session.scalars(select(Assignment.why)).one()
    assert why["rule"] == "first_hand"
    assert why["passed_over"] == [{"contact": plain.public_id, "reason": "first_hand"}]
