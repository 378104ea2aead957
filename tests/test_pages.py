"""Every page of the program, in light and dark: nothing that axe finds, one heading, nothing wider than the screen.

The citizens' pages are looked at on a telephone too. On the main pages the keyboard reaches everything, and shows where it is.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect

from helpdesk.app import create_app
from helpdesk.clock import now
from helpdesk.config import Config
from helpdesk.contacts.stages import Reason
from helpdesk.resolution.rules import ErrandSaid
from tests.scene import Scene
from tests.town import DESK, PHONE, Town, sign_in

pytestmark = pytest.mark.browser
EVERYTHING = {"resultTypes": ["violations"]}
COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}
"""The rules that depend on light or dark."""
SCREEN = {"width": 1080, "height": 1920}
TELEVISION = {"width": 1920, "height": 1080}


@dataclass(frozen=True)
class Shown:
    """A page to look at: who looks (None: a citizen), the address with words of :class:`Scene`, and on what screens."""

    address: str
    who: str | None = None
    sizes: tuple[dict[str, int], ...] = (DESK,)
    lang: str = "en"

    def __str__(self) -> str:
        return f"{self.who or 'citizen'}:{self.address}"


BOTH = (DESK, PHONE)
CITIZENS = [
    Shown(address, sizes=BOTH)
    for address in (
        "/",
        "/e-tjanster",
        "/e-tjanster?q=bygglov",
        "/e-tjanster?q=xyzzy",
        "/e-tjanster/ansok-bygglov",
        "/svar/kb-bygglov",
        "/tillganglighet",
        "/sa-gjorde-vi",
        "/chatt",
        "/chatt/meddelande",
        "/lapp/{ticket}",
        "/lapp/{turn}",
        "/lapp/{ticket}/sen",
        "/lapp/{ticket}/utskrift",
        "/logga-in",
        "/demo/tjanst/ansok-bygglov",
        "/nowhere",
    )
] + [
    Shown("/kiosk/servicecenter?lang=en", sizes=(SCREEN, DESK)),
    Shown("/kiosk/servicecenter?lang=ar", sizes=(SCREEN,)),
    Shown("/kiosk/servicecenter/behov?topic=booked&lang=en", sizes=(SCREEN, DESK)),
    Shown("/kiosk/servicecenter/lapp/{ticket}?lang=en", sizes=(SCREEN, DESK)),
    Shown("/kiosk/servicecenter/oppna", sizes=(SCREEN,)),
    Shown("/skarm/servicecenter", sizes=(TELEVISION,)),
]
STAFF = [
    Shown(address, who)
    for who, address in (
        ("maria", "/arbetsyta?contact={chat}"),
        ("maria", "/arbetsyta?contact={chat}&q=bygglov&item=service:ansok-bygglov"),
        ("maria", "/arbetsyta?contact={chat}&q=bygglov&item=article:kb-bygglov"),
        ("maria", "/arbetsyta?contact={chat}&q=xyzzy"),
        ("maria", "/arbetsyta?contact={chat}&q=bygglov&show=close"),
        ("maria", "/arbetsyta?contact={chat}&show=hand_over"),
        ("maria", "/arbetsyta?contact={chat}&show=flag"),
        ("maria", "/arbetsyta?contact={chat}&show=topic"),
        ("maria", "/arbetsyta?contact={wrapped}"),
        ("maria", "/arbetsyta?fits=1"),
        ("aino", "/arbetsyta"),
        ("aino", "/arbetsyta?contact={call}&show=close"),
        ("samira", "/arbetsyta"),
        ("samira", "/arbetsyta?contact={visit}&show=close"),
        ("samira", "/mottagning"),
        ("jonas", "/arbetsyta"),
        ("jonas", "/losenord"),
        ("jonas", "/start"),
        ("eva", "/forbattringar"),
        ("eva", "/forbattringar?shape=table"),
        ("eva", "/forbattringar?department=vatten-avfall"),
        ("eva", "/forbattringar/nytt?service=ansok-bygglov&reason=hard_to_understand"),
        ("eva", "/forbattringar/{unsent}"),
        ("eva", "/forbattringar/{sent}"),
        ("eva", "/administration"),
        ("henrik", "/forbattringar"),
        ("henrik", "/forbattringar/{sent}"),
        ("henrik", "/overlamningar"),
        ("henrik", "/overlamningar/{handover}"),
        ("henrik", "/overlamningar/{answered}"),
        ("anna", "/resultat"),
        ("anna", "/arbetsyta"),
        ("admin", "/administration"),
        ("admin", "/administration/installningar"),
        ("admin", "/administration/konton"),
    )
]
EVERY = CITIZENS + STAFF


class Eyes:
    """The served town with its morning, and a browser window for each person who looks."""

    def __init__(self, town: Town, chromium: Browser, opened: ExitStack) -> None:
        self.town, self.chromium, self.opened = town, chromium, opened
        self.scene = Scene(town, now())
        self.pages: dict[str | None, Page] = {}

    def page(self, who: str | None) -> Page:
        """Return somebody's window, signed in."""
        if who not in self.pages:
            page = self.pages[who] = self.opened.enter_context(self.town.visitor(self.chromium))
            if who is not None:
                sign_in(page, who, "/losenord")
        return self.pages[who]

    def opens(self, shown: Shown) -> Page:
        """Open a page in its first size."""
        page = self.page(shown.who)
        page.set_viewport_size(shown.sizes[0])  # type: ignore[arg-type]
        page.goto(shown.address.format(**self.scene.places))
        return page

    def look(self, page: Page, sizes: tuple[dict[str, int], ...]) -> list[str]:
        """Return what is wrong with an open page on screens of these sizes, in light and in dark."""
        wrong = [f"{page.locator('h1').count()} headings of the first level"] if page.locator("h1").count() != 1 else []
        if not page.title() or page.locator("html").get_attribute("lang") not in ("sv", "fi", "en"):
            wrong.append(f"title {page.title()!r}, language {page.locator('html').get_attribute('lang')}")
        page.evaluate(AXE_SCRIPT)
        for size in sizes:
            page.set_viewport_size(size)  # type: ignore[arg-type]
            wrong += found(page, f"{size['width']} light", EVERYTHING)
            page.emulate_media(color_scheme="dark")
            wrong += found(page, f"{size['width']} dark", COLOURS)
            page.emulate_media(color_scheme="light")
            if wide := page.evaluate(WIDER):
                wrong.append(f"{size['width']}: wider than the screen: {wide}")
        return wrong


