"""A visit's course: called, called again, not here, back once, late, given up, and over."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy.orm import Session

from helpdesk.channels.walk_in.actions import Arriving, be_late, come_back, give_up, standing, take_ticket
from helpdesk.channels.walk_in.calling import call_again, end_unserved, forget_needs, not_here
from helpdesk.channels.walk_in.models import Ticket
from helpdesk.channels.walk_in.queries import (
    ahead_of,
    called_last,
    count_in_room,
    left_behind,
    never_came_back,
    next_in_turn,
    ticket_labels,
    ticket_of,
    visit_by_token,
    visits_of,
)
from helpdesk.channels.walk_in.rules import Letter, Standing, Want
from helpdesk.contacts.doors.models import Schedule, ScheduleSpan
from helpdesk.contacts.events import HandedOver
from helpdesk.contacts.models import Contact
from helpdesk.contacts.queries import events_of
from helpdesk.contacts.stages import Channel, EndedAs, Stage
from helpdesk.news import News, tell
from helpdesk.queue.actions import take, take_next
from helpdesk.queue.assignments import release
from helpdesk.queue.promises import promise_in_force
from helpdesk.refusals import NotYours, Unacceptable, Unknown, WrongStage
from tests.builders import Centre
from tests.conftest import NOW

MINUTE = timedelta(minutes=1)
pytestmark = pytest.mark.usefixtures("follows")


def arrives(session: Session, at: datetime = NOW, letter: Letter = Letter.QUESTION, *wants: Want) -> Ticket:
    return take_ticket(session, Arriving("servicecenter", letter, wants=frozenset(wants)), at)


def contact_of(session: Session, ticket: Ticket) -> Contact:
    return session.get_one(Contact, ticket.contact_id)


def kinds(session: Session, ticket: Ticket) -> list[str]:
    return [one.kind for one in events_of(session, ticket.contact_id)]


def stands(session: Session, ticket: Ticket, at: datetime = NOW) -> Standing:
    return standing(visit_by_token(session, ticket.token), at)


def test_taking_a_visit_calls_its_number_to_the_agents_desk(session: Session, centre: Centre) -> None:
    agent = centre.agent()
    agent.desk = "3"
    ticket = arrives(session)
    take_next(session, agent.id, NOW + MINUTE)
    assert (ticket.called_at, ticket.calls, ticket.desk) == (NOW + MINUTE, 1, "3")
    last = events_of(session, ticket.contact_id)[-1]
    assert (last.kind, last.facts, last.account_id) == ("called", {"desk": "3", "times": 1}, agent.account_id)
    assert stands(session, ticket) is Standing.CALLED


def test_an_agent_without_a_desk_calls_to_the_first_one_and_a_chat_is_never_called(
    session: Session, centre: Centre
) -> None:
    agent = centre.agent()
    chat = centre.arrives(Channel.CHAT)
    take(session, agent.id, chat.public_id, NOW)
    assert [one.kind for one in events_of(session, chat.id)][-1] == "taken"
    ticket = arrives(session)
    take(session, centre.agent("aino").id, contact_of(session, ticket).public_id, NOW)
    assert ticket.desk == "1"


def test_a_number_is_called_three_times_at_most(session: Session, centre: Centre) -> None:
    agent, ticket = centre.agent(), arrives(session)
    public_id = contact_of(session, ticket).public_id
    take_next(session, agent.id, NOW)
    for n in (1, 2):
        call_again(session, agent.id, public_id, NOW + n * MINUTE)
    assert (ticket.calls, ticket.called_at) == (3, NOW + 2 * MINUTE)
    with pytest.raises(WrongStage):
        call_again(session, agent.id, public_id, NOW + 3 * MINUTE)


def test_only_the_agent_who_has_the_visit_calls_again(session: Session, centre: Centre) -> None:
    agent, other, ticket = centre.agent(), centre.agent("aino"), arrives(session)
    public_id = contact_of(session, ticket).public_id
    take(session, agent.id, public_id, NOW)
    with pytest.raises(NotYours):
        call_again(session, other.id, public_id, NOW)
    with pytest.raises(Unknown):
        call_again(session, agent.id, "no-such-contact", NOW)
    chat = centre.arrives(Channel.CHAT)
    take(session, other.id, chat.public_id, NOW)
    with pytest.raises(Unknown):
        call_again(session, other.id, chat.public_id, NOW)


def missed(session: Session, agent_id: int, ticket: Ticket, at: datetime = NOW) -> None:
    public_id = contact_of(session, ticket).public_id
    take(session, agent_id, public_id, at)
    call_again(session, agent_id, public_id, at + MINUTE)
    not_here(session, agent_id, public_id, at + 2 * MINUTE)


def test_not_here_after_two_calls_is_a_no_show_and_frees_the_agent(session: Session, centre: Centre) -> None:
    agent, ticket = centre.agent(), arrives(session, NOW, Letter.QUESTION, Want.LOOP)
    contact = contact_of(session, ticket)
    take_next(session, agent.id, NOW)
    with pytest.raises(WrongStage):
        not_here(session, agent.id, contact.public_id, NOW)
    assert agent.load == 12
    call_again(session, agent.id, contact.public_id, NOW)
    not_here(session, agent.id, contact.public_id, NOW + MINUTE)
    assert (contact.stage, contact.ended_as, agent.load) == (Stage.CLOSED, EndedAs.NO_SHOW, 0)
    assert (ticket.ended_at, ticket.asked_for) == (NOW + MINUTE, "loop")
    assert stands(session, ticket) is Standing.MISSED


def test_one_free_return_keeps_the_first_promise(session: Session, centre: Centre) -> None:
    agent, ticket = centre.agent(), arrives(session)
    contact = contact_of(session, ticket)
    due_at = contact.due_at
    missed(session, agent.id, ticket)
    later = arrives(session, NOW + 5 * MINUTE)
    back = NOW + 20 * MINUTE
    come_back(session, ticket.token, back)
    assert (contact.stage, contact.due_at, contact.ended_as, contact.closed_at) == (Stage.WAITING, due_at, None, None)
    assert come_back(session, ticket.token, back).returned_at == back, "twice is once"
    assert kinds(session, ticket).count("came_back") == 1
    assert take_next(session, agent.id, back) is contact, "before whoever came later"
    assert (ticket.calls, ticket.ended_at) == (1, None)
    call_again(session, agent.id, contact.public_id, back)
    not_here(session, agent.id, contact.public_id, back)
    assert stands(session, ticket, back) is Standing.ENDED
    with pytest.raises(WrongStage):
        come_back(session, ticket.token, back)
    assert later.calls == 0


def test_nobody_comes_back_on_another_day_or_after_being_helped(session: Session, centre: Centre) -> None:
    agent, ticket = centre.agent(), arrives(session, NOW, Letter.QUESTION, Want.LOOP)
    missed(session, agent.id, ticket)
    with pytest.raises(WrongStage):
        come_back(session, ticket.token, NOW + timedelta(days=1))
    assert never_came_back(session, NOW) == []
    assert never_came_back(session, NOW + timedelta(days=1)) == [ticket.id]
    forget_needs(session, ticket.id)
    assert ticket.asked_for == ""
    with pytest.raises(Unknown):
        come_back(session, "x" * 22, NOW)


def test_giving_up_while_waiting_or_called_ends_as_left_and_forgets_the_needs(session: Session, centre: Centre) -> None:
    agent, first, second = centre.agent(), arrives(session, NOW, Letter.HELP, Want.QUIET), arrives(session)
    give_up(session, first.token, NOW)
    give_up(session, first.token, NOW)
    assert contact_of(session, first).ended_as is EndedAs.LEFT
    assert (first.asked_for, kinds(session, first)) == ("", ["arrived", "closed"])
    take_next(session, agent.id, NOW)
    give_up(session, second.token, NOW)
    assert (contact_of(session, second).ended_as, agent.load) == (EndedAs.LEFT, 0)
    assert kinds(session, second)[-2:] == ["line_down", "closed"]


def test_being_late_moves_the_promise_and_lets_others_go_first(session: Session, centre: Centre) -> None:
    agent, ticket, other = centre.agent(), arrives(session), arrives(session, NOW + MINUTE)
    contact = contact_of(session, ticket)
    be_late(session, ticket.token, 20, NOW + 2 * MINUTE)
    until = NOW + 22 * MINUTE
    assert (contact.ready_at, contact.due_at, ticket.late_until) == (until, until, until)
    promise = promise_in_force(session, contact.id)
    assert promise is not None
    assert (promise.due_at, promise.moved_by, promise.first_due_at) == (until, "citizen", NOW + 10 * MINUTE)
    taken = take_next(session, agent.id, NOW + 3 * MINUTE)
    assert taken is contact_of(session, other)
    assert take_next(session, centre.agent("aino").id, NOW + 4 * MINUTE) is None
    assert take_next(session, centre.agent("samira").id, until) is contact


def test_late_within_the_promise_moves_nothing_but_the_moment_to_be_ready(session: Session, centre: Centre) -> None:
    ticket = arrives(session)
    contact = contact_of(session, ticket)
    be_late(session, ticket.token, 10, NOW - timedelta(minutes=5))
    assert (contact.due_at, contact.ready_at) == (NOW + 10 * MINUTE, NOW + 5 * MINUTE)
    assert kinds(session, ticket) == ["arrived", "delayed"]
    with pytest.raises(Unacceptable):
        be_late(session, ticket.token, 11, NOW)


def test_late_when_called_gives_the_agent_back_their_room(session: Session, centre: Centre) -> None:
    agent, ticket = centre.agent(), arrives(session)
    take_next(session, agent.id, NOW)
    be_late(session, ticket.token, 10, NOW + MINUTE)
    assert (contact_of(session, ticket).stage, agent.load) == (Stage.WAITING, 0)
    assert stands(session, ticket) is Standing.WAITING
    give_up(session, ticket.token, NOW)
    with pytest.raises(WrongStage):
        be_late(session, ticket.token, 10, NOW)


def test_a_handed_over_visit_ends_its_ticket(session: Session, centre: Centre, follows: News) -> None:
    agent, ticket = centre.agent(), arrives(session, NOW, Letter.QUESTION, Want.SEAT)
    contact = contact_of(session, ticket)
    take_next(session, agent.id, NOW)
    handed = HandedOver(contact_id=contact.id, public_id=contact.public_id, handover="x", department="bygg")
    tell(session, handed)
    assert (ticket.ended_at, ticket.asked_for) == (NOW, "")


def test_place_called_next_and_room_are_told_by_the_tickets(session: Session, centre: Centre) -> None:
    agent = centre.agent()
    tickets = [arrives(session, NOW + n * MINUTE) for n in range(5)]
    late = contact_of(session, tickets[1])
    be_late(session, tickets[1].token, 30, NOW)
    now, day = NOW + 6 * MINUTE, date(2026, 11, 23)
    assert ahead_of(session, contact_of(session, tickets[3]), now) == 2
    assert ahead_of(session, late, now) == 4
    taken = take_next(session, agent.id, now)
    assert taken is contact_of(session, tickets[0])
    assert ahead_of(session, taken, now) is None
    called = called_last(session, centre.site, day)
    assert [one.ticket.label for one in called] == ["A001"]
    waiting = visits_of(session, centre.site, day, Stage.WAITING)
    assert [one.ticket.label for one in next_in_turn(waiting, now)] == ["A003", "A004", "A005"]
    assert count_in_room(session, centre.site, day) == 5
    assert called_last(session, centre.site, day + timedelta(days=1)) == []
    release(session, agent.id, taken.public_id, now)
    assert called_last(session, centre.site, day) == [], "whoever waits again is not called"
    chat = centre.arrives(Channel.CHAT)
    ids = [tickets[0].contact_id, tickets[4].contact_id, chat.id]
    assert ticket_labels(session, ids) == {tickets[0].contact_id: "A001", tickets[4].contact_id: "A005"}
    assert ticket_of(session, chat.id) is None


def closes_at_16(session: Session, centre: Centre) -> None:
    door = centre.doors[Channel.WALK_IN]
    door.always_open = False
    week = Schedule(door_id=door.id, valid_from=date(2026, 1, 1), changed_at=NOW)
    session.add(week)
    session.flush()
    session.add_all(ScheduleSpan(schedule_id=week.id, weekday=day, opens=time(8), closes=time(16)) for day in range(5))
    session.flush()


def test_tickets_that_nobody_served_end_an_hour_after_closing(session: Session, centre: Centre) -> None:
    closes_at_16(session, centre)
    agent, first, second = centre.agent(), arrives(session), arrives(session)
    taken = take_next(session, agent.id, NOW)
    closing = datetime.fromisoformat("2026-11-23T15:00:00Z")
    in_the_evening = arrives(session, closing + 30 * MINUTE)
    assert left_behind(session, closing + 59 * MINUTE) == []
    assert left_behind(session, closing + 60 * MINUTE) == [second.id]
    assert left_behind(session, closing + 90 * MINUTE) == [second.id, in_the_evening.id]
    assert end_unserved(session, second.id, closing + 60 * MINUTE)
    assert not end_unserved(session, second.id, closing + 61 * MINUTE)
    assert not end_unserved(session, first.id, closing + 60 * MINUTE), "somebody helps them"
    contact = contact_of(session, second)
    assert (contact.ended_as, contact.closed_at) == (EndedAs.LEFT, closing + 60 * MINUTE)
    assert taken is not None and taken.stage is Stage.TALKING


def test_a_door_without_hours_lets_tickets_wait_until_an_hour_after_midnight(session: Session, centre: Centre) -> None:
    ticket = arrives(session)
    assert left_behind(session, datetime.fromisoformat("2026-11-23T23:59:00Z")) == []
    assert left_behind(session, datetime.fromisoformat("2026-11-24T00:00:00Z")) == [ticket.id]
