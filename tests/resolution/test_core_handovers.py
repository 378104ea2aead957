"""Handing over to a department and its reply; the working days that it has."""

import threading
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from helpdesk.clock import LOCAL
from helpdesk.contacts.actions import By
from helpdesk.contacts.models import Contact, ContactEvent, Note
from helpdesk.contacts.queries import errands_of, view_of
from helpdesk.contacts.stages import Actor, EndedAs, Outcome, Reason, Stage
from helpdesk.db import Database
from helpdesk.people.queries import viewer_of
from helpdesk.people.rules import Role
from helpdesk.policy.rules import View
from helpdesk.queue.actions import take
from helpdesk.queue.models import Agent
from helpdesk.refusals import AlreadyClosed, NotYours, Unacceptable, Unknown
from helpdesk.resolution.handovers import Task, due_day, hand_over, reply
from helpdesk.resolution.models import Basis, Handover, HandoverReply
from helpdesk.resolution.rules import ErrandSaid
from helpdesk.settings import change_setting
from helpdesk.working_days import is_working_day, moment_on, working_day_after
from tests.builders import Centre
from tests.conftest import NOW

TASK = Task("bygg", "Ring 850709-9805 om altanen.", Basis.NO_SECRET, errands=(ErrandSaid(Reason.CASE_STATUS),))
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@pytest.fixture
def maria(centre: Centre) -> Agent:
    """An agent who is there."""
    return centre.agent()


@pytest.fixture
def chat(session: Session, centre: Centre, maria: Agent) -> Contact:
    """A chat that Maria has since :data:`NOW`."""
    return take(session, maria.id, centre.arrives().public_id, NOW)


class TestHandingOver:
    """From the desk to the department."""

    def test_the_contact_leaves_the_desk_and_the_department_has_a_task(
        self, session: Session, centre: Centre, maria: Agent, chat: Contact
    ) -> None:
        made = hand_over(session, maria.id, chat.public_id, TASK, NOW + timedelta(seconds=80))
        assert (chat.stage, chat.ended_as, chat.agent_id, maria.load) == (
            Stage.HANDED_OVER,
            EndedAs.HANDED_OVER,
            None,
            0,
        )
        assert (made.department_id, made.authority_id, made.from_authority_id) == (
            centre.building.id,
            centre.building_board.id,
            centre.executive.id,
        )
        assert "850709" not in made.text and (made.basis, made.answered_at) == (Basis.NO_SECRET, None)
        assert made.due_at.isoformat() == "2026-11-25T15:00:00+00:00", "two working days, 16.00 on the wall"
        errand = errands_of(session, chat.id)[0]
        assert (errand.outcome, errand.seconds) == (Outcome.HANDED_OVER, 80)
        official = session.scalars(select(Note)).one()
        assert official.is_official and official.locked_at is not None and "850709" not in official.text

    def test_a_secret_department_makes_it_secret_and_only_its_officers_see_it(
        self, session: Session, centre: Centre, maria: Agent, chat: Contact
    ) -> None:
        hand_over(session, maria.id, chat.public_id, Task("ekonomiskt-bistand", "Ring.", Basis.CONSENT), NOW)
        session.flush()
        theirs = viewer_of(session, centre.account("bodil", Role.OFFICER, department=centre.assistance))
        other = viewer_of(session, centre.account("henrik", Role.OFFICER, department=centre.building))
        colleague = viewer_of(session, centre.account("karin", Role.SUPERVISOR))
        assert [view_of(one, chat) for one in (theirs, other, colleague)] == [View.FULL, View.NONE, View.ENVELOPE]

    def test_what_cannot_be_is_refused_and_changes_nothing(
        self, session: Session, centre: Centre, maria: Agent, chat: Contact
    ) -> None:
        with pytest.raises(Unacceptable):
            hand_over(session, maria.id, chat.public_id, Task("nonesuch", "Ring.", Basis.CONSENT), NOW)
        with pytest.raises(NotYours):
            hand_over(session, centre.agent("aino").id, chat.public_id, TASK, NOW)
        assert (chat.stage, maria.load) == (Stage.TALKING, 4)
        hand_over(session, maria.id, chat.public_id, TASK, NOW)
        with pytest.raises(AlreadyClosed):
            hand_over(session, maria.id, chat.public_id, TASK, NOW)
        assert len(session.scalars(select(Handover)).all()) == 1

    def test_a_task_says_something_the_database_insists(self, session: Session, maria: Agent, chat: Contact) -> None:
        with pytest.raises(DBAPIError), session.begin_nested():
            hand_over(session, maria.id, chat.public_id, Task("bygg", "", Basis.CONSENT), NOW)
            session.flush()

    def test_the_events_cannot_be_changed_or_taken_away(self, session: Session, chat: Contact) -> None:
        event = session.scalars(select(ContactEvent).where(ContactEvent.contact_id == chat.id)).first()
        assert event is not None
        with pytest.raises(DBAPIError, match="only added to"), session.begin_nested():
            event.kind = "other"
            session.flush()
        with pytest.raises(DBAPIError, match="only added to"), session.begin_nested():
            session.delete(event)
            session.flush()


