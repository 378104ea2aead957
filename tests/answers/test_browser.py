"""A citizen with a small telephone: types, chooses a suggestion with the keys, searches, opens a service."""

from collections.abc import Iterator
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("library")]


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The program, served on a port of the kernel's choice."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def telephone(chromium: Browser) -> Iterator[Page]:
    """A page as large as a telephone; whatever goes wrong in a script fails the test."""
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    yield page
    page.close()
    assert wrong == []


def fits(page: Page) -> bool:
    """Say whether nothing has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_citizen_finds_a_service_on_a_telephone(telephone: Page, address: str) -> None:
    telephone.goto(f"{address}/?lang=en")
    assert fits(telephone)
    box = telephone.get_by_role("combobox")
    box.press_sequentially("waste")
    expect(telephone.get_by_role("listbox")).to_be_visible()
    box.press("ArrowDown")
    expect(telephone.get_by_role("option", selected=True)).to_have_count(1)
    box.press("Escape")
    expect(telephone.locator("#suggestions")).to_be_hidden()

    box.fill("missed waste collection")
    box.press("Enter")
    expect(telephone.get_by_role("heading", level=2).first).to_contain_text("missed waste collection")
    assert fits(telephone)
    card = telephone.locator(".svc", has_text="Report a missed waste collection").first
    card.click(position={"x": 8, "y": 8})

    expect(telephone.get_by_role("heading", level=1)).to_have_text("Report a missed waste collection")
    assert telephone.url == f"{address}/e-tjanster/missad-hamtning"
    assert fits(telephone)


def test_a_suggestion_that_is_chosen_with_the_keys_opens_its_page(telephone: Page, address: str) -> None:
    telephone.goto(f"{address}/e-tjanster?lang=en")
    box = telephone.get_by_role("combobox")
    box.press_sequentially("missed was")
    expect(telephone.get_by_role("listbox")).to_be_visible()
    box.press("ArrowDown")
    box.press("Enter")
    expect(telephone.get_by_role("heading", level=1)).to_have_text("Report a missed waste collection")
