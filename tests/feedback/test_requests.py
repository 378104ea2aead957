"""Change requests: who may move them where, what counts as an answer, and who sees them at all."""

from datetime import date, timedelta
from itertools import product

import pytest
from sqlalchemy.orm import Session

from helpdesk.contacts.stages import Reason
from helpdesk.feedback.actions import (
    GROUP,
    Cause,
    Draft,
    Move,
    add_cause,
    draft,
    look,
    move,
    remove_cause,
    rewrite,
    send,
)
from helpdesk.feedback.models import ChangeRequest, Verdict, View
from helpdesk.feedback.queries import causes_of, demand, events_of, seen_request, seen_requests
from helpdesk.feedback.rules import MOVES, RequestState
from helpdesk.feedback.thread import comment
from helpdesk.news import pending_of
from helpdesk.people.rules import Role, Viewer
from helpdesk.refusals import Forbidden, Unacceptable, Unknown, WrongStage
from tests.conftest import NOW
from tests.feedback.conftest import Road

S = RequestState
STATUS = Cause("ansok-bygglov", Reason.CASE_STATUS)


def drafted(road: Road, lead: str = "bygg", by: Viewer | None = None) -> ChangeRequest:
    """Let the improver write a draft about the status of building permits."""
    said = Draft("Show where the case is", "People call to hear whether anything happens.", lead, (STATUS,))
    return draft(road.session, by or road.improver, said, NOW)


def sent(road: Road, lead: str = "bygg") -> ChangeRequest:
    """Let it be sent, too."""
    return send(road.session, road.improver, drafted(road, lead).number, NOW)


def test_numbers_run_within_the_year_and_a_draft_is_seen_by_the_centre_only(road: Road) -> None:
    first, second = drafted(road), drafted(road)
    assert (first.number, second.number, first.state) == ("F-2026-001", "F-2026-002", S.DRAFT)
    assert seen_requests(road.session, road.improver) == [second, first]
    for viewer in (road.agent, road.officer, road.group):
        assert seen_requests(road.session, viewer) == []
        with pytest.raises(Unknown):
            seen_request(road.session, viewer, first.number)


def test_sending_starts_ten_working_days(road: Road) -> None:
    request = sent(road)
    assert (request.state, request.sent_at, request.first_answer_due) == (S.NEW, NOW, date(2026, 12, 7))


def test_nothing_is_sent_without_a_cause(road: Road) -> None:
    request = drafted(road)
    remove_cause(road.session, road.improver, request.number, STATUS, NOW)
    with pytest.raises(Unacceptable):
        send(road.session, road.improver, request.number, NOW)


def test_another_board_does_not_know_that_the_request_exists(road: Road) -> None:
    request = sent(road)
    assert seen_requests(road.session, road.stranger) == []
    with pytest.raises(Unknown):
        comment(road.session, road.stranger, request.number, "Hello", NOW)
    with pytest.raises(Unknown):
        move(road.session, road.stranger, request.number, Move(S.ASSESSING), NOW)
    assert seen_requests(road.session, road.officer) == [request]


def test_the_group_management_judges_what_it_leads(road: Road) -> None:
    request = sent(road, GROUP)
    move(road.session, road.group, request.number, Move(S.ASSESSING), NOW)
    move(road.session, road.group, request.number, Move(S.DECLINED, "It costs more than it gives."), NOW)
    assert request.first_answer_at == NOW
    with pytest.raises(Unknown):
        seen_request(road.session, road.officer, request.number)


def test_only_the_moves_of_the_rules_are_made(road: Road) -> None:
    allowed = {
        (S.DRAFT, S.NEW), (S.NEW, S.ASSESSING), (S.ASSESSING, S.ACCEPTED), (S.ASSESSING, S.DECLINED),
        (S.ACCEPTED, S.PLANNED), (S.ACCEPTED, S.DECLINED), (S.PLANNED, S.DELIVERED), (S.PLANNED, S.DECLINED),
        (S.DELIVERED, S.FOLLOWED_UP), (S.DELIVERED, S.ASSESSING), (S.DECLINED, S.ASSESSING),
    }  # fmt: skip
    both = road.viewer("both", Role.IMPROVER, Role.DEPARTMENT_HEAD)
    request = drafted(road)
    made = set()
    for before, after in product(S, S):
        request.state = before
        road.session.flush()
        try:
            move(road.session, both, request.number, Move(after, "Because."), NOW)
        except WrongStage:
            assert request.state is before
        else:
            assert request.state is after
            made.add((before, after))
    assert made == allowed


def test_the_table_of_moves_has_no_others(road: Road) -> None:
    assert sum(len(after) for after in MOVES.values()) == 11


