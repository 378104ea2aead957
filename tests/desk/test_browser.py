"""The desk in a real browser: hands stay on the keyboard, what happens elsewhere shows by itself, words are never lost."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.channels.arrival import Arrival, arrive
from helpdesk.clock import now
from helpdesk.contacts.actions import CITIZEN, Words, say
from helpdesk.contacts.models import Contact, Errand, Message
from helpdesk.contacts.stages import Author, Channel, Reason, Stage
from helpdesk.queue.actions import take
from helpdesk.queue.assignments import release
from helpdesk.queue.models import Agent
from helpdesk.settings import change_setting
from knowledge.library import ArticleText, LibraryVersion, publish
from knowledge.sections import SectionText
from knowledge.values import Lang
from tests.browser import Site
from tests.builders import Centre

pytestmark = pytest.mark.browser


class Town:
    """A served service centre with two agents and people at its doors."""

    def __init__(self, served: Site) -> None:
        self.site = served
        self.hired = 0
        with served.database.transaction() as session:
            self.centre = Centre(session, now() - timedelta(minutes=1))
            session.merge(LibraryVersion(id=1, n=1))
            change_setting(session, "queue.wrap_up_seconds", "0", now())

    def hires(self) -> str:
        """Let one more agent begin; return their name."""
        self.hired += 1

        def hire(session: Session) -> str:
            self.centre.session = session
            return self.centre.agent(f"agent{self.hired}").name.split()[0].lower()

        return self.site.change(hire)

    def gives(self, public_id: str, name: str) -> None:
        """Let an agent take a contact; whoever has it puts it back first."""

        def give(session: Session) -> None:
            contact = self.contact(public_id)
            if contact.agent_id is not None:
                release(session, contact.agent_id, public_id, now())
            agent_id = session.scalars(select(Agent.id).where(Agent.name.ilike(f"{name} %"))).one()
            take(session, agent_id, public_id, now())

        self.site.change(give)

    def arrives(self, channel=Channel.CHAT, **more):
        """Let a citizen come in; return the contact's public id."""
        arrival = Arrival(self.centre.doors[channel], **more)
        return self.site.change(lambda session: arrive(session, arrival, now()).public_id)

    def says(self, public_id, text):
        """Let the citizen say something. A page of another process hears of it at its next look."""
        self.site.change(
            lambda session: say(session, self.contact(public_id).id, Words(Author.CITIZEN, text), CITIZEN, now())
        )

    def contact(self, public_id):
        """Return a contact as it is now."""
        with self.site.database.reading() as session:
            return session.scalars(select(Contact).where(Contact.public_id == public_id)).one()

    def said(self, public_id):
        """Return what was said, in order."""
        with self.site.database.reading() as session:
            wanted = Message.contact_id == self.contact(public_id).id
            return list(session.scalars(select(Message.text).where(wanted).order_by(Message.seq)))

    def errand(self, public_id):
        """Return the one errand of a contact."""
        with self.site.database.reading() as session:
            return session.scalars(select(Errand).where(Errand.contact_id == self.contact(public_id).id)).one()


@pytest.fixture(scope="module")
def town(site: Site) -> Town:
    """The service centre."""
    return Town(site)


@pytest.fixture
def maria(town: Town) -> str:
    """An agent who has nothing yet."""
    return town.hires()


def writes(page: Page, text: str) -> None:
    """Type into the field for the citizen, and send with Enter."""
    page.locator("textarea[data-enter-sends]").press_sequentially(text)
    page.keyboard.press("Enter")


def look(page: Page) -> None:
    """Let the page ask how things are, as it does by itself when it hears a hint."""
    page.evaluate("live.askAll()")


def test_take_talk_and_close_without_a_mouse(town: Town, chromium: Browser, maria: str) -> None:
    chat = town.arrives(text="Hur går det med mitt bygglov?", topic="Bygglov")
    with town.site.sits_down(chromium, maria) as page:
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
    assert town.said(chat)[1:] == ["Hej!\nJag tittar efter.", "Ett ögonblick"]
    assert town.contact(chat).stage is Stage.CLOSED
    errand = town.errand(chat)
    assert (errand.service_id, errand.reason) == (town.centre.permit.id, Reason.HARD_TO_UNDERSTAND)


