"""The desk in a real browser: hands stay on the keyboard, what happens elsewhere shows by itself, words are never lost."""

import pytest
from playwright.sync_api import Browser, expect

from helpdesk.contacts.stages import Channel, Reason, Stage
from tests.desk.served import ServedTown, look, publishes, writes

pytestmark = pytest.mark.browser


def test_take_talk_and_close_without_a_mouse(served: ServedTown, chromium: Browser, agent: str) -> None:
    chat = served.arrives(text="Hur går det med mitt bygglov?", topic="Bygglov")
    with served.site.sits_down(chromium, agent) as page:
        page.keyboard.press("F2")
        expect(page.locator(f"#panel-{chat}")).to_be_visible()
        assert f"contact={chat}" in page.url
        expect(page.locator("textarea[data-enter-sends]")).to_be_focused()
        page.keyboard.type("Hej!")
        page.keyboard.press("Shift+Enter")
        page.keyboard.type("Jag tittar efter.")
        page.keyboard.press("Enter")
        page.keyboard.type("Ett ögonblick")
        page.keyboard.press("Enter")
        expect(page.locator(".bub--me:not(.bub--pending)")).to_have_count(2)
        page.keyboard.press("F8")
        expect(page.locator("#errands-0-find")).to_be_focused()
        page.keyboard.type("ansok-bygglov")
        page.keyboard.press("Enter")
        expect(page.locator("#errands-0-reason-0")).to_be_focused()
        assert page.locator("input[name=errands-0-service]:checked").input_value() == "ansok-bygglov"
        page.keyboard.press("4")
        page.keyboard.press("Enter")
        expect(page.get_by_text("No contact is open")).to_be_visible()
    assert served.said(chat)[1:] == ["Hej!\nJag tittar efter.", "Ett ögonblick"]
    assert served.contact(chat).stage is Stage.CLOSED
    errand = served.errand(chat)
    assert (errand.service_id, errand.reason) == (served.centre.permit.id, Reason.HARD_TO_UNDERSTAND)


def test_a_call_by_another_telephone_is_logged_with_seven_keys(
    served: ServedTown, chromium: Browser, agent: str
) -> None:
    with served.site.sits_down(chromium, agent) as page:
        page.keyboard.press("F6")
        expect(page.locator("#errands-0-find")).to_be_focused()
        call = page.locator("#main").get_attribute("data-contact") or ""
        page.keyboard.type("bygg")
        page.keyboard.press("Enter")
        expect(page.locator("#errands-0-reason-0")).to_be_focused()
        page.keyboard.press("1")
        page.keyboard.press("Enter")
        expect(page.get_by_text("No contact is open")).to_be_visible()
    contact = served.contact(call)
    errand = served.errand(call)
    assert (contact.channel, contact.stage, errand.reason) == (Channel.PHONE, Stage.CLOSED, Reason.CASE_STATUS)


def test_a_draft_stays_with_its_contact_and_through_a_reload(served: ServedTown, chromium: Browser, agent: str) -> None:
    first, second = served.arrives(topic="Sopor"), served.arrives(topic="Skolskjuts")
    with served.site.sits_down(chromium, agent) as page:
        page.keyboard.press("F2")
        expect(page.locator(f"#panel-{first}")).to_be_visible()
        page.locator("textarea[data-draft]").fill("Halvfärdig mening")
        page.keyboard.press("F2")
        expect(page.locator(f"#panel-{second}")).to_be_visible()
        expect(page.locator("textarea[data-draft]")).to_have_value("")
        page.keyboard.press("Alt+1")
        expect(page.locator("textarea[data-draft]")).to_have_value("Halvfärdig mening")
        page.reload()
        expect(page.locator("textarea[data-draft]")).to_have_value("Halvfärdig mening")
        look(page)
        writes(page, ".")
        expect(page.locator(".bub--me")).to_contain_text("Halvfärdig mening.")
        page.reload()
        expect(page.locator("textarea[data-draft]")).to_have_value("")


