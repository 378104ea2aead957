"""The past as rows: consistent with what the queue would have written, on both databases, with nothing after the present."""

import hashlib
import json
from collections import Counter, defaultdict

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from helpdesk import counters
from helpdesk.channels.walk_in.models import Ticket
from helpdesk.contacts.doors.models import Door
from helpdesk.contacts.models import Contact, ContactAddress, ContactEvent, Errand, Message
from helpdesk.contacts.stages import Channel, EndedAs, Outcome, Stage
from helpdesk.db import Database
from helpdesk.demo.building import Wish, past_of
from helpdesk.demo.emptying import empty
from helpdesk.demo.history.chronicle import write_past
from helpdesk.demo.history.ledger import Ledger
from helpdesk.demo.history.weeks import write_weeks
from helpdesk.feedback.benefit.models import FollowUp, WeeklyStatistic
from helpdesk.feedback.models import ChangeRequest, PainPoint
from helpdesk.feedback.rules import RequestState
from helpdesk.people.models import Account
from helpdesk.queue.leaving import handling_seconds
from helpdesk.queue.models import Agent, Assignment, Period, Promise
from helpdesk.resolution.models import Handover, HandoverReply
from tests.conftest import NOW
from tests.demo.conftest import SMALL


def test_every_contact_tells_its_story_in_order(past: Session) -> None:
    happened: dict[int, list[ContactEvent]] = defaultdict(list)
    for event in past.scalars(select(ContactEvent).order_by(ContactEvent.contact_id, ContactEvent.n)):
        happened[event.contact_id].append(event)
    contacts = past.scalars(select(Contact)).all()

    assert len(contacts) > 300
    for contact in contacts:
        events = happened[contact.id]
        assert [one.n for one in events] == list(range(1, contact.last_event + 1))
        assert [one.at for one in events] == sorted(one.at for one in events)
        assert events[0].kind == "arrived"
        kinds = [one.kind for one in events if one.kind != "rated"]
        assert (kinds[-1] == "closed") == (contact.stage is Stage.CLOSED)
        assert ("taken" in kinds) == (contact.taken_at is not None)
        assert events[-1].at <= NOW


def test_nothing_lies_after_the_present_and_nobody_is_in_the_middle_of_a_sentence(past: Session) -> None:
    for column in (Contact.arrived_at, Contact.closed_at, Contact.taken_at, Message.at, HandoverReply.at, PainPoint.at):
        latest = past.scalar(select(func.max(column)))
        assert latest is None or latest <= NOW
    stages = set(past.scalars(select(Contact.stage)))
    assert stages <= {Stage.CLOSED, Stage.HANDED_OVER, Stage.WAITING}
    waiting = past.scalars(select(Contact).where(Contact.stage == Stage.WAITING)).all()
    assert len(waiting) <= 3
    assert all(one.channel is Channel.MESSAGE for one in waiting)
    assert past.scalar(select(func.sum(Agent.load))) == 0
    assert past.scalar(select(func.count()).where(Assignment.ended_at.is_(None))) == 0
    assert past.scalar(select(func.count()).where(Period.ended_at.is_(None))) == 0


def test_promises_are_met_when_somebody_was_taken_and_open_otherwise(past: Session) -> None:
    for contact, promise in past.execute(select(Contact, Promise).join(Promise, Promise.contact_id == Contact.id)):
        assert promise.met_at == contact.taken_at
        assert promise.due_at == promise.first_due_at == contact.due_at
        assert contact.first_answered_at == contact.taken_at


def test_measured_time_is_shared_between_the_errands(past: Session) -> None:
    shared: Counter[int] = Counter()
    for errand in past.scalars(select(Errand)):
        shared[errand.contact_id] += errand.seconds
        assert errand.closed_at is not None

    assert shared
    for contact_id, seconds in list(shared.items())[::7]:
        assert seconds == handling_seconds(past, contact_id)


def test_no_agent_had_two_calls_or_visits_at_once(past: Session) -> None:
    rows = past.execute(
        select(Assignment.agent_id, Assignment.taken_at, Assignment.ended_at, Assignment.cost).order_by(
            Assignment.agent_id, Assignment.taken_at
        )
    ).all()
    moves: dict[int, list[tuple[object, int]]] = defaultdict(list)
    for agent_id, taken_at, ended_at, cost in rows:
        moves[agent_id] += [(taken_at, cost), (ended_at, -cost)]

    for own in moves.values():
        load = 0
        for _at, cost in sorted(own):
            load += cost
            assert 0 <= load <= 12


def test_running_numbers_go_on_where_the_past_ends(past: Session) -> None:
    numbers = past.scalars(select(Contact.number).order_by(Contact.arrived_at, Contact.id)).all()
    counter = past.scalars(select(counters.Counter).where(counters.Counter.scope == "contact")).one()

    assert numbers == [f"K26{n:06d}" for n in range(1, len(numbers) + 1)]
    assert counter.value == len(numbers)
    for ticket_counter in past.scalars(
        select(counters.Counter).where(counters.Counter.scope == "ticket:servicecenter")
    ):
        issued = past.scalars(
            select(Ticket.number)
            .where(Ticket.service_day == ticket_counter.day, Ticket.letter == ticket_counter.letter)
            .order_by(Ticket.number)
        ).all()
        assert issued == list(range(1, ticket_counter.value + 1))