def test_a_call_by_another_telephone_is_logged_with_seven_keys(town: Town, chromium: Browser, maria: str) -> None:
    with town.site.sits_down(chromium, maria) as page:
        page.keyboard.press("F6")
        expect(page.locator("#errands-0-find")).to_be_focused()
        call = page.locator("#main").get_attribute("data-contact") or ""
        page.keyboard.type("bygg")
        page.keyboard.press("Enter")
        expect(page.locator("#errands-0-reason-0")).to_be_focused()
        page.keyboard.press("1")
        page.keyboard.press("Enter")
        expect(page.get_by_text("No contact is open")).to_be_visible()
    contact = town.contact(call)
    errand = town.errand(call)
    assert (contact.channel, contact.stage, errand.reason) == (Channel.PHONE, Stage.CLOSED, Reason.CASE_STATUS)


def test_a_draft_stays_with_its_contact_and_through_a_reload(town: Town, chromium: Browser, maria: str) -> None:
    first, second = town.arrives(topic="Sopor"), town.arrives(topic="Skolskjuts")
    with town.site.sits_down(chromium, maria) as page:
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
    town: Town, chromium: Browser, maria: str
) -> None:
    chat = town.arrives(topic="Sopor")
    with town.site.sits_down(chromium, maria) as page:
        page.keyboard.press("F2")
        expect(page.locator(f"#panel-{chat}")).to_be_visible()
        page.locator("textarea[data-enter-sends]").fill("Jag har kollat: det går bra.")
        town.gives(chat, town.hires())
        page.locator("textarea[data-enter-sends]").press("Enter")
        expect(page.locator("#unsent-text")).to_have_value("Jag har kollat: det går bra.")
        page.get_by_role("button", name="Save as an inside note").click()
        expect(page.locator("#unsent-text")).to_have_count(0)
        expect(page.locator(f"#panel-{chat} .note")).to_contain_text("Jag har kollat: det går bra.")
    assert town.said(chat) == []


def test_what_is_written_while_the_line_is_cut_goes_when_it_is_back(town: Town, chromium: Browser, maria: str) -> None:
    chat = town.arrives(topic="Sopor")
    with town.site.sits_down(chromium, maria) as page:
        page.keyboard.press("F2")
        expect(page.locator(f"#panel-{chat}")).to_be_visible()
        page.context.set_offline(True)
        writes(page, "Ett")
        writes(page, "Två")
        expect(page.locator(".bub--pending")).to_have_count(2)
        page.context.set_offline(False)
        expect(page.locator(".bub--pending")).to_have_count(0)
        expect(page.locator(".bub--me")).to_have_count(2)
    assert town.said(chat) == ["Ett", "Två"]


def test_what_happens_elsewhere_shows_by_itself_and_typing_goes_on(town: Town, chromium: Browser, maria: str) -> None:
    chat, aino = town.arrives(topic="Sopor"), town.hires()
    with town.site.sits_down(chromium, aino) as other, town.site.sits_down(chromium, maria) as page:
        page.keyboard.press("F2")
        expect(page.locator(f"#panel-{chat}")).to_be_visible()
        page.locator("textarea[data-enter-sends]").press_sequentially("Jag skri")
        more = town.arrives(topic="Gatlampa")
        other.goto("/arbetsyta?lang=en")
        other.keyboard.press("F2")
        expect(other.locator(f"#panel-{more}")).to_be_visible()
        expect(page.locator(f"#row-{more}")).to_have_count(0)
        town.says(chat, "Är du kvar?")
        look(page)
        expect(page.locator(".bub", has_text="Är du kvar?")).to_be_visible()
        expect(page.locator("textarea[data-enter-sends]")).to_have_value("Jag skri")
        expect(page.locator("textarea[data-enter-sends]")).to_be_focused()


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720), (390, 844)])
def test_nothing_has_to_be_scrolled_sideways(town: Town, chromium: Browser, maria: str, size: tuple[int, int]) -> None:
    town.arrives(topic="Ett ganska långt ämne som inte får plats på en rad", language="fi")
    chat = town.arrives(topic="Sopor", text="Hej " * 40)
    town.gives(chat, maria)
    with town.site.sits_down(chromium, maria, size) as page:
        for show in ("talk", "close", "hand_over", "flag", "topic"):
            page.goto(f"/arbetsyta?lang=en&contact={chat}&show={show}")
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), show
            for name in ("Solved", "Hand over to a department", "Flag what hurt"):
                assert page.locator("#panel-ends a", has_text=name).bounding_box()["width"] > 0


