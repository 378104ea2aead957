"""Settling a contact: what came of it, its time, its errands and what they were before."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.contacts.models import ClassificationChange, Contact, ContactEvent, Errand, ErrandAssistance, Note
from helpdesk.contacts.queries import errands_of
from helpdesk.contacts.stages import Assisted, Channel, EndedAs, Exclusion, Outcome, Reason, Stage
from helpdesk.queue.actions import take
from helpdesk.queue.assignments import hold, mine, release, resume
from helpdesk.queue.models import Agent, Period, PeriodKind
from helpdesk.refusals import AlreadyClosed, NotYours, Unacceptable, Unknown, WrongStage
from helpdesk.resolution.actions import begin_wrap_up, due_wrap_ups, end_wrap_up, finish_wrap_up, resolve
from helpdesk.resolution.handovers import Task, hand_over
from helpdesk.resolution.models import Basis
from helpdesk.resolution.rules import Closing, ErrandSaid
from helpdesk.settings import change_setting
from tests.builders import Centre
from tests.conftest import NOW

LOGIN = ErrandSaid(Reason.LOGIN, "ansok-bygglov")
FIRST = ErrandSaid(Reason.NEW_NEED)
SOLVED = Closing(Outcome.SOLVED, (LOGIN,))


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


@pytest.fixture
def maria(centre: Centre) -> Agent:
    """An agent who is there."""
    return centre.agent()


@pytest.fixture
def chat(session: Session, centre: Centre, maria: Agent) -> Contact:
    """A chat that Maria has since :data:`NOW`."""
    return take(session, maria.id, centre.arrives(topic="Altan").public_id, NOW)


def kinds(session: Session, contact: Contact) -> list[str]:
    events = select(ContactEvent.kind).where(ContactEvent.contact_id == contact.id).order_by(ContactEvent.n)
    return list(session.scalars(events))


class TestClosing:
    """From the agent's word to the end."""

    def test_without_a_countdown_it_is_closed_at_once(self, session: Session, maria: Agent, chat: Contact) -> None:
        resolve(session, maria.id, chat.public_id, SOLVED, NOW + seconds(90), wrap_up_s=0)
        assert (chat.stage, chat.ended_as, chat.outcome) == (Stage.CLOSED, EndedAs.HELPED, Outcome.SOLVED)
        assert (chat.closed_at, chat.agent_id, maria.load, maria.last_ended_at) == (
            NOW + seconds(90),
            None,
            0,
            NOW + seconds(90),
        )
        assert kinds(session, chat)[-2:] == ["resolved", "closed"]

    def test_the_countdown_is_a_setting_keeps_the_room_and_is_counted(
        self, session: Session, maria: Agent, chat: Contact
    ) -> None:
        change_setting(session, "queue.wrap_up_seconds", "40", NOW)
        resolve(session, maria.id, chat.public_id, SOLVED, NOW + seconds(90))
        assert (chat.stage, chat.ended_as, maria.load) == (Stage.WRAP_UP, EndedAs.HELPED, 4)
        assert due_wrap_ups(session, NOW + seconds(129)) == []
        assert due_wrap_ups(session, NOW + seconds(130)) == [chat.id]
        end_wrap_up(session, chat.id, NOW + seconds(131))
        assert (chat.stage, maria.load, chat.wrap_up_until) == (Stage.CLOSED, 0, None)
        assert errands_of(session, chat.id)[0].seconds == 131

    def test_the_agent_may_end_the_countdown(self, session: Session, maria: Agent, chat: Contact) -> None:
        resolve(session, maria.id, chat.public_id, SOLVED, NOW + seconds(90), wrap_up_s=60)
        assert finish_wrap_up(session, maria.id, chat.public_id, NOW + seconds(100)).stage is Stage.CLOSED
        with pytest.raises(AlreadyClosed):
            finish_wrap_up(session, maria.id, chat.public_id, NOW + seconds(101))
        end_wrap_up(session, chat.id, NOW + seconds(150))
        assert kinds(session, chat).count("closed") == 1

    def test_nobody_ends_the_wrap_up_of_what_was_not_said(self, session: Session, maria: Agent, chat: Contact) -> None:
        begin_wrap_up(session, mine(session, maria.id, chat.public_id), 60, NOW)
        with pytest.raises(WrongStage):
            finish_wrap_up(session, maria.id, chat.public_id, NOW)

    def test_what_lies_to_finish_costs_nothing_and_is_closed_with_its_own_time(
        self, session: Session, maria: Agent, chat: Contact
    ) -> None:
        begin_wrap_up(session, mine(session, maria.id, chat.public_id), 30, NOW + seconds(60))
        end_wrap_up(session, chat.id, NOW + seconds(90))
        assert (chat.stage, maria.load, chat.wrap_up_until) == (Stage.WRAP_UP, 0, None)
        end_wrap_up(session, chat.id, NOW + seconds(91))
        assert kinds(session, chat).count("wrap_up_ended") == 1
        resolve(session, maria.id, chat.public_id, SOLVED, NOW + timedelta(hours=2), wrap_up_s=0)
        assert (chat.stage, maria.load) == (Stage.CLOSED, 0)
        assert errands_of(session, chat.id)[0].seconds == 90, "the hours under to finish are nobody's work"

    def test_a_held_contact_can_be_closed_and_all_its_time_counts(
        self, session: Session, maria: Agent, chat: Contact
    ) -> None:
        hold(session, maria.id, chat.public_id, NOW + seconds(10))
        resume(session, maria.id, chat.public_id, NOW + seconds(40))
        hold(session, maria.id, chat.public_id, NOW + seconds(50))
        resolve(session, maria.id, chat.public_id, SOLVED, NOW + seconds(60), wrap_up_s=0)
        spans = session.execute(select(Period.kind, Period.started_at, Period.ended_at).order_by(Period.id)).all()
        assert [(kind, (ended - began).seconds) for kind, began, ended in spans] == [
            (PeriodKind.TALK, 10),
            (PeriodKind.HOLD, 30),
            (PeriodKind.TALK, 10),
            (PeriodKind.HOLD, 10),
        ]
        assert errands_of(session, chat.id)[0].seconds == 60

    def test_only_whoever_has_it_closes_it_and_only_once(
        self, session: Session, centre: Centre, maria: Agent, chat: Contact
    ) -> None:
        with pytest.raises(NotYours):
            resolve(session, centre.agent("aino").id, chat.public_id, SOLVED, NOW)
        with pytest.raises(Unknown):
            resolve(session, maria.id, "nonesuch", SOLVED, NOW)
        resolve(session, maria.id, chat.public_id, SOLVED, NOW, wrap_up_s=60)
        with pytest.raises(AlreadyClosed):
            resolve(session, maria.id, chat.public_id, SOLVED, NOW, wrap_up_s=60)
        with pytest.raises(WrongStage):
            release(session, maria.id, chat.public_id, NOW)
        finish_wrap_up(session, maria.id, chat.public_id, NOW)
        with pytest.raises(AlreadyClosed):
            resolve(session, maria.id, chat.public_id, SOLVED, NOW)

    def test_an_unknown_service_is_refused_before_anything_is_said(
        self, session: Session, maria: Agent, chat: Contact
    ) -> None:
        with pytest.raises(Unacceptable) as refused:
            resolve(session, maria.id, chat.public_id, Closing(Outcome.SOLVED, (ErrandSaid(Reason.LOGIN, "x"),)), NOW)
        assert refused.value.errors[0]["field"] == "service"
        assert (chat.stage, chat.ended_as) == (Stage.TALKING, None)

    def test_a_note_at_closing_is_masked_and_belongs_to_the_contact(
        self, session: Session, maria: Agent, chat: Contact
    ) -> None:
        closing = Closing(Outcome.SOLVED, (LOGIN,), note="Ring 850709-9805 i morgon")
        resolve(session, maria.id, chat.public_id, closing, NOW, wrap_up_s=0)
        written = session.scalars(select(Note)).one()
        assert "850709" not in written.text and written.account_id == maria.account_id
        assert written.locked_at is None and not written.is_official

    def test_a_server_whose_clock_is_a_little_behind_can_end_what_another_began(
        self, session: Session, maria: Agent, chat: Contact
    ) -> None:
        hold(session, maria.id, chat.public_id, NOW + seconds(10))
        resolve(session, maria.id, chat.public_id, SOLVED, NOW + seconds(9.3), wrap_up_s=0)
        assert (chat.stage, errands_of(session, chat.id)[0].seconds) == (Stage.CLOSED, 10)


