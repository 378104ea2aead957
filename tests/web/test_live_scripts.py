"""What the scripts promise at the top of each file, tried in a browser: live.js, lay.js, send.js, clock.js, keys.js."""

import re

import pytest
from playwright.sync_api import expect

from tests.web.look_page import LookPage

pytestmark = pytest.mark.browser


@pytest.fixture
def server():
    with LookPage() as one:
        yield one


@pytest.fixture
def page(chromium, server):
    """The page, opened. Whatever goes wrong in a script fails the test."""
    context = chromium.new_context()
    opened = context.new_page()
    wrong = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.goto(server.address)
    yield opened
    context.close()
    assert wrong == []


def ask(page):
    page.evaluate("live.ask('queue')")


def test_what_the_reader_does_stays_when_the_page_changes_under_it(page, server):
    page.fill("#note", "typed here")
    page.click("#more summary")
    page.click("#opener")
    page.focus("#r2 a")
    server.changes(
        rows='<ol id="list"><li id="r3"><a href="#3">Three</a></li><li id="r2"><a href="#2">Two!</a></li></ol>'
    )
    ask(page)
    expect(page.locator("#list")).to_have_text("ThreeTwo!")
    expect(page.locator("#r2 a")).to_be_focused()
    expect(page.locator("#note")).to_have_value("typed here")
    expect(page.locator("#name")).to_have_value("anew")
    expect(page.locator("#more p")).to_be_visible()
    expect(page.locator("#box")).to_be_visible()
    expect(page.locator("#box")).to_have_text("anew")
    expect(page.locator("#opener")).to_have_attribute("aria-expanded", "true")


def test_a_field_that_is_being_written_in_is_never_taken_away(page, server):
    page.focus("#note")
    page.keyboard.type("half a sen")
    server.version = 2
    server.fragments = {"queue": '<section id="queue" data-live="queue"><p id="gone">Nothing here</p></section>'}
    ask(page)
    expect(page.locator("#gone")).to_be_visible()
    expect(page.locator("#note")).to_be_focused()
    assert (
        page.locator("#note").input_value().endswith("half a sen")
        or "half a sen" in page.locator("#note").input_value()
    )


def test_focus_goes_to_the_neighbour_of_a_row_that_goes(page, server):
    page.focus("#r2 a")
    server.changes(rows='<ol id="list"><li id="r1"><a href="#1">One</a></li></ol>')
    ask(page)
    expect(page.locator("#r2")).to_have_count(0)
    expect(page.locator("#r1 a")).to_be_focused()


def test_many_hints_become_few_questions(page, server):
    server.changes()
    page.evaluate("for (let i = 0; i < 40; i++) live.ask('queue')")
    expect(page.locator("#more p")).to_have_text("anew")
    assert 1 <= len(server.asked) <= 2


def test_a_cut_line_is_told_and_heals_by_itself(page, server):
    server.line_is_up = False
    ask(page)
    expect(page.locator("#line")).to_contain_text("No connection since")
    expect(page.locator("body")).to_have_attribute("data-line", "cut")
    server.line_is_up = True
    expect(page.locator("#line .msg")).to_have_count(0, timeout=15_000)


def test_somebody_signed_out_is_told_and_keeps_what_they_wrote(page, server):
    page.fill("#words", "long answer")
    server.signed_in = False
    ask(page)
    expect(page.locator("#line")).to_contain_text("signed out")
    expect(page.locator("#words")).to_have_value("long answer")


def test_a_form_is_sent_without_leaving_the_page(page, server):
    page.fill("#words", "hello")
    page.keyboard.press("F8")
    expect(page.locator("#out")).to_have_text("hello")
    expect(page.locator("#toasts")).to_contain_text("Saved")
    expect(page.locator("#words")).to_have_value("x")


def test_a_lost_form_is_sent_again_with_the_same_key_and_the_next_with_another(page, server):
    page.fill("#words", "lost")
    page.click("#form button")
    expect(page.locator("#toasts")).to_contain_text("Not sent")
    expect(page.locator("#words")).to_have_value("lost")
    server.line_is_up = True
    page.click("[data-line-retry]")
    expect(page.locator("#line .msg")).to_have_count(0, timeout=15_000)
    page.fill("#words", "found")
    page.click("#form button")
    expect(page.locator("#out")).to_have_text("found")
    page.fill("#words", "another")
    page.click("#form button")
    expect(page.locator("#out")).to_have_text("another")
    lost, found, another = (once for _words, once in server.sent)
    assert lost == found != another


def test_nothing_that_needs_the_line_is_pressed_while_it_is_cut(page, server):
    server.line_is_up = False
    ask(page)
    expect(page.locator("#line .msg")).to_be_visible()
    page.click("#form button")
    page.keyboard.press("F8")
    assert server.sent == []


def test_a_refusal_says_why_and_keeps_the_text(page):
    page.fill("#words", "late")
    page.click("#form button")
    expect(page.locator("#toasts")).to_contain_text("already taken this contact")
    expect(page.locator("#words")).to_have_value("late")


def test_a_form_with_errors_is_laid_over_the_page_and_a_redirect_is_followed(page):
    page.fill("#words", "wrong")
    page.click("#form button")
    expect(page.locator("h1")).to_have_text("Correct this")
    page.fill("#words", "away")
    page.click("#form button")
    page.wait_for_url("**/?away=1")


def test_f1_lists_the_keys_and_each_can_be_given_another(page):
    page.evaluate("document.getElementById('take').addEventListener('click', () => document.title = 'taken')")
    page.keyboard.press("F1")
    row = page.locator("#keys li", has_text="Take next")
    expect(row.locator("kbd")).to_have_text("F2")
    row.locator("button").click()
    page.keyboard.press("F8")
    expect(row.locator("kbd")).to_have_text("Taken")
    page.keyboard.press("F6")
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("F2")
    assert page.title() != "taken"
    page.keyboard.press("F6")
    assert page.title() == "taken"
    expect(page.locator("#take kbd")).to_have_text("F6")


def test_the_keys_can_be_turned_off(page):
    page.evaluate("document.getElementById('take').addEventListener('click', () => document.title = 'taken')")
    page.keyboard.press("F1")
    page.click("[data-keys-off]")
    page.keyboard.press("Escape")
    page.keyboard.press("F2")
    assert page.title() != "taken"


def test_arrows_move_in_a_list_and_escape_closes_a_menu(page):
    page.focus("#r1 a")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#r2 a")).to_be_focused()
    page.keyboard.press("Home")
    expect(page.locator("#r1 a")).to_be_focused()
    page.click("summary.topbar__btn")
    expect(page.locator(".menu__list")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".menu__list")).to_be_hidden()
    expect(page.locator("summary.topbar__btn")).to_be_focused()


def test_clocks_tick_by_the_servers_time(page):
    page.evaluate("live.keepTime('2026-11-23T09:04:12.500Z'); live.tick()")
    expect(page.locator("#waited")).to_have_text("4:13")
    page.evaluate("document.getElementById('r1').setAttribute('data-from', '2026-11-23T09:00:00Z')")
    page.evaluate("document.getElementById('r1').setAttribute('data-due', '2026-11-23T09:05:00Z'); live.tick()")
    expect(page.locator("#r1")).to_have_class("is-soon")
    expect(page.locator("#r1")).to_have_attribute("style", re.compile("--v: 8[45]%"))