def test_a_slash_finds_quick_replies_and_enter_takes_one(town: Town, chromium: Browser, maria: str) -> None:
    town.site.change(lambda session: publishes(session, town))
    chat = town.arrives(topic="Sopor")
    town.gives(chat, maria)
    with town.site.sits_down(chromium, maria) as page:
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


def publishes(session: Session, town: Town) -> None:
    """Publish an answer about waste."""
    publish(
        session,
        ArticleText(
            slug="kb-uppehall",
            lang=Lang.SV,
            title="Pausa sophämtningen",
            department=town.centre.building,
            sections=[SectionText("", "Den som är bortrest kan pausa sophämtningen.")],
        ),
        now(),
    )


def test_a_closing_form_keeps_its_errors_and_what_was_found_when_the_page_changes_under_it(
    town: Town, chromium: Browser, maria: str
) -> None:
    chat = town.arrives(topic="Sopor")
    with town.site.sits_down(chromium, maria) as page:
        page.keyboard.press("F2")
        expect(page.locator(f"#panel-{chat}")).to_be_visible()
        page.keyboard.press("F8")
        page.locator("#errands-0-find").press_sequentially("bygg")
        page.keyboard.press("Enter")
        page.locator("#closing-note").fill("Vi bokade en tid.")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#errands-0-reason-error")).to_be_visible()
        town.says(chat, "Är du kvar?")
        look(page)
        expect(page.locator(".bub", has_text="Är du kvar?")).to_be_attached()
        expect(page.locator("#errands-0-reason-error")).to_be_visible()
        expect(page.locator("#closing-note")).to_have_value("Vi bokade en tid.")
        assert page.locator("input[name=errands-0-service]:checked").input_value() == "ansok-bygglov"
        page.locator("#errands-0-reason-0").check()
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("No contact is open")).to_be_visible()
        expect(page.locator(".toast--danger")).to_have_count(0)
    assert town.contact(chat).stage is Stage.CLOSED


def test_the_form_goes_when_the_contact_is_closed_and_its_wrap_up_begins(
    town: Town, chromium: Browser, maria: str
) -> None:
    town.site.change(lambda session: change_setting(session, "queue.wrap_up_seconds", "60", now()))
    chat = town.arrives(topic="Sopor")
    with town.site.sits_down(chromium, maria) as page:
        page.keyboard.press("F2")
        expect(page.locator(f"#panel-{chat}")).to_be_visible()
        page.keyboard.press("F8")
        page.locator("#errands-0-s-none input").check()
        page.locator("#errands-0-reason-0").check()
        page.keyboard.press("Enter")
        expect(page.locator("#wrap-finish")).to_be_visible()
        expect(page.locator(".ws__form")).to_have_count(0)
    town.site.change(lambda session: change_setting(session, "queue.wrap_up_seconds", "0", now()))


def test_pause_a_note_and_a_hit_have_keys_and_focus_follows(town: Town, chromium: Browser, maria: str) -> None:
    chat = town.arrives(topic="Sopor")
    with town.site.sits_down(chromium, maria) as page:
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


def test_on_a_phone_the_field_to_write_in_is_never_covered(town: Town, chromium: Browser, maria: str) -> None:
    chat = town.arrives(topic="Sopor", text="Hej " * 400)
    town.gives(chat, maria)
    with town.site.sits_down(chromium, maria, (390, 844)) as page:
        page.goto(f"/arbetsyta?lang=en&contact={chat}")
        reached = "(box) => box.contains(document.elementFromPoint(195, box.getBoundingClientRect().top + 20))"
        for _scroll in range(3):
            assert page.locator("textarea[data-enter-sends]").evaluate(reached)
            page.mouse.wheel(0, 300)