class TestReplying:
    """From the department back."""

    def test_the_first_reply_answers_and_closes_later_ones_only_add(
        self, session: Session, centre: Centre, maria: Agent, chat: Contact
    ) -> None:
        made = hand_over(session, maria.id, chat.public_id, TASK, NOW)
        by = By(Actor.OFFICER, centre.account("henrik", Role.OFFICER, department=centre.building).id)
        reply(session, made.public_id, "Vi ringde 850709-9805.", by, NOW + timedelta(hours=1))
        reply(session, made.public_id, "Och en gång till.", by, NOW + timedelta(hours=2))
        assert (made.answered_at, chat.closed_at) == (NOW + timedelta(hours=1),) * 2
        assert (chat.stage, chat.ended_as) == (Stage.CLOSED, EndedAs.HANDED_OVER)
        texts = session.scalars(select(HandoverReply.text).order_by(HandoverReply.id)).all()
        assert "850709" not in texts[0] and texts[1] == "Och en gång till."
        with pytest.raises(Unknown):
            reply(session, "nonesuch", "Hej", by, NOW)

    def test_two_colleagues_who_reply_at_once_answer_it_once(self, database: Database) -> None:
        with database.transaction() as session:
            centre = Centre(session, NOW)
            agent = centre.agent()
            chat = take(session, agent.id, centre.arrives().public_id, NOW)
            made = hand_over(session, agent.id, chat.public_id, TASK, NOW)
            officer = centre.account("henrik", Role.OFFICER, department=centre.building)
            public_id, by = made.public_id, By(Actor.OFFICER, officer.id)
        inside = threading.Event()

        def second() -> None:
            inside.wait(10)
            with database.transaction() as session:
                reply(session, public_id, "Också jag.", by, NOW + timedelta(hours=2))

        thread = threading.Thread(target=second)
        thread.start()
        with database.transaction() as session:
            reply(session, public_id, "Jag.", by, NOW + timedelta(hours=1))
            session.flush()
            inside.set()
            thread.join(0.3)
            assert thread.is_alive()
        thread.join(20)
        with database.reading() as session:
            assert session.scalars(select(Handover.answered_at)).one() == NOW + timedelta(hours=1)
            assert session.scalars(select(Contact.closed_at)).one() == NOW + timedelta(hours=1)
            assert len(session.scalars(select(HandoverReply)).all()) == 2


class TestWorkingDays:
    """The Swedish working week, and clocks that change."""

    @pytest.mark.parametrize(
        ("day", "is_one"),
        [
            ("2026-12-23", True),
            ("2026-12-24", False),
            ("2026-12-25", False),
            ("2026-12-26", False),
            ("2026-12-28", True),
            ("2026-12-31", False),
            ("2027-01-01", False),
            ("2027-01-05", True),
            ("2027-01-06", False),
            ("2026-04-03", False),
            ("2026-04-06", False),
            ("2026-05-01", False),
            ("2026-05-14", False),
            ("2026-06-19", False),
            ("2026-06-06", False),
            ("2026-10-31", False),
            ("2026-11-22", False),
        ],
    )
    def test_holidays_and_the_three_eves_are_none(self, day: str, is_one: bool) -> None:
        assert is_working_day(date.fromisoformat(day)) is is_one

    def test_the_days_are_a_setting_and_christmas_is_not_among_them(self, session: Session, centre: Centre) -> None:
        assert due_day(session, date(2026, 12, 22)) == date(2026, 12, 28)
        change_setting(session, "handover.working_days", "5", NOW)
        assert due_day(session, date(2026, 12, 22)) == date(2027, 1, 4)

    @settings(deadline=None)
    @given(DAYS, st.integers(0, 30))
    def test_so_many_working_days_lie_between(self, day: date, count: int) -> None:
        end = working_day_after(day, count)
        between = [day + timedelta(days=n) for n in range(1, (end - day).days + 1)]
        assert sum(is_working_day(one) for one in between) == count
        assert count == 0 or is_working_day(end)

    @settings(deadline=None)
    @given(DAYS, st.times().filter(lambda clock: clock.hour not in (2, 3)))
    def test_the_wall_shows_what_was_meant_on_every_day_of_the_year(self, day: date, clock: time) -> None:
        shown = moment_on(day, clock).astimezone(LOCAL)
        assert (shown.date(), shown.time()) == (day, clock)

    @pytest.mark.parametrize(
        ("at", "day"),
        [
            (datetime(2026, 11, 23, 22, 59, tzinfo=UTC), date(2026, 11, 25)),
            (datetime(2026, 11, 23, 23, 0, tzinfo=UTC), date(2026, 11, 26)),
            (datetime(2027, 7, 1, 21, 59, tzinfo=UTC), date(2027, 7, 5)),
            (datetime(2027, 7, 1, 22, 0, tzinfo=UTC), date(2027, 7, 6)),
        ],
        ids=["winter-before-midnight", "winter-after", "summer-before", "summer-after"],
    )
    def test_the_day_turns_at_midnight_here_not_in_greenwich(
        self, session: Session, maria: Agent, chat: Contact, at: datetime, day: date
    ) -> None:
        assert hand_over(session, maria.id, chat.public_id, TASK, at).due_day == day

    def test_a_time_that_was_agreed_counts_instead(self, session: Session, maria: Agent, chat: Contact) -> None:
        agreed = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
        made = hand_over(session, maria.id, chat.public_id, Task("bygg", "Ring.", Basis.CONSENT, agreed), NOW)
        assert (made.due_at, made.due_day) == (agreed, date(2026, 12, 1))