def test_messages_are_numbered_and_visits_have_tickets(past: Session) -> None:
    lines: Counter[int] = Counter(past.scalars(select(Message.contact_id)))
    for contact in past.scalars(select(Contact)):
        assert contact.last_seq == lines[contact.id]
        assert (contact.last_seq > 0) == (contact.channel in (Channel.CHAT, Channel.MESSAGE))
    visits = past.scalar(select(func.count()).where(Contact.channel == Channel.WALK_IN))
    assert past.scalar(select(func.count()).select_from(Ticket)) == visits


def test_nobody_can_be_told_from_the_past(past: Session) -> None:
    assert past.scalar(select(func.count()).select_from(ContactAddress)) == 0
    assert past.scalar(select(func.count()).where(Message.name.is_not(None))) == 0


def test_tasks_were_answered_by_their_department_or_wait(past: Session) -> None:
    handovers = past.scalars(select(Handover)).all()
    assert handovers
    for handover in handovers:
        contact = past.get_one(Contact, handover.contact_id)
        assert contact.outcome is Outcome.HANDED_OVER
        assert contact.ended_as is EndedAs.HANDED_OVER
        assert (contact.stage is Stage.CLOSED) == (handover.answered_at is not None)
        assert (handover.secrecy, handover.authority_id) == (contact.secrecy, contact.authority_id)


def test_words_under_secrecy_are_not_kept(past: Session) -> None:
    quoted = select(PainPoint).join(Errand, Errand.id == PainPoint.errand_id).where(PainPoint.quote.is_not(None))
    assert past.scalars(quoted.where(Errand.secrecy)).all() == []


def test_the_weeks_before_are_counts_only(past: Session) -> None:
    weeks = past.scalars(select(WeeklyStatistic.week).distinct().order_by(WeeklyStatistic.week)).all()
    assert len(weeks) == 80
    assert all(week.weekday() == 0 for week in weeks)
    assert weeks[-1] < past.scalars(select(func.min(Contact.arrived_at))).one().date()
    summer = sum_of(past, [week for week in weeks if week.month == 7])
    autumn = sum_of(past, [week for week in weeks if week.month == 10])
    assert 0.5 < summer / autumn < 0.8


def sum_of(past: Session, weeks: list[object]) -> float:
    """Return the contacts of a mean week among some."""
    return int(past.scalar(select(func.sum(WeeklyStatistic.contacts)).where(WeeklyStatistic.week.in_(weeks)))) / len(
        weeks
    )


def test_there_is_a_change_request_in_every_state_and_overdue_answers(past: Session) -> None:
    requests = past.scalars(select(ChangeRequest)).all()

    assert {one.state for one in requests} == set(RequestState)
    late = [one for one in requests if one.first_answer_at is None and one.first_answer_due is not None]
    assert sum(one.first_answer_due < NOW.date() and one.state is RequestState.NEW for one in late) >= 2  # type: ignore[operator]
    numbers = [one.number for one in sorted(requests, key=lambda one: one.created_at)]
    assert numbers == sorted(numbers)
    follow_ups = past.scalars(select(FollowUp)).all()
    assert len({one.request_id for one in follow_ups}) == 5
    assert all((one.verdict is not None) == (one.planned_end <= NOW.date()) for one in follow_ups)


def test_every_role_has_an_account_and_the_doors_are_open(past: Session) -> None:
    signing_in = past.scalars(select(Account.email).where(Account.password_hash.is_not(None))).all()
    assert len(signing_in) == 12
    assert all(email.endswith("@kommunen.example") for email in signing_in)
    assert set(past.scalars(select(Door.always_open))) == {True}


def rows_of(past: Session, seed: int) -> tuple[Counter[str], str]:
    """Return how many rows of each table a seed makes, and a hash of everything in them."""
    house_past = past_of(past, Wish(seed, scale=SMALL.scale), NOW)
    ledger = Ledger(past)
    write_past(house_past, ledger, lambda _count: None)
    write_weeks(house_past, ledger, lambda _count: None)
    counts = Counter({table.name: len(rows) for table, rows in ledger.rows.items()})
    text = json.dumps({table.name: rows for table, rows in ledger.rows.items()}, default=str, sort_keys=True)
    return counts, hashlib.sha256(text.encode()).hexdigest()


def test_the_same_seed_makes_the_same_rows(past: Session) -> None:
    first, again, other = rows_of(past, 1), rows_of(past, 1), rows_of(past, 2)

    assert first == again
    assert first[1] != other[1]


def test_a_demo_can_be_taken_away_whole_and_its_logs_stay_guarded(built: Database) -> None:
    with built.reading() as session:
        before = session.scalar(select(func.count()).select_from(ContactEvent))
    with pytest.raises(RuntimeError, match="enough"), built.transaction() as session:
        empty(session)
        assert session.scalar(select(func.count()).select_from(Account)) == 0
        assert session.scalar(select(func.count()).select_from(ContactEvent)) == 0
        raise RuntimeError("enough")
    with built.reading() as session:
        assert session.scalar(select(func.count()).select_from(ContactEvent)) == before
    with pytest.raises(DBAPIError), built.transaction() as session:
        session.execute(delete(ContactEvent))
