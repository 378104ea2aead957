"""The pages of the road back, through a browser without JavaScript, as each role."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.clock import now
from helpdesk.contacts.models import Contact
from helpdesk.contacts.stages import Reason
from helpdesk.feedback.actions import GROUP, Cause, Draft, draft, send
from helpdesk.feedback.benefit.models import EffectVerdict, FollowUp
from helpdesk.feedback.models import ChangeRequest, View
from helpdesk.feedback.queries import views_of
from helpdesk.feedback.rules import RequestState
from helpdesk.people.models import Account
from helpdesk.people.queries import viewer_of
from tests.builders import Centre
from tests.feedback.conftest import Road
from tests.feedback.pages import Browser

Settle = Callable[[], Centre]


@pytest.fixture
def numbers(app: Flask) -> dict[str, str]:
    """A settled centre with closed errands and three requests: a draft, one sent to the building department, one to the group."""
    with app.extensions["helpdesk.database"].transaction() as session:
        at = now() - timedelta(days=2)
        centre = Centre(session, at)
        centre.staff()
        road = Road(session, centre)
        for n in range(12):
            road.closed(service=centre.permit, at=at, repeat=n % 3 == 0)
        for _ in range(6):
            road.closed(Reason.LOGIN, service=centre.permit, at=at)
        said = {
            "draft": Draft("Half a thought", "Text", "bygg", (Cause("ansok-bygglov", Reason.PAPER_ONLY),)),
            "sent": Draft("Show the status", "Nobody knows", "bygg", (Cause("ansok-bygglov", Reason.CASE_STATUS),)),
            "group": Draft("One login", "Three logins", GROUP, (Cause(None, Reason.LOGIN),)),
        }
        made = {name: draft(session, road.improver, one, at).number for name, one in said.items()}
        send(session, road.improver, made["sent"], at)
        send(session, road.improver, made["group"], at)
    return made


def request_of(app: Flask, number: str) -> ChangeRequest:
    """Return a request as it is in the database now."""
    with app.extensions["helpdesk.database"].reading() as session:
        return session.scalars(select(ChangeRequest).where(ChangeRequest.number == number)).one()


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("agent", {"sent", "group"}),
        ("supervisor", {"sent", "group"}),
        ("improver", {"draft", "sent", "group"}),
        ("officer", {"sent"}),
        ("department-head", {"sent"}),
        ("bodil", set()),
        ("group-management", {"group"}),
    ],
)
def test_each_role_sees_its_own_requests_and_no_others(
    app: Flask, numbers: dict[str, str], who: str, seen: set[str]
) -> None:
    browser = Browser(app, who)
    board, table = browser.open("/forbattringar"), browser.open("/forbattringar?shape=table")
    for name, number in numbers.items():
        path = f"/forbattringar/{number}"
        assert (path in board) is (path in table) is (name in seen), name
        assert browser.status(path) == (200 if name in seen else 404), name
        if name in seen:
            browser.open(path)


@pytest.mark.parametrize("who", ["host", "editor", "board-reader", "admin", "dpo", "api"])
def test_the_board_is_closed_to_other_roles(app: Flask, settled: Settle, who: str) -> None:
    settled()
    assert Browser(app, who).status("/forbattringar") == 403


def test_nobody_sees_anything_without_signing_in(app: Flask, numbers: dict[str, str]) -> None:
    browser = Browser(app)
    for path in ("/forbattringar", f"/forbattringar/{numbers['sent']}", "/forbattringar/nytt", "/resultat"):
        assert browser.client.get(path).headers["Location"].startswith("/logga-in")


def test_the_page_shows_the_measured_demand_with_its_coverage(app: Flask, numbers: dict[str, str]) -> None:
    page = Browser(app, "officer").open(f"/forbattringar/{numbers['sent']}")
    assert "<dd>12</dd>" in page and "<dd>1 h</dd>" in page and "18 of 18 closed errands" in page
    assert 'name="to" value="assessing"' in page and 'name="to" value="accepted"' not in page


def test_the_filter_shows_what_was_asked_for(app: Flask, numbers: dict[str, str]) -> None:
    browser = Browser(app, "improver")
    assert numbers["group"] not in browser.open("/forbattringar?department=bygg")
    assert numbers["sent"] not in browser.open("/forbattringar?department=group_management")
    assert numbers["sent"] not in browser.open("/forbattringar?state=draft&shape=table")
    assert numbers["sent"] in browser.open("/forbattringar?state=no-such-state&department=")


def test_the_improver_drafts_what_was_suggested(app: Flask, numbers: dict[str, str]) -> None:
    browser = Browser(app, "improver")
    assert "/forbattringar/nytt?service=ansok-bygglov&amp;reason=login" in browser.open("/forbattringar")
    form = browser.open("/forbattringar/nytt?service=ansok-bygglov&reason=login")
    assert '<option selected value="ansok-bygglov">' in form and '<option selected value="login">' in form
    assert '<option selected value="bygg">' in form
    fields = {"title": "One way to sign in", "text": "Three logins.", "service": "ansok-bygglov", "reason": "login"}
    wrong = browser.press("/forbattringar/nytt", **fields, kind="change", lead="", once="k1")
    assert wrong.status_code == 422 and "Three logins." in wrong.text
    first = browser.press("/forbattringar/nytt", **fields, kind="change", lead="bygg", once="k2")
    again = browser.press("/forbattringar/nytt", **fields, kind="change", lead="bygg", once="k2")
    assert first.status_code == 302 and first.headers["Location"] == again.headers["Location"]
    page = browser.open(first.headers["Location"])
    assert "<dd>6</dd>" in page and "Draft" in page


def test_only_the_improver_has_the_improvers_forms(app: Flask, numbers: dict[str, str]) -> None:
    for who in ("agent", "officer", "group-management"):
        browser = Browser(app, who)
        assert browser.status("/forbattringar/nytt") == 403
        for path in ("nytt", f"{numbers['sent']}/orsaker", f"{numbers['sent']}/slaihop", f"{numbers['sent']}/losgor"):
            assert browser.press(f"/forbattringar/{path}", reason="login").status_code == 403


def test_a_state_is_never_changed_without_the_token(app: Flask, numbers: dict[str, str]) -> None:
    browser = Browser(app, "officer")
    answer = browser.client.post(f"/forbattringar/{numbers['sent']}/steg", data={"to": "assessing"})
    assert answer.status_code in (400, 422)
    assert request_of(app, numbers["sent"]).state is RequestState.NEW


def test_the_department_decides_on_the_page(app: Flask, numbers: dict[str, str]) -> None:
    browser, path = Browser(app, "officer"), f"/forbattringar/{numbers['sent']}"
    assert browser.press(f"{path}/steg", to="assessing").status_code == 302
    refused = browser.press(f"{path}/steg", to="declined", reason="")
    assert refused.status_code == 422 and "Say why, in a sentence." in refused.text
    stale = browser.press(f"{path}/steg", to="declined", reason="No.", version="1")
    assert stale.status_code == 409
    assert browser.press(f"{path}/steg", to="planned", reason="").status_code == 409
    assert browser.press(f"{path}/steg", to="declined", reason="It is not lawful.").status_code == 302
    page = browser.open(path)
    assert "It is not lawful." in page
    assert "It is not lawful." in Browser(app, "improver").open("/forbattringar")


def test_a_line_sent_twice_stands_once(app: Flask, numbers: dict[str, str]) -> None:
    browser, path = Browser(app, "agent"), f"/forbattringar/{numbers['sent']}"
    for _ in range(2):
        assert browser.press(f"{path}/inlagg", text="Is it enough to show three things?", once="abc").status_code == 302
    other = browser.press(f"{path}/inlagg", text="Something else", once="abc")
    assert other.status_code in (409, 422)
    assert browser.open(path).count("Is it enough to show three things?") == 1
    empty = browser.press(f"{path}/inlagg", text="")
    assert empty.status_code == 422 and "Write something." in empty.text


def test_six_sides_are_written_down(app: Flask, numbers: dict[str, str]) -> None:
    browser, path = Browser(app, "officer"), f"/forbattringar/{numbers['sent']}"
    wrong = browser.press(f"{path}/sidor", view="law", verdict="risk", measure="")
    assert wrong.status_code == 422 and "Say what is done about the risk." in wrong.text
    for view in View:
        browser.press(f"{path}/sidor", view=view.value, verdict="fine", measure="")
    with app.extensions["helpdesk.database"].reading() as session:
        assert len(views_of(session, request_of(app, numbers["sent"]).id)) == 6


def test_causes_merges_and_following_work_from_the_page(app: Flask, numbers: dict[str, str]) -> None:
    browser, path = Browser(app, "improver"), f"/forbattringar/{numbers['sent']}"
    assert browser.press(f"{path}/orsaker", service="ansok-bygglov", reason="login").status_code == 302
    assert "<dd>18</dd>" in browser.open(path)
    assert browser.press(f"{path}/orsaker/bort", service="ansok-bygglov", reason="case_status").status_code == 302
    assert "<dd>6</dd>" in browser.open(path)
    assert browser.press(f"{path}/orsaker/bort", reason="nonsense").status_code in (409, 422)
    assert browser.press(f"{path}/slaihop", into=numbers["group"]).status_code == 302
    assert numbers["group"] in browser.open(path)
    assert "<dd>6</dd>" in browser.open(f"/forbattringar/{numbers['group']}")
    assert browser.press(f"{path}/losgor").status_code == 302
    assert request_of(app, numbers["sent"]).state is RequestState.NEW
    browser.press(f"{path}/folj", follow="1")
    assert "Follow no more" in browser.open(path)
    browser.press(f"{path}/folj", follow="0")
    assert "Follow no more" not in browser.open(path)


def test_a_draft_is_reworded_and_sent(app: Flask, numbers: dict[str, str]) -> None:
    browser, path = Browser(app, "improver"), f"/forbattringar/{numbers['draft']}"
    assert browser.press(f"{path}/text", title="A whole thought", text="With words").status_code == 302
    assert browser.press(f"{path}/text", title="", text="x").status_code == 422
    assert browser.press(f"{path}/steg", to="new").status_code == 302
    assert browser.press(f"{path}/text", title="Too late", text="x").status_code == 409
    sent = request_of(app, numbers["draft"])
    assert (sent.title, sent.state) == ("A whole thought", RequestState.NEW)


def test_an_overdue_answer_is_said_in_words_to_both_sides(app: Flask, numbers: dict[str, str]) -> None:
    with app.extensions["helpdesk.database"].transaction() as session:
        one = session.scalars(select(ChangeRequest).where(ChangeRequest.number == numbers["sent"])).one()
        one.first_answer_due = (now() - timedelta(days=3)).date()
    for who in ("officer", "improver", "agent"):
        browser = Browser(app, who)
        assert "answer overdue" in browser.open("/forbattringar")
        assert "The first answer is overdue" in browser.open(f"/forbattringar/{numbers['sent']}")


def test_a_follow_up_shows_its_verdict_and_before_that_none(app: Flask, numbers: dict[str, str]) -> None:
    with app.extensions["helpdesk.database"].transaction() as session:
        one = session.scalars(select(ChangeRequest).where(ChangeRequest.number == numbers["sent"])).one()
        one.state, one.delivered_at = RequestState.DELIVERED, now() - timedelta(days=30)
        today = now().date()
        seen = FollowUp(
            request_id=one.id, n=1, baseline_from=today, baseline_to=today, left_out=[], delivered_on=today,
            planned_end=today, ratio=0.6, low=0.47, high=0.75,
        )  # fmt: skip
        session.add(seen)
        session.flush()
        follow_up = seen.id
    browser, path = Browser(app, "officer"), f"/forbattringar/{numbers['sent']}"
    page = browser.open(path)
    assert "−40 %" in page and "−53 % to −25 %" in page and "Preliminary" in page and "The effect is proved" not in page
    with app.extensions["helpdesk.database"].transaction() as session:
        session.get_one(FollowUp, follow_up).verdict = EffectVerdict.PROVED
    assert "The effect is proved" in browser.open(path)
    assert "The effect is proved" in browser.open("/forbattringar")
    assert "40% fewer have had to contact us" in Browser(app).open("/sa-gjorde-vi")


def test_what_was_done_is_public_and_shows_nothing_else(app: Flask, numbers: dict[str, str]) -> None:
    page = Browser(app).open("/sa-gjorde-vi")
    assert numbers["sent"] not in page and "Nothing to show yet" in page
    with app.extensions["helpdesk.database"].transaction() as session:
        for name in ("sent", "group"):
            one = session.scalars(select(ChangeRequest).where(ChangeRequest.number == numbers[name])).one()
            one.state, one.delivered_at = RequestState.DELIVERED, now()
            one.secrecy = name == "group"
    page = Browser(app).open("/sa-gjorde-vi")
    assert "Show the status" in page and "One login" not in page


def test_an_agent_flags_the_department_answers_and_the_agent_hears_it(app: Flask, numbers: dict[str, str]) -> None:
    with app.extensions["helpdesk.database"].transaction() as session:
        contact = session.scalars(select(Contact).order_by(Contact.id)).first()
        assert contact is not None
        flagged = contact.public_id
    ida, eva, henrik = Browser(app, "agent"), Browser(app, "improver"), Browser(app, "officer")
    nowhere = ida.press(f"/kontakter/{flagged}/hinder", reason="", quote="The stairs")
    assert nowhere.status_code == 422 and "The stairs" in nowhere.text
    said = {"reason": "case_status", "service": "ansok-bygglov", "quote": "I called three times", "repeat": "1"}
    answer = ida.press(f"/kontakter/{flagged}/hinder", **said, next="/forbattringar?state=new")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/forbattringar?state=new")
    led_away = ida.press(f"/kontakter/{flagged}/hinder", **said, next="//evil.example")
    assert led_away.headers["Location"] == "/start"
    assert henrik.press(f"/kontakter/{flagged}/hinder", **said).status_code == 403
    fields = {"title": "Show where it is", "text": "They call", "service": "ansok-bygglov", "reason": "case_status"}
    path = eva.press("/forbattringar/nytt", **fields, kind="change", lead="bygg").headers["Location"]
    assert "I called three times" in eva.open(path)
    assert eva.press(f"{path}/steg", to="new").status_code == 302
    page = henrik.open(path)
    assert "<dd>12</dd>" in page and "I called three times" not in page
    with app.extensions["helpdesk.database"].reading() as session:
        points = session.scalars(select(Contact.public_id)).all()
        account = session.scalars(select(Account).where(Account.email == "agent@kommunen.example")).one()
        assert points and viewer_of(session, account).agent_id is not None
    quote = eva.open(path).split("/citat/")[1].split('"')[0]
    assert eva.press(f"{path}/citat/{quote}", verdict="approve", quote="I called thrice").status_code == 302
    assert "I called thrice" in henrik.open(path)
    assert henrik.press(f"{path}/inlagg", text="We show three things from May.").status_code == 302
    assert "We show three things from May." in ida.open("/forbattringar")
    assert ida.press("/forbattringar/nyheter", next="/forbattringar").status_code == 302
    assert "We show three things from May." not in ida.open("/forbattringar")


def test_a_script_that_flags_is_answered_in_json(app: Flask, numbers: dict[str, str]) -> None:
    with app.extensions["helpdesk.database"].reading() as session:
        contact = session.scalars(select(Contact.public_id)).first()
    ida = Browser(app, "agent")
    ida.client.environ_base["HTTP_ACCEPT"] = "application/json, text/html;q=0.5"
    page = ida.client.get("/forbattringar", headers={"Accept": "text/html"}).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    sent = {"reason": "login", "csrf_token": token}
    answer = ida.client.post(f"/kontakter/{contact}/hinder", data=sent)
    assert answer.status_code == 200 and answer.json is not None and answer.json["kind"] == "ok"
    led = ida.client.post(f"/kontakter/{contact}/hinder", data={**sent, "next": "/forbattringar"})
    assert led.json == {"go": "/forbattringar"}
    wrong = ida.client.post(f"/kontakter/{contact}/hinder", data={**sent, "reason": ""})
    assert wrong.status_code == 422 and wrong.json is not None and "Choose what hurt." in wrong.json["detail"]