def test_words_to_somebody_a_colleague_has_taken_over_can_become_a_note(
    served: ServedTown, chromium: Browser, agent: str
) -> None:
    chat = served.arrives(topic="Sopor")
    with served.site.sits_down(chromium, agent) as page:
        page.keyboard.press("F2")
        expect(page.locator(f"#panel-{chat}")).to_be_visible()
        page.locator("textarea[data-enter-sends]").fill("Jag har kollat: det går bra.")
        served.gives(chat, served.hires())
        page.locator("textarea[data-enter-sends]").press("Enter")
        expect(page.locator("#unsent-text")).to_have_value("Jag har kollat: det går bra.")
        page.get_by_role("button", name="Save as an inside note").click()
        expect(page.locator("#unsent-text")).to_have_count(0)
        expect(page.locator(f"#panel-{chat} .note")).to_contain_text("Jag har kollat: det går bra.")
    assert served.said(chat) == []


def test_what_is_written_while_the_line_is_cut_goes_when_it_is_back(
    served: ServedTown, chromium: Browser, agent: str
) -> None:
    chat = served.arrives(topic="Sopor")
    with served.site.sits_down(chromium, agent) as page:
        page.keyboard.press("F2")
        expect(page.locator(f"#panel-{chat}")).to_be_visible()
        page.context.set_offline(True)
        writes(page, "Ett")
        writes(page, "Två")
        expect(page.locator(".bub--pending")).to_have_count(2)
        page.context.set_offline(False)
        expect(page.locator(".bub--pending")).to_have_count(0)
        expect(page.locator(".bub--me")).to_have_count(2)
    assert served.said(chat) == ["Ett", "Två"]


def test_what_happens_elsewhere_shows_by_itself_and_typing_goes_on(
    served: ServedTown, chromium: Browser, agent: str
) -> None:
    chat, aino = served.arrives(topic="Sopor"), served.hires()
    with served.site.sits_down(chromium, aino) as other, served.site.sits_down(chromium, agent) as page:
        page.keyboard.press("F2")
        expect(page.locator(f"#panel-{chat}")).to_be_visible()
        page.locator("textarea[data-enter-sends]").press_sequentially("Jag skri")
        more = served.arrives(topic="Gatlampa")
        other.goto("/arbetsyta?lang=en")
        other.keyboard.press("F2")
        expect(other.locator(f"#panel-{more}")).to_be_visible()
        expect(page.locator(f"#row-{more}")).to_have_count(0)
        served.says(chat, "Är du kvar?")
        look(page)
        expect(page.locator(".bub", has_text="Är du kvar?")).to_be_visible()
        expect(page.locator("textarea[data-enter-sends]")).to_have_value("Jag skri")
        expect(page.locator("textarea[data-enter-sends]")).to_be_focused()


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720), (390, 844)])
def test_nothing_has_to_be_scrolled_sideways(
    served: ServedTown, chromium: Browser, agent: str, size: tuple[int, int]
) -> None:
    served.arrives(topic="Ett ganska långt ämne som inte får plats på en rad", language="fi")
    chat = served.arrives(topic="Sopor", text="Hej " * 40)
    served.gives(chat, agent)
    with served.site.sits_down(chromium, agent, size) as page:
        for show in ("talk", "close", "hand_over", "flag", "topic"):
            page.goto(f"/arbetsyta?lang=en&contact={chat}&show={show}")
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), show
            for name in ("Solved", "Hand over to a department", "Flag what hurt"):
                assert page.locator("#panel-ends a", has_text=name).bounding_box()["width"] > 0


def test_a_slash_finds_quick_replies_and_enter_takes_one(served: ServedTown, chromium: Browser, agent: str) -> None:
    served.site.change(lambda session: publishes(session, served))
    chat = served.arrives(topic="Sopor")
    served.gives(chat, agent)
    with served.site.sits_down(chromium, agent) as page:
        field = page.locator("textarea[data-enter-sends]")
        field.press_sequentially("/sophämtning")
        expect(page.locator("#canned [role=option]").first).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.locator("#canned")).to_be_hidden()
        assert field.input_value().startswith("Den som är bortrest kan pausa sophämtningen.")
        field.fill("")
        field.press_sequentially("/sophämtning")
        expect(page.locator("#canned [role=option]").first).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#canned")).to_be_hidden()
        page.keyboard.press("Enter")
        expect(page.locator(".bub--me")).to_contain_text("/sophämtning")