class TestErrands:
    """What the citizen came for, one row each."""

    @pytest.mark.parametrize(("spent", "count", "shares"), [(100, 3, [34, 33, 33]), (2, 3, [1, 1, 0]), (0, 2, [0, 0])])
    def test_the_time_is_shared_evenly_and_none_of_it_is_lost(
        self, session: Session, maria: Agent, chat: Contact, spent: int, count: int, shares: list[int]
    ) -> None:
        closing = Closing(Outcome.SOLVED, (FIRST,) * count)
        resolve(session, maria.id, chat.public_id, closing, NOW + seconds(spent), wrap_up_s=0)
        assert [errand.seconds for errand in errands_of(session, chat.id)] == shares

    def test_the_time_of_everyone_who_had_it_counts(
        self, session: Session, centre: Centre, maria: Agent, chat: Contact
    ) -> None:
        release(session, maria.id, chat.public_id, NOW + seconds(30))
        aino = centre.agent("aino")
        take(session, aino.id, chat.public_id, NOW + seconds(300))
        resolve(session, aino.id, chat.public_id, SOLVED, NOW + seconds(345), wrap_up_s=0)
        assert errands_of(session, chat.id)[0].seconds == 75

    def test_an_errand_carries_its_service_and_whose_it_is(
        self, session: Session, centre: Centre, maria: Agent, chat: Contact
    ) -> None:
        said = (
            ErrandSaid(Reason.LOGIN, "ansok-bygglov", "e-legitimation 850709-9805", Exclusion.NO_EID, is_repeat=True),
            FIRST,
        )
        closing = Closing(Outcome.SOLVED, said, frozenset({Assisted.GUIDED, Assisted.PRINTED}))
        resolve(session, maria.id, chat.public_id, closing, NOW, wrap_up_s=0)
        first, second = errands_of(session, chat.id)
        assert (first.service_id, first.department_id) == (centre.permit.id, centre.building.id)
        assert (first.exclusion, first.is_repeat, chat.is_repeat) == (Exclusion.NO_EID, True, True)
        assert first.topic is not None and "850709" not in first.topic
        assert (second.service_id, second.topic, second.department_id) == (None, "Altan", centre.home.id)
        helped = session.execute(select(ErrandAssistance.errand_id, ErrandAssistance.kind)).all()
        assert {tuple(row) for row in helped} == {(first.id, Assisted.GUIDED), (first.id, Assisted.PRINTED)}

    def test_a_secret_service_makes_the_contact_secret_and_its_departments_own(
        self, session: Session, centre: Centre, maria: Agent, chat: Contact
    ) -> None:
        closing = Closing(Outcome.SOLVED, (FIRST, ErrandSaid(Reason.CASE_STATUS, "ansok-ekonomiskt-bistand")))
        resolve(session, maria.id, chat.public_id, closing, NOW, wrap_up_s=0)
        assert chat.secrecy and (chat.authority_id, chat.department_id) == (
            centre.care_board.id,
            centre.assistance.id,
        )

    def test_what_an_errand_was_before_is_kept(
        self, session: Session, centre: Centre, maria: Agent, chat: Contact
    ) -> None:
        resolve(session, maria.id, chat.public_id, Closing(Outcome.SOLVED, (LOGIN, FIRST)), NOW, wrap_up_s=60)
        ids = [errand.id for errand in errands_of(session, chat.id)]
        task = Task("bygg", "Ring upp.", Basis.NO_SECRET, errands=(ErrandSaid(Reason.CASE_STATUS, "ansok-bygglov"),))
        hand_over(session, maria.id, chat.public_id, task, NOW + seconds(5))
        assert [errand.id for errand in errands_of(session, chat.id)] == ids[:1], "its row stays, so that flags hold"
        history = session.execute(
            select(ClassificationChange.field, ClassificationChange.old, ClassificationChange.new).order_by(
                ClassificationChange.id
            )
        ).all()
        assert [tuple(row) for row in history] == [
            ("reason", "login", "case_status"),
            ("outcome", "solved", "handed_over"),
        ]
        assert session.scalars(select(ClassificationChange.account_id)).all() == [maria.account_id] * 2

    def test_nothing_changed_is_no_history(self, session: Session, maria: Agent, chat: Contact) -> None:
        session.add(Errand(contact_id=chat.id, n=1, reason=Reason.OTHER))
        session.flush()
        resolve(session, maria.id, chat.public_id, Closing(Outcome.SOLVED, (ErrandSaid(Reason.OTHER),)), NOW)
        assert session.scalars(select(ClassificationChange.field)).all() == ["outcome"]

    def test_a_call_keeps_its_full_cost_until_it_is_over(self, session: Session, centre: Centre, maria: Agent) -> None:
        call = take(session, maria.id, centre.arrives(Channel.PHONE).public_id, NOW)
        resolve(session, maria.id, call.public_id, SOLVED, NOW, wrap_up_s=30)
        assert maria.load == 12
        end_wrap_up(session, call.id, NOW + seconds(30))
        assert maria.load == 0
