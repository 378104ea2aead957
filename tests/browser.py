"""A real browser at a real server: what pages do with their scripts, as the reader sees it. The fixtures are there for every test.

    @pytest.mark.browser
    def test_something(site: Site, chromium: Browser) -> None:
        with site.sits_down(chromium, "maria") as page:
            page.keyboard.press("F2")

``site`` serves the program in a process of its own, with its own database and folder, on a port that the kernel chose;
the tests of a file share it, because starting it takes seconds. Let each of them have people of its own.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy.orm import Session

from helpdesk.contacts.sealing import Sealer
from helpdesk.db import Database
from helpdesk.migrating import migrate
from tests.builders import PASSWORD
from tests.conftest import lack
from tests.soak.processes import Helpdesk

CHROMIUM = Path("/usr/bin/chromium")
SEAL_KEY = "seal"
WIDE = (1440, 900)


@dataclass
class Site:
    """A served installation: its address, its processes, and its database for a test to look into."""

    desk: Helpdesk
    database: Database

    @property
    def url(self) -> str:
        """Return where it is served."""
        return f"http://127.0.0.1:{self.desk.port}"

    def change(self, work: Callable[[Session], Any]) -> Any:
        """Do something in a transaction of the test's own, and return what came of it."""
        with self.database.transaction() as session:
            return work(session)

    @contextmanager
    def sits_down(
        self,
        chromium: Browser,
        name: str,
        size: tuple[int, int] = WIDE,
        scheme: Literal["light", "dark"] = "light",
        lang: str = "en",
    ) -> Iterator[Page]:
        """Sign somebody in, in a window of their own. Whatever goes wrong in a script fails the test."""
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, base_url=self.url, locale="en-GB"
        )
        page, wrong = context.new_page(), list[str]()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
        page.goto(f"/logga-in?lang={lang}")
        page.locator("#email").fill(f"{name}@kommunen.example")
        page.locator("#password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "logga-in" not in url)
        yield page
        context.close()
        assert wrong == []


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    if not CHROMIUM.exists():
        lack("Chromium", f"no {CHROMIUM}")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield found
        found.close()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """The program, served; the database is migrated and empty."""
    with Helpdesk(environ={"HELPDESK_DEMO": "0", "SEAL_KEY": SEAL_KEY, "SECRET_KEY": "secret"}) as desk:
        database = Database(desk.environ["DATABASE_URL"], sealer=Sealer(SEAL_KEY))
        migrate(database)
        desk.start()
        yield Site(desk, database)
        database.dispose()
