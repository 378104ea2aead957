"""The chat in a real browser on a phone: a line that is cut, a page that is loaded anew, a server that is killed."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.channels.chat.house import House

pytestmark = pytest.mark.browser
CHROMIUM = Path("/usr/bin/chromium")
PHONE = {"width": 390, "height": 844}
SOLVED = {"outcome": "solved", "errands": [{"reason": "other"}]}
IDENTITY = "19900101-9802"


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """A served service centre."""
    with House() as found:
        yield found


@pytest.fixture
def phone(chromium: Browser, house: House) -> Iterator[BrowserContext]:
    """A citizen's phone, in English."""
    context = chromium.new_context(viewport=PHONE, locale="en-GB", base_url=house.desk.url)
    yield context
    context.close()


@pytest.fixture
def page(phone: BrowserContext) -> Iterator[Page]:
    """The chat's page on it; at the end nothing may have gone wrong in its scripts."""
    one = phone.new_page()
    wrong: list[str] = []
    one.on("pageerror", lambda error: wrong.append(str(error)))
    one.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
    one.goto("/chatt?lang=en")
    yield one
    assert wrong == []


def joins(page: Page, topic: str = "bygglov", text: str = "") -> str:
    """Join the queue; return the contact."""
    page.get_by_label("What is your question about?").fill(topic)
    if text:
        page.get_by_label(re.compile("Your question")).fill(text)
    page.get_by_role("button", name="Join the queue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are in the queue")
    contact: str = page.evaluate("JSON.parse(localStorage.getItem('chat.conversation')).contact")
    return contact


def writes(page: Page, text: str) -> None:
    """Write and send a message."""
    page.get_by_label("Write a message").fill(text)
    page.keyboard.press("Enter")


def said(page: Page) -> list[str]:
    """Return the messages on the page in order, without those that wait to be sent."""
    return page.locator("#log .bub:not(.bub--pending) .bub__t").all_inner_texts()


def test_from_the_queue_to_the_answers_with_a_line_that_is_cut(page: Page, phone: BrowserContext, house: House) -> None:
    agent = house.agent()
    page.get_by_label("What is your question about?").fill("bygglov")
    expect(page.get_by_role("link", name="ansok-bygglov")).to_be_visible()
    contact = joins(page, text="Behöver jag bygglov?")
    expect(page.locator("#place-number")).to_have_text(re.compile(r"\d"))
    agent.post(f"/contacts/{contact}/take")
    expect(page.get_by_role("heading", level=1)).to_have_text("Agent")
    agent.post(f"/contacts/{contact}/messages", {"text": "Hej! Vad ska du bygga?", "client_id": "1"})
    expect(page.locator("#log .bub")).to_have_count(2)

    phone.set_offline(True)
    expect(page.get_by_text("You are not connected.")).to_be_visible()
    writes(page, "Ett växthus.")
    writes(page, "Tio kvadratmeter.")
    expect(page.locator(".bub--pending")).to_have_count(2)
    agent.post(f"/contacts/{contact}/messages", {"text": "Är du kvar?", "client_id": "2"})
    phone.set_offline(False)
    expect(page.get_by_text("You are not connected.")).to_be_hidden()
    expect(page.locator("#log .bub:not(.bub--pending)")).to_have_count(5)
    everything = ["Behöver jag bygglov?", "Hej! Vad ska du bygga?", "Är du kvar?", "Ett växthus.", "Tio kvadratmeter."]
    assert said(page) == everything

    page.get_by_label("Write a message").fill("halvfärdig mening")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Agent")
    expect(page.locator("#log .bub")).to_have_count(5)
    assert said(page) == everything
    expect(page.get_by_label("Write a message")).to_have_value("halvfärdig mening")
    page.get_by_label("Write a message").fill("")

    agent.post(f"/contacts/{contact}/resolve", SOLVED)
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you for chatting")
    with page.expect_download() as kept:
        page.get_by_role("button", name="Download").click()
    assert "Ett växthus." in Path(kept.value.path()).read_text(encoding="utf-8")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you for chatting")
    expect(page.locator("#kept .bub")).to_have_count(5)
    page.get_by_role("group", name="How were you treated?").get_by_role("radio").nth(4).check()
    page.get_by_role("button", name="Send the answers").click()
    expect(page.get_by_text("Thank you for your answers.")).to_be_visible()
    there = agent.get(f"/contacts/{contact}")
    assert [one["text"] for one in there["messages"]] == everything
    page.get_by_role("button", name="Begin a new conversation", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Chat with us")


def test_a_killed_server_loses_no_word_and_the_next_tab_asks_whose_it_is(
    page: Page, phone: BrowserContext, house: House
) -> None:
    agent = house.agent()
    contact = joins(page)
    writes(page, "ett")
    expect(page.locator("#log .bub:not(.bub--pending)")).to_have_count(1)
    house.desk.kill_server()
    writes(page, "två")
    expect(page.get_by_text("You are not connected.")).to_be_visible()
    house.desk.start()
    page.get_by_role("button", name="Try now").click()
    expect(page.locator("#log .bub:not(.bub--pending)")).to_have_count(2, timeout=20_000)
    assert [one["text"] for one in agent.get(f"/contacts/{contact}")["messages"]] == ["ett", "två"]

    other = phone.new_page()
    other.goto("/chatt?lang=en")
    expect(other.get_by_text("On this device a conversation goes on")).to_be_visible()
    expect(other.get_by_text("ett", exact=True)).to_have_count(0)
    other.get_by_role("button", name="Go on with it").click()
    expect(other.locator("#log .bub")).to_have_count(2)
    writes(other, "tre")
    expect(page.locator("#log .bub")).to_have_count(3)
    other.get_by_role("button", name="End the chat").click()
    other.get_by_role("dialog").get_by_role("button", name="End the chat").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("You have left the chat")
    expect(page.get_by_role("heading", level=1)).to_have_text("You have left the chat")
    expect(page.get_by_text("How were you treated?")).to_be_hidden()


def test_an_identity_number_is_caught_before_it_is_sent(page: Page, house: House) -> None:
    contact = joins(page)
    writes(page, f"Jag är {IDENTITY}")
    expect(page.get_by_text("This looks like a personal identity number.")).to_be_visible()
    expect(page.locator("#log .bub")).to_have_count(0)
    page.get_by_role("button", name="Change the text").click()
    expect(page.get_by_label("Write a message")).to_be_focused()
    page.get_by_label("Write a message").fill("Jag är Eva, tel 070-174 06 11")
    page.keyboard.press("Enter")
    expect(page.locator("#log .bub:not(.bub--pending)")).to_have_count(1)
    writes(page, f"Jo: {IDENTITY}")
    page.get_by_role("button", name="Send anyway").click()
    expect(page.locator("#log .bub:not(.bub--pending)")).to_have_count(2)
    assert "9802" not in said(page)[1]
    assert "9802" not in house.agent().get(f"/contacts/{contact}")["messages"][1]["text"]


def test_the_whole_page_by_keyboard_and_within_a_narrow_screen(page: Page, house: House) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_label("What is your question about?").focus()
    page.keyboard.type("sopor")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").strip() == "Join the queue":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are in the queue")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