def test_the_centre_does_not_decide_and_the_department_does_not_follow_up(road: Road) -> None:
    request = sent(road)
    move(road.session, road.improver, request.number, Move(S.ASSESSING), NOW)
    with pytest.raises(Forbidden):
        move(road.session, road.improver, request.number, Move(S.ACCEPTED, "We want it."), NOW)
    with pytest.raises(Forbidden):
        move(road.session, road.agent, request.number, Move(S.DECLINED, "No."), NOW)
    move(road.session, road.officer, request.number, Move(S.ACCEPTED, "High benefit, small change."), NOW)
    move(road.session, road.officer, request.number, Move(S.PLANNED, planned_for=date(2027, 2, 1)), NOW)
    move(road.session, road.officer, request.number, Move(S.DELIVERED), NOW)
    with pytest.raises(Forbidden):
        move(road.session, road.officer, request.number, Move(S.FOLLOWED_UP), NOW)
    assert (request.planned_for, request.delivered_at) == (date(2027, 2, 1), NOW)


def test_moving_a_card_is_no_answer_but_words_and_decisions_are(road: Road) -> None:
    moved, written = sent(road), sent(road)
    move(road.session, road.officer, moved.number, Move(S.ASSESSING), NOW)
    assert moved.first_answer_at is None
    comment(road.session, road.improver, moved.number, "What do you say?", NOW)
    assert moved.first_answer_at is None
    move(road.session, road.officer, moved.number, Move(S.DECLINED, "Not lawful."), NOW + timedelta(days=1))
    assert moved.first_answer_at == NOW + timedelta(days=1)
    comment(road.session, road.officer, written.number, "We look at it.", NOW + timedelta(days=2))
    comment(road.session, road.officer, written.number, "Still.", NOW + timedelta(days=3))
    assert written.first_answer_at == NOW + timedelta(days=2)


def test_a_refusal_needs_a_reason_and_so_does_a_yes_before_all_six_sides(road: Road) -> None:
    request = sent(road)
    move(road.session, road.officer, request.number, Move(S.ASSESSING), NOW)
    for to in (S.DECLINED, S.ACCEPTED):
        with pytest.raises(Unacceptable):
            move(road.session, road.officer, request.number, Move(to, "  "), NOW)
    for view in View:
        look(road.session, road.officer, request.number, view, Verdict.FINE, None, NOW)
    with pytest.raises(Unacceptable):
        move(road.session, road.officer, request.number, Move(S.DECLINED), NOW)
    move(road.session, road.officer, request.number, Move(S.ACCEPTED), NOW)
    assert request.decided_at == NOW


def test_a_risk_needs_a_measure(road: Road) -> None:
    request = sent(road)
    with pytest.raises(Unacceptable):
        look(road.session, road.officer, request.number, View.LAW, Verdict.RISK, " ", NOW)
    with pytest.raises(Forbidden):
        look(road.session, road.agent, request.number, View.LAW, Verdict.FINE, None, NOW)


def test_every_change_raises_the_version_and_is_kept(road: Road) -> None:
    request = sent(road)
    before = request.last_change
    comment(road.session, road.officer, request.number, "Yes.", NOW)
    assert request.last_change == before + 1
    events = events_of(road.session, request.id)
    assert [one.n for one in events] == list(range(1, request.last_change + 1))
    assert [one.kind for one in events] == ["drafted", "cause_added", "moved", "commented"]
    assert pending_of(road.session).touched["requests"] == {request.public_id}


def test_whoever_saw_an_older_version_does_not_decide_over_others(road: Road) -> None:
    request = sent(road)
    seen = request.last_change
    comment(road.session, road.officer, request.number, "Wait.", NOW)
    with pytest.raises(WrongStage):
        move(road.session, road.officer, request.number, Move(S.ASSESSING, version=seen), NOW)
    move(road.session, road.officer, request.number, Move(S.ASSESSING, version=request.last_change), NOW)


def test_identity_numbers_are_masked_wherever_somebody_writes(road: Road) -> None:
    request = sent(road)
    written = comment(road.session, road.officer, request.number, "She is 19121212-1212.", NOW)
    move(road.session, road.officer, request.number, Move(S.ASSESSING, "19121212-1212"), NOW)
    assert "1212" not in written.text + str(events_of(road.session, request.id)[-1].facts)


def test_an_agent_may_write_a_draft_but_the_improver_sends_it(road: Road) -> None:
    request = drafted(road, by=road.agent)
    rewrite(road.session, road.agent, request.number, "Better title", "Better text", NOW)
    with pytest.raises(Forbidden):
        send(road.session, road.agent, request.number, NOW)
    with pytest.raises(Forbidden):
        drafted(road, by=road.officer)
    send(road.session, road.improver, request.number, NOW)
    with pytest.raises(WrongStage):
        rewrite(road.session, road.improver, request.number, "Another", "Other words", NOW)


def test_a_removed_cause_is_kept_with_its_time_and_counts_for_the_past(session: Session, road: Road) -> None:
    request = sent(road)
    road.closed(service=road.centre.permit, at=NOW - timedelta(days=3))
    later = NOW + timedelta(days=1)
    remove_cause(session, road.improver, request.number, STATUS, later)
    assert causes_of(session, request.id) == []
    start = NOW - timedelta(days=91)
    assert demand(session, request, start, NOW).tally.contacts == 1
    assert demand(session, request, start, later).tally.contacts == 0
    add_cause(session, road.improver, request.number, STATUS, later)
    add_cause(session, road.improver, request.number, STATUS, later)
    assert len(causes_of(session, request.id)) == 1
    assert demand(session, request, start, later).tally.contacts == 1
