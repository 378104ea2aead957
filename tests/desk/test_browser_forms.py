"""The desk in a real browser: forms and offers keep while the page lives on, every action has a key, a phone is wide enough."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from helpdesk.clock import now
from helpdesk.contacts.stages import Channel, Stage
from helpdesk.settings import change_setting
from tests.desk.served import ServedTown, look

pytestmark = pytest.mark.browser


def test_a_closing_form_keeps_its_errors_and_what_was_found_when_the_page_changes_under_it(
    served: ServedTown, chromium: Browser, agent: str
) -> None:
    chat = served.arrives(topic="Sopor")
    with served.site.sits_down(chromium, agent) as page:
        page.keyboard.press("F2")
        expect(page.locator(f"#panel-{chat}")).to_be_visible()
        page.keyboard.press("F8")
        page.locator("#errands-0-find").press_sequentially("bygg")
        page.keyboard.press("Enter")
        page.locator("#closing-note").fill("Vi bokade en tid.")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#errands-0-reason-error")).to_be_visible()
        served.says(chat, "Är du kvar?")
        look(page)
        expect(page.locator(".bub", has_text="Är du kvar?")).to_be_attached()
        expect(page.locator("#errands-0-reason-error")).to_be_visible()
        expect(page.locator("#closing-note")).to_have_value("Vi bokade en tid.")
        assert page.locator("input[name=errands-0-service]:checked").input_value() == "ansok-bygglov"
        page.locator("#errands-0-reason-0").check()
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("No contact is open")).to_be_visible()
        expect(page.locator(".toast--danger")).to_have_count(0)
    assert served.contact(chat).stage is Stage.CLOSED


def test_the_form_goes_when_the_contact_is_closed_and_its_wrap_up_begins(
    served: ServedTown, chromium: Browser, agent: str
) -> None:
    served.site.change(lambda session: change_setting(session, "queue.wrap_up_seconds", "60", now()))
    chat = served.arrives(topic="Sopor")
    with served.site.sits_down(chromium, agent) as page:
        page.keyboard.press("F2")
        expect(page.locator(f"#panel-{chat}")).to_be_visible()
        page.keyboard.press("F8")
        page.locator("#errands-0-s-none input").check()
        page.locator("#errands-0-reason-0").check()
        page.keyboard.press("Enter")
        expect(page.locator("#wrap-finish")).to_be_visible()
        expect(page.locator(".ws__form")).to_have_count(0)
    served.site.change(lambda session: change_setting(session, "queue.wrap_up_seconds", "0", now()))


def test_pause_a_note_and_a_hit_have_keys_and_focus_follows(served: ServedTown, chromium: Browser, agent: str) -> None:
    chat = served.arrives(topic="Sopor")
    with served.site.sits_down(chromium, agent) as page:
        page.keyboard.press("Shift+F2")
        expect(page.locator("#desk-state input[value=paused]")).to_be_checked()
        expect(page.locator("#desk-state [data-key]")).to_have_value("available")
        page.keyboard.press("Shift+F2")
        expect(page.locator("#desk-state input[value=available]")).to_be_checked()
        expect(page.locator("#desk-state [data-key]")).to_have_value("paused")
        page.keyboard.press("F2")
        expect(page.locator("textarea[data-enter-sends]")).to_be_focused()
        page.keyboard.type("Ring på fredag.")
        page.keyboard.press("Control+Enter")
        expect(page.locator(f"#panel-{chat} .note")).to_contain_text("Ring på fredag.")
        expect(page.locator("textarea[data-enter-sends]")).to_be_focused()
        page.keyboard.press("F4")
        page.keyboard.type("bygglov")
        page.keyboard.press("Enter")
        expect(page.locator("#know-list mark").first).to_be_visible()
        page.locator("#know-list .svc__t a").first.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#item-title")).to_be_focused()
        page.keyboard.press("F7")
        expect(page.locator(".bub--me a")).to_have_count(1)
        page.keyboard.press("Shift+F8")
        expect(page.locator("#head-go-on button")).to_be_focused()
        page.keyboard.press("Shift+F8")
        expect(page.locator("#head-hold button")).to_be_focused()
        page.keyboard.press("Shift+F9")
        expect(page.locator("#panel-flag select").first).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator("textarea[data-enter-sends]")).to_be_focused()
        page.keyboard.press("F1")
        expect(page.locator("#keys")).to_contain_text("Send the link in the chat")


def test_on_a_phone_the_field_to_write_in_is_never_covered(served: ServedTown, chromium: Browser, agent: str) -> None:
    chat = served.arrives(topic="Sopor", text="Hej " * 400)
    served.gives(chat, agent)
    with served.site.sits_down(chromium, agent, (390, 844)) as page:
        page.goto(f"/arbetsyta?lang=en&contact={chat}")
        reached = "(box) => box.contains(document.elementFromPoint(195, box.getBoundingClientRect().top + 20))"
        for _scroll in range(3):
            assert page.locator("textarea[data-enter-sends]").evaluate(reached)
            page.mouse.wheel(0, 300)


def test_who_is_offered_is_seen_left_to_others_or_taken_with_the_same_key(
    served: ServedTown, chromium: Browser
) -> None:
    agent, needs = served.hires("skill:harbour"), frozenset({"skill:harbour"})
    served.site.change(lambda session: change_setting(session, "queue.offers", "on", now()))
    with served.site.sits_down(chromium, agent) as page:
        first = served.arrives(Channel.WALK_IN, topic="Sopor", needs=needs)
        served.offers(first, agent)
        look(page)
        expect(page.locator(f"#desk-asked-{first}")).to_contain_text("Sopor")
        expect(page.locator("#desk-next")).to_be_hidden()
        expect(page).to_have_title(re.compile("^For you · "))
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        page.get_by_role("button", name="Leave to others").click()
        expect(page.locator(f"#desk-asked-{first}")).to_have_count(0)
        expect(page.locator(f"#row-{first}")).to_be_visible()
        expect(page).to_have_title(re.compile("^Workspace"))
        second = served.arrives(Channel.WALK_IN, topic="Bygglov", needs=needs)
        served.offers(second, agent)
        look(page)
        expect(page.locator(f"#desk-asked-{second}")).to_be_visible()
        page.keyboard.press("F2")
        expect(page.locator(f"#panel-{second}")).to_be_visible()
    assert (served.contact(first).stage, served.contact(second).stage) == (Stage.WAITING, Stage.TALKING)
    served.site.change(lambda session: change_setting(session, "queue.offers", "off", now()))
