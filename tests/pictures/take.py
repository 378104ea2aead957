"""Pictures of the demo's main pages, wide and narrow, light and dark: ``python -m tests.pictures.take [FOLDER]``.

They go to a folder (by default /tmp/helpdesk-pictures) to be looked at; the desk is also kept beside this file for the README.
"""

import shutil
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from helpdesk.channels.walk_in.actions import Arriving, take_ticket
from helpdesk.channels.walk_in.rules import Letter, Want
from helpdesk.clock import now
from helpdesk.contacts.actions import CITIZEN, By, Words, say
from helpdesk.contacts.models import Contact
from helpdesk.contacts.queries import contact_by_public_id
from helpdesk.contacts.stages import Actor, Author, Channel
from tests.browser import CHROMIUM
from tests.builders import PASSWORD
from tests.scene import viewer_named
from tests.town import DESK, PHONE, Town, sign_in

KEPT = Path(__file__).with_name("desk.png")
FONT = ":root { --font-sans: Inter, system-ui, sans-serif }"
"""What system-ui is on most machines looks like this; a server without fonts has none of them."""
SIZES = {"wide": DESK, "narrow": PHONE}
QUESTION = "Hej! Vi är bortresta i vinter och vill pausa sophämtningen. Vad är en fastighetsbeteckning?"
ANSWER = "Hej Gunilla! Det är namnet på din fastighet, till exempel ”Bäckfallet 4:12”. Den står på fakturan."
THANKS = "Är det numret till höger? Jag heter Gunilla och har 19900101-9802."


class Demo(Town):
    """The demo with its past."""

    def settle(self) -> None:
        """Build the demo as its command does."""
        self.desk.migrate()
        self.desk.demo()


def morning(town: Town) -> dict[str, str]:
    """Let people wait at every door and Maria help one of them; return words for addresses."""
    moment = now()

    def ago(minutes: int, seconds: int) -> datetime:
        return moment - timedelta(minutes=minutes, seconds=seconds)

    town.comes(Channel.PHONE, ago(3, 52), topic="Faktura, vatten", number="+46701740611")
    town.comes(Channel.CHAT, ago(1, 28), topic="Hemtjänstavgift", language="fi", text="Hei!")
    town.comes(Channel.PHONE, ago(1, 41), topic="Bygglov, altan", number="+46701740612")
    town.comes(Channel.CHAT, ago(0, 38), topic="Trasig gatubelysning", text="Hej!")
    town.comes(Channel.PHONE, ago(0, 30), topic="Sopor, missad hämtning", number="+46701740613")
    chat = town.comes(Channel.CHAT, ago(7, 25), name="Gunilla", topic="Sophämtning", text=QUESTION)
    other = town.comes(Channel.CHAT, ago(6, 0), topic="Skolskjuts", text="Får vi skolskjuts från två adresser?")
    town.takes("maria", other, ago(5, 10))
    town.takes("maria", chat, ago(6, 20))
    town.works("maria", moment)
    with town.database.transaction() as session:
        contact, maria = contact_by_public_id(session, chat), viewer_named(session, "maria")
        by = By(Actor.AGENT, maria.account_id)
        say(session, contact.id, Words(Author.AGENT, ANSWER), by, ago(5, 30))
        say(session, contact.id, Words(Author.CITIZEN, THANKS), CITIZEN, ago(3, 20))
        say(session, contact.id, Words(Author.AGENT, "Ja, precis där."), by, ago(2, 10))
        words = (("Parkeringstillstånd", 10, 24), ("Hjälp med e-tjänst", 8, 5), ("Lämna in blankett", 5, 10))
        tickets = [
            take_ticket(
                session,
                Arriving("servicecenter", Letter.QUESTION, topic, wants=frozenset({Want.LOOP})),
                ago(minutes, seconds),
            )
            for topic, minutes, seconds in words
        ]
        called = session.get_one(Contact, tickets[0].contact_id).public_id
        places = {"chat": chat, "turn": tickets[0].token, "ticket": tickets[2].token}
    town.takes("samira", called, ago(0, 20))
    return places


