"""The demo's municipality without its past, served by a process of its own, for tests that look at pages in a browser.

with Town() as town, town.visitor(chromium) as page:
    page.goto("/chatt")
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.channels.arrival import Arrival, arrive, door_of
from helpdesk.channels.phone import switchboard
from helpdesk.channels.walk_in import calling
from helpdesk.clock import now
from helpdesk.contacts.models import Contact
from helpdesk.contacts.sealing import Sealer
from helpdesk.contacts.stages import Channel, Outcome
from helpdesk.db import Database
from helpdesk.demo import accounts, town
from helpdesk.migrating import migrate
from helpdesk.news import News
from helpdesk.people.actions import add_account
from helpdesk.people.models import Account
from helpdesk.people.rules import Role
from helpdesk.queue.actions import take
from helpdesk.queue.models import Agent, AgentState
from helpdesk.queue.presence import choose_state, sign_of_life
from helpdesk.queue.staff import take_on
from helpdesk.resolution.actions import resolve
from helpdesk.resolution.rules import Closing, ErrandSaid
from tests.builders import HASH, PASSWORD
from tests.soak.processes import Helpdesk

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
BOUND_MS = 15_000
"""How long a page may take for anything, in milliseconds."""


def comes_true(condition: Callable[[], Any], what: str, seconds: float = 15) -> Any:
    """Return the condition's first true answer; fail when none comes within so many seconds."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"{what} did not come within {seconds:.0f} s"
        time.sleep(0.05)
    return found


def what_follows() -> News:
    """Return what follows in a transaction of the test's own: a take calls a visitor's number, and rings a telephone."""
    news = News()
    calling.follow(news)
    switchboard.follow(news)
    return news


class Town:
    """The municipality, served. ``desk`` is the installation, ``database`` a way round the pages."""

    def __init__(self, database_url: str | None = None, environ: Mapping[str, str] | None = None) -> None:
        fixed = {"HELPDESK_DEMO": "0", "SECRET_KEY": "test", "SEAL_KEY": "test"}
        self.desk = Helpdesk(database_url=database_url, environ={**fixed, **(environ or {})})

    def __enter__(self) -> "Town":
        self.desk.__enter__()
        try:
            self.database = Database(self.desk.environ["DATABASE_URL"], what_follows(), sealer=Sealer("test"))
            self.settle()
            self.desk.start()
        except BaseException:
            self.desk.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.database.dispose()
        self.desk.__exit__(kind, error, trace)

    def settle(self) -> None:
        """Make the tables, the municipality and the people of the demo, all with one password."""
        migrate(self.database)
        with self.database.transaction() as session:
            moment = now()
            town.build(session, moment, always_open=True)
            colleagues = [one for one in accounts.COLLEAGUES if Role.AGENT in one.roles]
            for n, person in enumerate((*accounts.PEOPLE, *colleagues)):
                grant = accounts.where(session, person)
                account = add_account(session, person.email, person.name, None, map(grant, person.roles), moment)
                account.password_hash = HASH
                if Role.AGENT in person.roles:
                    agent = take_on(session, account, tuple(Channel), person.abilities, moment)
                    agent.desk, agent.phone = person.desk, f"{accounts.AGENT_PHONES}{80 + n}"

    @property
    def url(self) -> str:
        """The address of the program."""
        return self.desk.url

    @staticmethod
    def agent_id(session: Session, name: str) -> int:
        """Return the agent of an account, by the first part of its address."""
        of = select(Agent.id).join(Account, Account.id == Agent.account_id)
        return session.scalars(of.where(Account.email == f"{name}@kommunen.example")).one()

    def comes(self, channel: Channel, at: datetime, **more: Any) -> str:
        """Let a citizen come in by a door at a moment; return the contact's public id."""
        with self.database.transaction() as session:
            return arrive(session, Arrival(door_of(session, channel), **more), at).public_id

    def works(self, name: str, at: datetime) -> int:
        """Let somebody be at their desk, available; return the agent's id."""
        with self.database.transaction() as session:
            agent_id = self.agent_id(session, name)
            choose_state(session, agent_id, AgentState.AVAILABLE, None, at)
            sign_of_life(session, agent_id, at, holds_s=8 * 3600)
        return agent_id

    def takes(self, name: str, public_id: str, at: datetime) -> int:
        """Let somebody take a contact; return the agent's id."""
        agent_id = self.works(name, at)
        with self.database.transaction() as session:
            take(session, agent_id, public_id, at)
        return agent_id

    def solves(self, name: str, public_id: str, said: ErrandSaid, at: datetime) -> None:
        """Let somebody take a contact and close it five minutes later, with one errand."""
        self.takes(name, public_id, at)
        self.closes(name, public_id, said, at + timedelta(minutes=5))

    def closes(self, name: str, public_id: str, said: ErrandSaid, at: datetime) -> None:
        """Let somebody close a contact that they have, without wrap-up."""
        with self.database.transaction() as session:
            agent_id = self.agent_id(session, name)
            resolve(session, agent_id, public_id, Closing(Outcome.SOLVED, (said,)), at, wrap_up_s=0)

    def contacts(self, *where: Any) -> list[Contact]:
        """Return contacts as they are now, in the order of their promises."""
        with self.database.reading() as session:
            return list(session.scalars(select(Contact).where(*where).order_by(Contact.due_at, Contact.id)))

    @contextmanager
    def visitor(
        self, chromium: Browser, lang: str = "en", size: Mapping[str, int] = DESK, scheme: str = "light", **more: Any
    ) -> Iterator[Page]:
        """Open a browser of its own for one person. At the end nothing may have gone wrong in a script or a policy."""
        context = self.context(chromium, lang, size, scheme, **more)
        page, wrong = context.new_page(), list[str]()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if is_fault(said) else None)
        yield page
        context.close()
        assert wrong == [], wrong

    def context(
        self, chromium: Browser, lang: str, size: Mapping[str, int], scheme: str, **more: Any
    ) -> BrowserContext:
        """Return a browser with nothing in it but the language of its pages; movements are left out."""
        found = chromium.new_context(
            base_url=self.url,
            viewport={"width": size["width"], "height": size["height"]},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
            **more,
        )
        found.set_default_timeout(BOUND_MS)
        found.add_cookies([{"name": "lang", "value": lang, "url": self.url}])
        return found


def is_fault(said: ConsoleMessage) -> bool:
    """Say whether a line of the console tells of a fault. An answer of 4xx and a cut line are none."""
    return said.type == "error" and "Failed to load resource" not in said.text


def sign_in(page: Page, name: str, goes_to: str) -> None:
    """Sign somebody of the demo in and open a page."""
    page.goto(f"/logga-in?next={goes_to}")
    page.locator("#email").fill(f"{name}@kommunen.example")
    page.locator("#password").fill(PASSWORD)
    page.locator("#password").press("Enter")
    page.wait_for_url(f"**{goes_to}")
