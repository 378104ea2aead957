"""The whole road once, as people walk it: three doors, one desk, a department that hears it and answers.

Everything that somebody does is done in a browser, or on a telephone whose network signs what it sends.
"""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from helpdesk.clock import now
from helpdesk.contacts.models import Contact
from helpdesk.contacts.stages import Channel, Reason, Stage
from helpdesk.resolution.rules import ErrandSaid
from tests.town import PHONE, Town, comes_true, sign_in

pytestmark = pytest.mark.browser
KIOSK = {"width": 1080, "height": 1920}
CALLER = "+46701740601"
HARD = ErrandSaid(Reason.HARD_TO_UNDERSTAND, "ansok-bygglov")
TASK = "Neighbour asks for the drawings. Please call her on Tuesday."
WISH = "Say in plain words which drawings belong to the application."


def test_from_three_doors_to_the_departments_answer(chromium: Browser, town: Town) -> None:
    four_came_before_with_the_same_trouble(town)
    with (
        town.visitor(chromium, size=KIOSK) as kiosk,
        town.visitor(chromium, size=PHONE) as citizen,
        town.visitor(chromium) as aino,
    ):
        number = takes_a_number(kiosk)
        call = town.telephones.ring(CALLER, keys="11")
        comes_true(lambda: town.contacts(Contact.channel == Channel.PHONE), "the caller in the queue")
        asks_in_finnish(citizen)

        sign_in(aino, "aino", "/arbetsyta")
        aino.get_by_role("radio", name="Available").check()
        rows = aino.locator("#desk-rows > li")
        expect(rows).to_have_count(3)
        waiting = town.contacts(Contact.stage == Stage.WAITING)
        assert [one.channel for one in waiting] == [Channel.CHAT, Channel.PHONE, Channel.WALK_IN]
        assert [one.get_attribute("id") for one in rows.all()] == [f"row-{one.public_id}" for one in waiting]
        chat, phone, visit = waiting

        takes_next(aino, chat)
        helps_in_the_chat(aino, citizen)
        solves(aino, "Information could not be found")
        expect(citizen.locator("#survey")).to_be_visible()

        takes_next(aino, phone)
        comes_true(lambda: call.room and len(call.room.seats) == 2, "the conference of caller and agent")
        expect(aino.locator("#panel-head")).to_contain_text("connected")
        hands_over(aino)
        comes_true(lambda: call.is_over, "the end of the call")

        takes_next(aino, visit)
        expect(aino.locator("#panel-head h2")).to_have_text(number)
        flags_what_hurt(aino)
        solves(aino, "Hard to understand")
        expect(rows).to_have_count(0)

        with town.visitor(chromium) as eva, town.visitor(chromium) as henrik:
            request = drafts_and_sends(eva)
            answers_the_request(henrik, request)
            answers_the_handover(henrik)
        aino.goto("/arbetsyta")
        expect(aino.get_by_role("heading", name="Answers to what you flagged")).to_be_visible()
        expect(aino.get_by_role("link", name=WISH)).to_have_attribute("href", f"/forbattringar/{request}")
        expect(aino.locator(".news")).to_contain_text("We write a list with pictures.")
    handed = town.contacts(Contact.id == phone.id)[0]
    assert (handed.stage, handed.ended_as.value) == (Stage.CLOSED, "handed_over")
    assert town.telephones.network.complaints == []
    assert town.telephones.twilio.refused == []


def four_came_before_with_the_same_trouble(town: Town) -> None:
    """Let four contacts of yesterday be closed with one cause; a fifth makes it a suggestion."""
    for hours in (26, 25, 24, 23):
        came = now() - timedelta(hours=hours)
        town.solves("maria", town.comes(Channel.MESSAGE, came), HARD, came + timedelta(minutes=9))


def takes_a_number(kiosk: Page) -> str:
    """Take a number at the entrance, in Swedish, as somebody whom every agent understands; return it."""
    kiosk.goto("/kiosk/servicecenter?lang=sv")
    kiosk.locator("button[name=topic][value=building]").click()
    kiosk.locator("form[method=post] button[type=submit]").click()
    return kiosk.locator(".lapp__n").inner_text()


def asks_in_finnish(citizen: Page) -> None:
    """Join the chat's queue with a question in Finnish, on a page in Finnish."""
    citizen.goto("/chatt?lang=fi")
    citizen.locator("#topic").fill("rakennuslupa")
    citizen.locator("#text").fill("Tarvitsenko luvan kasvihuoneelle?")
    citizen.locator("button[form=begin]").click()
    expect(citizen.locator("#place-number")).to_have_text("1")


def takes_next(agent: Page, contact: Contact) -> None:
    """Press the key for whoever is next; it is this contact."""
    expect(agent.locator(f"#row-{contact.public_id} .qrow--next")).to_be_visible()
    agent.keyboard.press("F2")
    expect(agent.locator(f"#panel-{contact.public_id}")).to_be_visible()


