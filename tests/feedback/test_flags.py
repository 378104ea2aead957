"""Flags: what hurt, whose words may be shown, and how the answer comes back to whoever flagged."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.contacts.models import Contact, ContactEvent
from helpdesk.contacts.queries import errands_of
from helpdesk.contacts.stages import Exclusion, Outcome, Reason
from helpdesk.feedback.actions import Cause, Draft, Move, draft, move, send
from helpdesk.feedback.flags import Flag, flag, judge_quote
from helpdesk.feedback.merging import merge
from helpdesk.feedback.models import ChangeRequest, PainPoint, QuoteState
from helpdesk.feedback.queries import demand, follower
from helpdesk.feedback.rules import Identity, RequestState, identity_in, without_identity
from helpdesk.feedback.sheet import sheet
from helpdesk.feedback.thread import comment, follow, mark_read, unfollow
from helpdesk.feedback.told import my_news
from helpdesk.people.models import Account
from helpdesk.people.queries import viewer_of
from helpdesk.people.rules import Viewer
from helpdesk.queue.actions import take
from helpdesk.refusals import Forbidden, Unacceptable, Unknown
from helpdesk.resolution.actions import resolve
from helpdesk.resolution.rules import Closing, ErrandSaid
from tests.conftest import NOW
from tests.feedback.conftest import Road

HURT = Flag(Reason.CASE_STATUS, "ansok-bygglov")


def flagged(road: Road, said: Flag = HURT) -> PainPoint:
    """Let the agent flag something in a new contact."""
    return flag(road.session, road.agent, road.centre.arrives().public_id, said, NOW)


def asked(road: Road) -> ChangeRequest:
    """Let the improver write and send a request about the same thing."""
    said = Draft("Title", "Text", "bygg", (Cause("ansok-bygglov", Reason.CASE_STATUS),))
    return send(road.session, road.improver, draft(road.session, road.improver, said, NOW).number, NOW)


def test_a_flag_makes_the_first_errand_and_closing_classifies_it(session: Session, road: Road) -> None:
    agent = road.centre.agent("maria")
    account = session.get(Account, agent.account_id)
    assert account is not None
    viewer = viewer_of(session, account)
    contact = road.centre.arrives()
    take(session, agent.id, contact.public_id, NOW)
    point = flag(session, viewer, contact.public_id, HURT, NOW)
    errand = errands_of(session, contact.id)[0]
    assert (errand.n, errand.service_id, errand.reason, errand.closed_at) == (
        1,
        road.centre.permit.id,
        Reason.CASE_STATUS,
        None,
    )
    assert point.errand_id == errand.id
    kinds = session.scalars(select(ContactEvent.kind).where(ContactEvent.contact_id == contact.id)).all()
    assert kinds[-1] == "flagged"
    closing = Closing(Outcome.SOLVED, (ErrandSaid(Reason.LOGIN, "ansok-bygglov"),))
    resolve(session, agent.id, contact.public_id, closing, NOW, wrap_up_s=0)
    assert [one.reason for one in errands_of(session, contact.id)] == [Reason.LOGIN]
    assert session.get(PainPoint, point.id) is point


def test_flagging_again_says_it_anew(session: Session, road: Road) -> None:
    contact = road.centre.arrives()
    first = flag(session, road.agent, contact.public_id, HURT, NOW)
    again = flag(session, road.agent, contact.public_id, Flag(Reason.LOGIN, quote="It says error"), NOW)
    assert first is again
    assert (again.reason, again.service_id, again.quote) == (Reason.LOGIN, None, "It says error")
    other = flag(session, road.improver, contact.public_id, HURT, NOW)
    assert other is not first


def test_what_a_flag_says_of_repeats_and_exclusion_is_counted_with_the_errand(session: Session, road: Road) -> None:
    errand = road.closed(service=road.centre.permit)
    contact_id = errand.contact_id
    contact = session.get_one(Contact, contact_id)
    said = Flag(Reason.CASE_STATUS, "ansok-bygglov", Exclusion.NO_EID, is_repeat=True)
    flag(session, road.agent, contact.public_id, said, NOW)
    flag(session, road.improver, contact.public_id, said, NOW)
    found = demand(session, asked(road), NOW - timedelta(days=91), NOW)
    assert (found.tally.contacts, found.repeat_share, found.exclusion_share) == (1, 1.0, 1.0)


def test_flags_are_never_counted_themselves(session: Session, road: Road) -> None:
    for _ in range(3):
        flagged(road)
    assert demand(session, asked(road), NOW - timedelta(days=91), NOW).tally.contacts == 0


def test_who_may_flag_follows_the_one_policy(session: Session, road: Road) -> None:
    secret = road.centre.arrives()
    secret.secrecy = True
    session.flush()
    with pytest.raises(Forbidden):
        flag(session, road.agent, secret.public_id, HURT, NOW)
    with pytest.raises(Unknown):
        flag(session, road.stranger, road.centre.arrives().public_id, HURT, NOW)
    with pytest.raises(Unknown):
        flag(session, road.agent, "no-such-contact", HURT, NOW)
    with pytest.raises(Unacceptable):
        flagged(road, Flag(Reason.LOGIN, "no-such-service"))


def test_no_words_are_kept_from_a_contact_under_secrecy(road: Road) -> None:
    with pytest.raises(Unacceptable):
        flagged(road, Flag(Reason.LOGIN, "ansok-ekonomiskt-bistand", quote="I need money"))
    assert flagged(road, Flag(Reason.LOGIN, "ansok-ekonomiskt-bistand")).quote is None


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Ring mig på 070-174 06 05", {Identity.PHONE}),
        ("Ring +46 70 174 06 05 nu", {Identity.PHONE}),
        ("Växeln 0980-31 92 00 svarar inte", {Identity.PHONE}),
        ("anna.svensson@kommunen.example", {Identity.EMAIL}),
        ("Jag är 19121212-1212", {Identity.IDENTITY_NUMBER}),
        ("Jag är ●●●●●●-●●●●", {Identity.IDENTITY_NUMBER}),
        ("Jag har ringt 3 gånger sedan 2025", set()),
        ("Fastigheten 12:34 fick svar efter 10 000 timmar", set()),
    ],
)
def test_what_tells_who_somebody_is_is_found_and_hidden(text: str, kinds: set[Identity]) -> None:
    assert identity_in(text) == kinds
    assert identity_in(without_identity(text)) == set()
    assert (without_identity(text) == text) is (not kinds)


def test_a_quote_is_shown_only_with_five_contacts_behind_it_and_without_identity(session: Session, road: Road) -> None:
    said = Flag(Reason.CASE_STATUS, "ansok-bygglov", quote="I called 070-174 06 05\nthree times")
    point = flagged(road, said)
    assert point.quote == "I called ●●● three times"
    request = asked(road)
    for _ in range(4):
        road.closed(service=road.centre.permit)
    with pytest.raises(Unacceptable, match="Fewer than five"):
        judge_quote(session, road.improver, point.public_id, "I called three times", NOW)
    road.closed(service=road.centre.permit)
    with pytest.raises(Unacceptable, match="Take out"):
        judge_quote(session, road.improver, point.public_id, "I called 0701740605", NOW)
    with pytest.raises(Forbidden):
        judge_quote(session, road.officer, point.public_id, "I called three times", NOW)
    assert sheet(session, road.officer, request, NOW).quotes == []
    assert [one.point for one in sheet(session, road.improver, request, NOW).proposed] == [point]
    judge_quote(session, road.improver, point.public_id, "I called three times", NOW)
    shown = sheet(session, road.officer, request, NOW)
    assert [(one.point.quote, one.month.day) for one in shown.quotes] == [("I called three times", 1)]
    judge_quote(session, road.improver, point.public_id, None, NOW)
    assert point.quote_state is QuoteState.REFUSED
    assert sheet(session, road.officer, request, NOW).quotes == []


def test_five_errands_of_one_contact_are_one_contact(session: Session, road: Road) -> None:
    point = flagged(road, Flag(Reason.CASE_STATUS, "ansok-bygglov", quote="Words"))
    errands = [road.closed(service=road.centre.permit) for _ in range(5)]
    for n, errand in enumerate(errands[1:], start=2):
        errand.contact_id, errand.n = errands[0].contact_id, n
    session.flush()
    with pytest.raises(Unacceptable, match="Fewer than five"):
        judge_quote(session, road.improver, point.public_id, "Words", NOW)


def read(session: Session, viewer: Viewer) -> list[tuple[str | None, str | None]]:
    """Return what is new for somebody: state and words."""
    return [(one.state.value if one.state else None, one.text) for one in my_news(session, viewer)]


def test_whoever_flagged_hears_what_the_department_answers(session: Session, road: Road) -> None:
    flagged(road)
    request = asked(road)
    assert follower(session, request.id, road.agent.account_id) is not None
    assert read(session, road.agent) == []
    later = NOW + timedelta(hours=1)
    comment(session, road.improver, request.number, "Dear department", later)
    comment(session, road.officer, request.number, "We mend it.", later)
    move(session, road.officer, request.number, Move(RequestState.ASSESSING), later + timedelta(hours=1))
    assert read(session, road.agent) == [("assessing", None), (None, "We mend it.")]
    mark_read(session, road.agent, None, later + timedelta(hours=2))
    assert read(session, road.agent) == []
    move(session, road.officer, request.number, Move(RequestState.DECLINED, "Too dear."), later + timedelta(hours=3))
    assert read(session, road.agent) == [("declined", "Too dear.")]
    unfollow(session, road.agent, request.number)
    assert read(session, road.agent) == []


def test_followers_go_along_with_a_merge(session: Session, road: Road) -> None:
    flagged(road)
    request, target = asked(road), asked(road)
    unfollow(session, road.agent, target.number)
    merge(session, road.improver, request.number, target.number, NOW)
    assert follower(session, target.id, road.agent.account_id) is not None
    follow(session, road.agent, target.number, NOW)
    comment(session, road.officer, target.number, "Yes.", NOW + timedelta(hours=1))
    assert read(session, road.agent) == [(None, "Yes.")]