def chats(page: Page, town: Town) -> None:
    """Begin a chat as a citizen, be taken and answered."""
    page.goto("/chatt")
    page.locator("#topic").fill("Pausa sophämtningen")
    page.locator("#text").fill(QUESTION)
    page.locator("#name").fill("Gunilla")
    page.locator("button[form=begin]").click()
    page.locator("#place-number").wait_for()
    begun: str = page.evaluate("JSON.parse(localStorage.getItem('chat.conversation')).contact")
    town.takes("jonas", begun, now())
    with town.database.transaction() as session:
        contact, jonas = contact_by_public_id(session, begun), viewer_named(session, "jonas")
        say(session, contact.id, Words(Author.AGENT, ANSWER), By(Actor.AGENT, jonas.account_id), now())
    page.reload()
    page.locator("#message-2").wait_for()


PAGES: tuple[tuple[str, str | None, str], ...] = (
    ("tour", None, "/"),
    ("desk", "maria", "/arbetsyta?contact={chat}&q=uppehåll sopor"),
    ("desk-answer", "maria", "/arbetsyta?contact={chat}&q=uppehåll sopor&item=service:uppehall-sophamtning"),
    ("desk-closing", "maria", "/arbetsyta?contact={chat}&q=uppehåll sopor&show=close"),
    ("desk-visit", "samira", "/arbetsyta"),
    ("reception", "samira", "/mottagning"),
    ("kiosk", None, "/kiosk/servicecenter?lang=sv"),
    ("kiosk-needs", None, "/kiosk/servicecenter/behov?topic=building&lang=sv"),
    ("kiosk-ticket", None, "/kiosk/servicecenter/lapp/{ticket}?lang=sv"),
    ("display", None, "/skarm/servicecenter"),
    ("ticket", None, "/lapp/{ticket}"),
    ("ticket-turn", None, "/lapp/{turn}"),
    ("chat-begin", None, "/chatt"),
    ("self-service", None, "/e-tjanster"),
    ("search", None, "/e-tjanster?q=sopor"),
    ("service", None, "/e-tjanster/ansok-bygglov"),
    ("done", None, "/sa-gjorde-vi"),
    ("login", None, "/logga-in"),
    ("board", "eva", "/forbattringar"),
    ("handovers", "henrik", "/overlamningar"),
    ("results", "anna", "/resultat"),
    ("administration", "admin", "/administration"),
)


class Album:
    """A folder of pictures, and the browser windows that they are taken of."""

    def __init__(self, town: Town, chromium: Browser, folder: Path, opened: ExitStack) -> None:
        self.town, self.chromium, self.folder, self.opened = town, chromium, folder, opened
        self.windows: dict[str | None, Page] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def window(self, who: str | None) -> Page:
        """Return somebody's window, signed in."""
        if who not in self.windows:
            context = self.town.context(self.chromium, "sv", DESK, "light", bypass_csp=True)
            self.opened.callback(context.close)
            page = self.windows[who] = context.new_page()
            if who is not None:
                sign_in(page, who, "/losenord")
        return self.windows[who]

    def take(self, name: str, who: str | None, go: Callable[[Page], object]) -> None:
        """Take a page wide and narrow, light and dark."""
        page = self.window(who)
        page.set_viewport_size(DESK)  # type: ignore[arg-type]
        go(page)
        page.wait_for_load_state("networkidle")
        page.add_style_tag(content=FONT)
        for size, pixels in SIZES.items():
            page.set_viewport_size(pixels)  # type: ignore[arg-type]
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                page.screenshot(path=self.folder / f"{name}-{size}-{scheme}.png")
        page.emulate_media(color_scheme="light")


def first_delivered(page: Page) -> None:
    """Open the first delivered request of the board."""
    page.goto("/forbattringar?state=delivered&shape=table")
    page.locator("tbody a").first.click()


def main(folder: Path) -> None:
    """Build the demo and take all pictures."""
    environ = {"HELPDESK_DEMO": "1", "HELPDESK_DEMO_PASSWORD": PASSWORD}
    with sync_playwright() as playwright, Demo(None, environ) as town, ExitStack() as opened:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        opened.callback(chromium.close)
        album, places = Album(town, chromium, folder, opened), morning(town)
        for name, who, address in PAGES:
            album.take(name, who, lambda page, address=address: page.goto(address.format(**places)))
        album.take("request", "petra", first_delivered)
        album.take("chat", None, lambda page: chats(page, town))
    shutil.copy(folder / "desk-wide-light.png", KEPT)
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}; {KEPT.name}: {KEPT.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "/tmp/helpdesk-pictures"))
