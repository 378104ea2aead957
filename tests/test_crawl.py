"""A crawl as each role: whatever is only looked at changes nothing, breaks nothing, and is a whole page.

It begins with every address that a role may look at and follows each link from there.
"""

from collections import Counter
from urllib.parse import urlsplit

import pytest
from flask import Flask

from helpdesk.people.rules import Role
from tests.everyday import Everyday, Visitor, dump
from tests.reading import Page
from tests.test_routes import pages_for

VARIANTS = 6
"""Of one page, so many addresses that differ in what stands after the question mark are looked at."""
LEAVES = ("/static/", "/twilio/", "/socket.io/")


@pytest.fixture
def day(app: Flask) -> Everyday:
    """A small day at the centre."""
    return Everyday.settle(app)


class Crawl:
    """One visitor who looks at everything."""

    def __init__(self, day: Everyday, role: Role | None) -> None:
        self.visitor: Visitor = day.visitor(role)
        if role is None:
            self.visitor.client.set_cookie("chat_key", day.chat_key)
        self.waiting = ["/", *pages_for(day, role)]
        self.linked_from: dict[str, str] = {}
        self.variants: Counter[str] = Counter()
        self.seen: dict[str, int] = {}
        self.faults: list[str] = []
        self.static: set[str] = set()

    def run(self) -> "Crawl":
        """Look until there is nothing new."""
        while self.waiting:
            path = self.waiting.pop(0)
            if path in self.seen:
                continue
            answer = self.visitor.get(path)
            self.seen[path] = answer.status_code
            if answer.status_code in (301, 302, 303, 308):
                self.follow(path, answer.headers["Location"])
            elif answer.mimetype == "text/html":
                self.read(path, answer.get_data(as_text=True))
        return self

    def read(self, path: str, html: str) -> None:
        """Read a page or a piece of one."""
        page = Page(html)
        self.faults += [f"{path}: {fault}" for fault in page.faults()]
        for link in page.links:
            self.follow(path, link)
        for form in page.forms:
            if form.method == "get":
                self.follow(path, form.action or path)
        self.static.update(one.split("#")[0] for one in page.resources if one.startswith("/static/"))

    def follow(self, path: str, link: str) -> None:
        """Take an address of ours among those to look at; one of another site is left alone."""
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            return
        if not link.startswith(("/", "?", "#")):
            self.faults.append(f"{path}: a link that depends on where it stands: {link}")
            return
        if link.startswith("#"):
            return
        query = "&".join(part for part in parts.query.split("&") if part and not part.startswith("lang="))
        target = (parts.path or urlsplit(path).path) + (f"?{query}" if query else "")
        if target in self.seen or target in self.waiting or target.startswith(LEAVES):
            return
        self.variants[target.split("?")[0]] += 1
        if self.variants[target.split("?")[0]] <= VARIANTS:
            self.linked_from[target] = path
            self.waiting.append(target)


def check(day: Everyday, role: Role | None) -> None:
    """Let somebody look at everything, and say what is wrong with it."""
    database = day.app.extensions["helpdesk.database"]
    before = dump(database)
    crawl = Crawl(day, role).run()
    after = dump(database)
    assert [name for name in before if before[name] != after[name]] == [], "looking changed something"
    assert {path: status for path, status in crawl.seen.items() if status >= 500} == {}, "pages that break"
    dead = {
        path: (status, crawl.linked_from[path])
        for path, status in crawl.seen.items()
        if status >= 400 and path in crawl.linked_from
    }
    assert dead == {}, "links to what is not there, or is not for their reader"
    assert sorted(set(crawl.faults)) == []
    for address in sorted(crawl.static):
        with crawl.visitor.get(address) as answer:
            assert answer.status_code == 200, address


@pytest.mark.parametrize("role", [None, Role.AGENT, Role.IMPROVER], ids=str)
def test_looking_changes_nothing_breaks_nothing_and_every_page_is_whole(day: Everyday, role: Role | None) -> None:
    check(day, role)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_and_so_it_is_for_every_other_role(day: Everyday) -> None:
    for role in set(Role) - {Role.AGENT, Role.IMPROVER}:
        check(day, role)