def found(page: Page, where: str, options: Mapping[str, object]) -> list[str]:
    """Return what axe finds, a line for each element."""
    return [
        f"{where}: {one['id']}: {' '.join(map(str, node['target']))}: {why(node)}"
        for one in page.evaluate("(options) => axe.run(options)", options)["violations"]
        for node in one["nodes"]
    ]


def why(node: dict[str, object]) -> str:
    """Return what axe says of an element."""
    checks = [*node["any"], *node["all"], *node["none"]]  # type: ignore[misc]
    return "; ".join(one["message"] for one in checks)[:200]


WIDER = """() => {
  const wide = document.documentElement.clientWidth
  if (document.documentElement.scrollWidth <= wide) return ""
  const far = [...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > wide + 1)
  return far.slice(0, 3).map((one) => one.outerHTML.slice(0, 90)).join(" | ") || "the page"
}"""


@pytest.fixture(scope="module")
def eyes(chromium: Browser) -> Iterator[Eyes]:
    """The town in the demo's clothes, so that its own pages are looked at too."""
    with Town(None, {"HELPDESK_DEMO": "1"}) as town, ExitStack() as opened:
        yield Eyes(town, chromium, opened)


@pytest.mark.parametrize("shown", EVERY, ids=str)
def test_every_page_is_accessible_and_fits(eyes: Eyes, shown: Shown) -> None:
    page = eyes.opens(shown)
    assert eyes.look(page, shown.sizes) == []


NO_PAGES = (
    "static",
    "health.",
    "api.",
    "phone.",
    "chat.suggest",
    "answers.suggestions",
    "resolution.services",
    "desk.canned",
)
"""What is asked for with GET and is no page: files, machines' addresses, pieces for a script."""
SEEN_BELOW = {"chat.conversation", "chat.transcript"}


def test_no_page_is_left_out(eyes: Eyes, tmp_path: Path) -> None:
    made = create_app(
        Config(
            secret_key="x",
            seal_key="x",
            instance=tmp_path,
            database_url=eyes.town.desk.environ["DATABASE_URL"],
            demo=True,
        )
    )
    known = made.url_map.bind("127.0.0.1")
    addresses = [
        one.address.format(**eyes.scene.places).partition("?")[0] for one in EVERY if one.address != "/nowhere"
    ]
    looked_at = {known.match(address)[0] for address in addresses}
    pages = {rule.endpoint for rule in made.url_map.iter_rules() if "GET" in (rule.methods or ())}
    left_out = pages - looked_at - SEEN_BELOW
    assert {one for one in left_out if not one.startswith(NO_PAGES) and "live" not in one} == set()


