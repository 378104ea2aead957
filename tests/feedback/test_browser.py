"""The road back in a real browser: nothing runs over the edge on a phone, and the whole way from flag to answer is walked."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from sqlalchemy import select

from helpdesk.clock import now
from helpdesk.contacts.models import Contact, Errand
from helpdesk.contacts.stages import Channel, Reason, Stage
from helpdesk.feedback.actions import Cause, Draft, Move, draft, move
from helpdesk.feedback.flags import Flag, flag
from helpdesk.feedback.models import RequestState
from helpdesk.people.models import Account
from helpdesk.people.queries import viewer_of
from knowledge.models import Service
from tests.builders import PASSWORD
from tests.channels.walk_in.website import Website, running

pytestmark = pytest.mark.browser
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
Opens = Callable[..., Page]


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Website]:
    """The program with six closed contacts about one cause, one of them flagged by the agent."""
    with running(tmp_path) as website:
        with website.database.transaction() as session:
            at = now() - timedelta(days=1)
            service = session.scalars(select(Service).where(Service.slug == "ansok-bygglov")).one()
            account = session.scalars(select(Account).where(Account.email == "agent@kommunen.example")).one()
            door = session.scalars(select(Contact.door_id)).first() or 1
            for n in range(6):
                contact = Contact(
                    number=f"K26{n:06d}", door_id=door, channel=Channel.CHAT, stage=Stage.CLOSED,
                    closed_at=at, arrived_at=at, due_at=at, ready_at=at,
                )  # fmt: skip
                session.add(contact)
                session.flush()
                session.add(
                    Errand(
                        contact_id=contact.id,
                        n=1,
                        service_id=service.id,
                        reason=Reason.CASE_STATUS,
                        seconds=600,
                        closed_at=at,
                    )
                )
                session.flush()
            flag(session, viewer_of(session, account), contact.public_id, Flag(Reason.CASE_STATUS, service.slug), at)
        yield website


@pytest.fixture
def opens(chromium: Browser, web: Website) -> Iterator[Opens]:
    """Let somebody sign in and open a page. What goes wrong in a script or against the policy fails the test."""
    wrong: list[str] = []
    contexts = []

    def noted(said: ConsoleMessage) -> None:
        if said.type == "error" and "Failed to load resource" not in said.text:
            wrong.append(said.text)

    def go(who: str, path: str, size: dict[str, int]) -> Page:
        context = chromium.new_context(viewport=size)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", noted)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(f"{web.address}/logga-in?lang=en&next={path}")
        page.fill("#email", f"{who}@kommunen.example")
        page.fill("#password", PASSWORD)
        with page.expect_navigation():
            page.press("#password", "Enter")
        return page

    yield go
    for context in contexts:
        context.close()
    assert wrong == []


def test_from_a_suggestion_to_the_answer_with_the_keyboard_and_back_to_the_agent(opens: Opens) -> None:
    eva = opens("improver", "/forbattringar", DESK)
    eva.get_by_role("link", name="Draft a change request").first.press("Enter")
    eva.get_by_label("Title").fill("Show where the case is")
    eva.get_by_label("What hurts, and what would help").fill("People call to hear whether anything happens.")
    eva.get_by_label("Who leads it").select_option("bygg")
    eva.get_by_role("button", name="Save the draft").press("Enter")
    expect(eva.get_by_role("heading", level=1)).to_have_text("Show where the case is")
    eva.get_by_role("button", name="Send to the department").press("Enter")
    expect(eva.locator(".steps [aria-current=step]")).to_contain_text("New")
    path = eva.url.removeprefix(eva.evaluate("location.origin"))

    henrik = opens("officer", path, PHONE)
    expect(henrik.locator("section[aria-labelledby=demand]")).to_contain_text("6")
    henrik.get_by_label("Write in the thread").fill("We show three things from May.")
    henrik.get_by_role("button", name="Send", exact=True).click()
    expect(henrik.locator(".thread")).to_contain_text("We show three things from May.")
    henrik.get_by_role("button", name="Take up for assessment").click()
    henrik.get_by_role("button", name="Decline").click()
    expect(henrik.get_by_role("alert")).to_contain_text("Say why, in a sentence.")

    ida = opens("agent", "/forbattringar", DESK)
    expect(ida.get_by_role("region", name="Answers to what you flagged")).to_contain_text("We show three things")
    ida.get_by_role("button", name="I have read them").click()
    expect(ida.get_by_role("region", name="Answers to what you flagged")).to_have_count(0)


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("improver", "/forbattringar"),
        ("improver", "/forbattringar/nytt"),
        ("officer", "/overlamningar"),
        ("board-reader", "/resultat"),
    ],
)
def test_nothing_runs_over_the_edge_of_a_phone(opens: Opens, who: str, path: str) -> None:
    page = opens(who, path, PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.get_by_role("heading", level=1).count() == 1


def test_the_board_follows_what_others_do_to_a_request(opens: Opens, web: Website) -> None:
    with web.database.transaction() as session:
        account = session.scalars(select(Account).where(Account.email == "improver@kommunen.example")).one()
        eva, at = viewer_of(session, account), now()
        cause = Cause("ansok-bygglov", Reason.CASE_STATUS)
        number = draft(session, eva, Draft("Show where the case is", "People call.", "bygg", (cause,)), at).number
    page = opens("improver", "/forbattringar", DESK)
    expect(page.locator(f".drafts #request-{number}")).to_be_visible()
    page.locator("#state").select_option("planned")
    with web.database.transaction() as session:
        move(session, eva, number, Move(RequestState.NEW), at)
    page.evaluate("live.askAll()")
    expect(page.locator(f"[aria-labelledby=col-new] #request-{number}")).to_be_visible()
    expect(page.locator(f"#request-{number}")).to_have_count(1)
    expect(page.locator("#state")).to_have_value("planned")
