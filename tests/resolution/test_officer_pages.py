"""Handovers as the departments see them: only their own, late ones marked, and the answer back at the desk."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.clock import now
from helpdesk.contacts.models import Contact, ContactEvent
from helpdesk.contacts.stages import Reason, Stage
from helpdesk.people.models import Account
from helpdesk.people.queries import viewer_of
from helpdesk.people.rules import Role
from helpdesk.policy.models import ReadLog
from helpdesk.queue.actions import take
from helpdesk.queue.models import Agent
from helpdesk.refusals import Unknown
from helpdesk.resolution.handovers import Task, hand_over
from helpdesk.resolution.models import Basis, Handover
from helpdesk.resolution.queries import handovers_for, seen_handover
from helpdesk.resolution.rules import ErrandSaid
from tests.builders import Centre
from tests.conftest import NOW
from tests.feedback.pages import Browser

OPEN, SECRET = "The bin was not emptied.", "He asks about his money."


def handed(centre: Centre, agent: Agent, department: str, text: str, at: datetime) -> Handover:
    """Let an agent take a contact and hand it over."""
    contact = centre.arrives(at=at)
    take(centre.session, agent.id, contact.public_id, at)
    errand = ErrandSaid(Reason.CASE_STATUS)
    return hand_over(
        centre.session, agent.id, contact.public_id, Task(department, text, Basis.NECESSARY, errands=(errand,)), at
    )


@pytest.fixture
def sent(app: Flask) -> dict[str, str]:
    """Two handovers in the database: an ordinary one to the building department, a secret one to the assistance department."""
    at = now() - timedelta(hours=1)
    with app.extensions["helpdesk.database"].transaction() as session:
        centre = Centre(session, at)
        centre.staff()
        centre.account("bodil", Role.OFFICER, department=centre.assistance)
        colleague = centre.agent("aino")
        agent = session.scalars(select(Agent).where(Agent.id != colleague.id)).one()
        return {
            "open": handed(centre, agent, "bygg", OPEN, at).public_id,
            "secret": handed(centre, agent, "ekonomiskt-bistand", SECRET, at).public_id,
        }


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("officer", {"open"}),
        ("department-head", {"open"}),
        ("bodil", {"secret"}),
        ("supervisor", {"open"}),
        ("agent", {"open", "secret"}),
        ("aino", set()),
    ],
)
def test_only_those_whom_the_policy_names_see_a_handover(
    app: Flask, sent: dict[str, str], who: str, seen: set[str]
) -> None:
    browser = Browser(app, who)
    for name, public_id in sent.items():
        path = f"/overlamningar/{public_id}"
        assert browser.status(path) == (200 if name in seen else 404), name
        if name in seen:
            assert {"open": OPEN, "secret": SECRET}[name] in browser.open(path)
    if who in ("agent", "aino"):
        assert browser.status("/overlamningar") == 403
    else:
        listed = browser.open("/overlamningar")
        assert {name for name, text in (("open", OPEN), ("secret", SECRET)) if text in listed} == seen


def test_the_department_answers_and_the_agent_reads_it(app: Flask, sent: dict[str, str]) -> None:
    henrik, path = Browser(app, "officer"), f"/overlamningar/{sent['open']}"
    empty = henrik.press(path, at=path, text=" ")
    assert empty.status_code == 422 and "Write what you did" in empty.text
    assert henrik.press(path, at=path, text="The lorry comes back tomorrow.").status_code == 302
    assert "Nothing waits" in henrik.open("/overlamningar")
    assert "The lorry comes back tomorrow." in Browser(app, "agent").open(path)
    with app.extensions["helpdesk.database"].reading() as session:
        handover = session.scalars(select(Handover).where(Handover.public_id == sent["open"])).one()
        contact = session.get_one(Contact, handover.contact_id)
        assert (contact.stage, handover.answered_at is not None) == (Stage.CLOSED, True)
        kinds = session.scalars(select(ContactEvent.kind).where(ContactEvent.contact_id == contact.id)).all()
        assert "handover_answered" in kinds


def test_only_the_department_that_was_asked_answers(app: Flask, sent: dict[str, str]) -> None:
    for who, status in (("bodil", 404), ("supervisor", 403), ("agent", 403)):
        browser = Browser(app, who)
        at = f"/overlamningar/{sent['secret']}" if who == "bodil" else f"/overlamningar/{sent['open']}"
        assert browser.press(f"/overlamningar/{sent['open']}", at=at, text="Me").status_code == status


def test_a_late_one_is_marked_in_words(app: Flask, sent: dict[str, str]) -> None:
    henrik = Browser(app, "officer")
    assert "Overdue" not in henrik.open("/overlamningar")
    with app.extensions["helpdesk.database"].transaction() as session:
        handover = session.scalars(select(Handover).where(Handover.public_id == sent["open"])).one()
        handover.due_at = now() - timedelta(minutes=1)
    assert "Overdue" in henrik.open("/overlamningar") and "1 overdue" in henrik.open("/overlamningar")


def test_the_list_is_by_due_time_and_forgets_what_was_answered_long_ago(centre: Centre) -> None:
    session, agent = centre.session, centre.agent()
    account = centre.account("henrik", Role.OFFICER, department=centre.building)
    viewer = viewer_of(session, account)
    late, soon, done = (handed(centre, agent, "bygg", text, NOW) for text in ("late", "soon", "done"))
    late.due_at, soon.due_at = NOW + timedelta(days=3), NOW + timedelta(days=1)
    session.flush()
    author = session.get_one(Account, agent.account_id)
    assert [one.handover for one in handovers_for(session, viewer, NOW)][:1] == [soon]
    done.answered_at = NOW - timedelta(days=1)
    session.flush()
    assert [one.handover for one in handovers_for(session, viewer, NOW)] == [soon, late, done]
    assert [one.handover for one in handovers_for(session, viewer, NOW + timedelta(days=30))] == [soon, late]
    assert handovers_for(session, viewer, NOW)[0].sender == author.name


def test_another_department_is_told_that_there_is_none(centre: Centre) -> None:
    session, agent = centre.session, centre.agent()
    handover = handed(centre, agent, "ekonomiskt-bistand", SECRET, NOW)
    henrik = viewer_of(session, centre.account("henrik", Role.OFFICER, department=centre.building))
    with pytest.raises(Unknown):
        seen_handover(session, henrik, handover.public_id)
    assert session.scalars(select(ReadLog)).all() == []