def test_a_chat_is_accessible_from_its_first_word_to_its_last_question(eyes: Eyes) -> None:
    with eyes.town.visitor(eyes.chromium, size=PHONE) as page:
        page.goto("/chatt")
        page.locator("#topic").fill("bygglov")
        page.locator("#text").fill("Jag heter 19900101-9802")
        expect(page.locator("#suggestions a").first).to_be_visible()
        page.locator("button[form=begin]").click()
        expect(page.locator("#begin-advice .msg")).to_be_visible()
        assert eyes.look(page, BOTH) == []
        page.locator("#begin-advice [data-anyway]").click()
        expect(page.locator("#place-number")).to_be_visible()
        assert eyes.look(page, BOTH) == []
        contact = page.evaluate("JSON.parse(localStorage.getItem('chat.conversation')).contact")
        eyes.town.takes("jonas", contact, now())
        eyes.scene.says("jonas", contact, "Hej! Vad ska du bygga?")
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_have_text("Jonas")
        assert eyes.look(page, BOTH) == []
        eyes.town.closes("jonas", contact, ErrandSaid(Reason.OTHER), now())
        page.reload()
        expect(page.locator("#survey")).to_be_visible()
        assert eyes.look(page, BOTH) == []


def test_a_chat_without_scripts_is_accessible(eyes: Eyes) -> None:
    """Its page looks again by itself: a place in a queue is a real-time event, nothing is written there, a link ends it."""
    with eyes.town.visitor(eyes.chromium, size=PHONE) as page:
        page.goto("/chatt")
        page.locator("#topic").fill("sopor")
        page.evaluate("document.getElementById('begin').submit()")
        page.wait_for_url("**/chatt/samtal/*")
        assert [one for one in eyes.look(page, BOTH) if "meta-refresh" not in one] == []


WRONG = (("/logga-in", "#main form"), ("/chatt", "#begin"), ("/chatt/meddelande", "#main form"))


@pytest.mark.parametrize(("address", "form"), WRONG)
def test_a_form_with_something_to_correct_is_accessible(eyes: Eyes, address: str, form: str) -> None:
    page = eyes.opens(Shown(address, sizes=BOTH))
    page.evaluate("(form) => document.querySelector(form).submit()", form)
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    assert eyes.look(page, BOTH) == []


KEYBOARD = [
    one
    for one in EVERY
    if one.address
    in (
        "/e-tjanster?q=bygglov",
        "/chatt",
        "/lapp/{ticket}",
        "/logga-in",
        "/kiosk/servicecenter?lang=en",
        "/kiosk/servicecenter/behov?topic=booked&lang=en",
        "/arbetsyta?contact={chat}&q=bygglov&item=service:ansok-bygglov",
        "/arbetsyta?contact={chat}&q=bygglov&show=close",
        "/mottagning",
        "/forbattringar/{sent}",
        "/overlamningar/{handover}",
    )
]
STOPS = """() => {
  const group = (one) => (one.type === "radio" ? `radio ${one.form?.id} ${one.name}` : one)
  const all = document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")
  const there = [...all].filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled && one.tabIndex >= 0)
  window.wanted = new Set(there.map(group))
  window.step = () => {
    const one = document.activeElement
    if (one === document.body) return null
    window.wanted.delete(group(one))
    for (let near = one, n = 0; near && n < 4; near = near.parentElement, n++) {
      const { outlineStyle, outlineWidth } = getComputedStyle(near)
      if (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2) return ""
    }
    return one.outerHTML.slice(0, 120)
  }
  return window.wanted.size
}"""
LEFT = "() => [...window.wanted].map((one) => one.outerHTML?.slice(0, 120) ?? one)"


@pytest.mark.parametrize("shown", KEYBOARD, ids=str)
def test_the_keyboard_reaches_everything_and_shows_where_it_is(eyes: Eyes, shown: Shown) -> None:
    page = eyes.opens(shown)
    page.evaluate("() => { document.activeElement.blur(); getSelection().removeAllRanges() }")
    unseen = []
    for _ in range(page.evaluate(STOPS) + 3):
        page.keyboard.press("Tab")
        if said := page.evaluate("window.step()"):
            unseen.append(said)
    assert unseen == []
    assert page.evaluate(LEFT) == []