def helps_in_the_chat(agent: Page, citizen: Page) -> None:
    """Greet, read on, find the service and send it; every word arrives while both look on."""
    expect(agent.locator("#log-messages")).to_contain_text("Tarvitsenko luvan kasvihuoneelle?")
    agent.locator("[data-draft]").fill("Hei! Minkä kokoinen se on?")
    agent.keyboard.press("Enter")
    expect(citizen.locator("#log")).to_contain_text("Minkä kokoinen")
    citizen.locator("#words").fill("Kymmenen neliötä.")
    citizen.locator("#words").press("Enter")
    expect(agent.locator("#log-messages")).to_contain_text("Kymmenen neliötä.")
    agent.keyboard.press("F4")
    agent.keyboard.type("lov för att bygga")
    hit = agent.locator("#hit-service-ansok-bygglov")
    expect(hit).to_be_visible()
    hit.get_by_role("link").click()
    agent.locator("#do-service-ansok-bygglov").get_by_role("button", name="Send the link in the chat").click()
    expect(citizen.locator("#log .svc a[href$='/e-tjanster/ansok-bygglov']")).to_be_visible()


def solves(agent: Page, why: str) -> None:
    """Close the open contact with the service that was found and one reason, and end its wrap-up."""
    agent.keyboard.press("F8")
    form = agent.locator("form[data-closing]")
    form.locator("input[value=ansok-bygglov]").check()
    form.get_by_role("radio", name=why).check()
    form.get_by_role("button", name="Close the contact").last.click()
    expect(agent.get_by_role("heading", name="Wrap-up")).to_be_visible()
    agent.keyboard.press("F8")
    expect(agent.get_by_text("No contact is open")).to_be_visible()


def hands_over(agent: Page) -> None:
    """Hand the open contact over to the building department."""
    agent.keyboard.press("F9")
    form = agent.locator("form[data-closing]")
    form.get_by_label("Department", exact=True).select_option("bygg")
    form.get_by_label("What the department must know and do").fill(TASK)
    form.get_by_role("radio", name="Something else").check()
    form.get_by_role("button", name="Hand over").last.click()
    expect(agent.get_by_text("No contact is open")).to_be_visible()


def flags_what_hurt(agent: Page) -> None:
    """Flag a pain point in the open contact."""
    agent.keyboard.press("Shift+F9")
    form = agent.locator(".flag-form")
    form.get_by_label("What hurt?").select_option("hard_to_understand")
    form.get_by_label("About which service?").select_option("ansok-bygglov")
    form.get_by_label("In the citizen's own words").fill("Which drawings do you mean?")
    form.get_by_role("button", name="Flag what hurt").click()
    expect(agent.locator(".flag-form")).to_have_count(0)


def drafts_and_sends(improver: Page) -> str:
    """Make a change request of the cause that five contacts have now; return its number."""
    sign_in(improver, "eva", "/forbattringar")
    row = improver.get_by_role("row").filter(has_text="Hard to understand")
    expect(row.get_by_role("cell").nth(1)).to_have_text("5")
    row.get_by_role("link", name="Draft a change request").click()
    improver.get_by_label("Title").fill(WISH)
    improver.get_by_label("What hurts, and what would help").fill("People bring the wrong drawings, and come twice.")
    improver.get_by_label("Who leads it").select_option("bygg")
    improver.get_by_role("button", name="Save the draft").click()
    improver.get_by_role("button", name="Send to the department").click()
    expect(improver.get_by_role("list", name="Steps")).to_be_visible()
    return improver.url.rsplit("/", 1)[1]


def answers_the_request(officer: Page, number: str) -> None:
    """Find the request on the board with its measured demand, and write the department's first answer."""
    sign_in(officer, "henrik", "/forbattringar")
    officer.get_by_role("link", name=WISH).click()
    officer.wait_for_url(f"**/forbattringar/{number}")
    demand = officer.get_by_role("region", name="Measured demand")
    expect(demand.locator("dl dd").first).to_have_text("5")
    officer.get_by_label("Write in the thread").fill("We write a list with pictures.")
    officer.get_by_role("button", name="Send").click()
    expect(officer.get_by_text("answered", exact=True)).to_be_visible()


def answers_the_handover(officer: Page) -> None:
    """Answer what the agent handed over."""
    officer.get_by_role("link", name="Handovers").click()
    officer.get_by_role("link", name=TASK[:40]).click()
    officer.get_by_label("Answer the service centre").fill("I called her this morning.")
    officer.get_by_role("button", name="Send the answer").click()
    expect(officer.get_by_role("region", name="Answers")).to_contain_text("I called her this morning.")
