"""The walk-in door's screens in a browser: the kiosk's touch screen, the ticket on a phone without scripts, the waiting room."""

from pathlib import Path

import pytest
import segno
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.builders import PASSWORD
from tests.channels.walk_in.website import running

pytestmark = pytest.mark.browser
KIOSK = {"width": 1080, "height": 1920}
PHONE = {"width": 360, "height": 780}
TELEVISION = {"width": 1920, "height": 1080}


@pytest.fixture
def web(tmp_path: Path):
    with running(tmp_path) as website:
        yield website


@pytest.fixture
def opens(chromium, web):
    """Open an address on a screen of a size. Whatever goes wrong in a script or a policy fails the test."""
    wrong, contexts = [], []

    def go(path, size, **more):
        context = chromium.new_context(viewport=size, **more)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if is_fault(said) else None)
        page.goto(web.address + path)
        return page

    yield go
    for context in contexts:
        context.close()
    assert wrong == []


def is_fault(said) -> bool:
    """Say whether a line of the console tells of a fault. A cut line and the 410 of a dead ticket are none."""
    return said.type == "error" and "Failed to load resource" not in said.text


def fits(page) -> bool:
    """Say whether a page needs no scrolling in either direction."""
    return page.evaluate(
        "document.documentElement.scrollWidth <= innerWidth && document.documentElement.scrollHeight <= innerHeight"
    )


def take_number(page) -> str:
    page.click("button[value=help]")
    page.check("input[value=loop]")
    page.click("button[type=submit]")
    page.wait_for_url("**/lapp/**")
    return page.inner_text(".lapp__n")


@pytest.mark.parametrize("scripts", [True, False])
def test_the_kiosk_gives_a_number_by_touch_on_three_screens_that_fit(opens, scripts) -> None:
    page = opens("/kiosk/servicecenter?lang=en", KIOSK, java_script_enabled=scripts, has_touch=True)
    if scripts:
        assert fits(page)
    small = page.locator("main button, main a, .langs a").all()
    assert all(one.bounding_box()["height"] >= 88 for one in small if one.is_visible())
    page.tap("button[value=help]")
    page.tap("label.need:has(input[value=loop])")
    expect(page.locator("input[value=loop]")).to_be_checked()
    if scripts:
        assert fits(page)
    page.tap("button[type=submit]")
    expect(page.locator(".lapp__n")).to_have_text("C001")
    if scripts:
        assert fits(page)


def test_the_booked_visitors_screen_fits_too(opens) -> None:
    assert fits(opens("/kiosk/servicecenter/behov?topic=booked&lang=en", KIOSK))


def test_the_code_on_the_kiosk_is_the_one_of_the_tickets_address(opens, web) -> None:
    page = opens("/kiosk/servicecenter?lang=en", KIOSK)
    take_number(page)
    token = page.url.split("/lapp/")[1].split("?")[0]
    wanted = segno.make(f"{web.address}/lapp/{token}?lang=en", error="m", micro=False)
    drawn = page.eval_on_selector(
        ".qr svg",
        """(svg) => { const {width} = svg.viewBox.baseVal, path = svg.querySelector('path[stroke]'), cells = []
        for (let y = 4; y < width - 4; y++) { let row = ''
          for (let x = 4; x < width - 4; x++) row += path.isPointInStroke(new DOMPoint(x + .5, y + .5)) ? 1 : 0
          cells.push(row) }
        return cells }""",
    )
    assert drawn == ["".join(str(int(cell)) for cell in row) for row in wanted.matrix]


def test_the_kiosk_forgets_the_visitor_when_nobody_touches_it(opens) -> None:
    page = opens("/kiosk/servicecenter?lang=en", KIOSK)
    page.clock.install()
    page.click("button[value=help]")
    page.wait_for_url("**/behov**")
    page.clock.run_for(41_000)
    expect(page.locator("#more-time")).to_be_visible()
    page.click("#more-time [data-more-time]")
    expect(page.locator("#more-time")).to_be_hidden()
    page.clock.run_for(62_000)
    page.wait_for_url("**/kiosk/servicecenter")


def test_the_ticket_reads_and_works_on_a_phone_without_scripts(opens, web) -> None:
    kiosk = opens("/kiosk/servicecenter?lang=en", KIOSK)
    number = take_number(kiosk)
    path = "/lapp/" + kiosk.url.split("/lapp/")[1].split("?")[0]
    phone = opens(f"{path}?lang=en", PHONE, java_script_enabled=False)
    expect(phone.locator("h1")).to_have_text("Your number")
    expect(phone.locator(".stub__n")).to_have_text(number)
    boxes = [one.bounding_box() for one in phone.locator("main a, main button").all()]
    assert all(box["x"] + box["width"] <= 360 and box["height"] >= 44 for box in boxes)
    web.takes_next()
    phone.reload()
    expect(phone.locator("h1")).to_have_text("It is your turn")
    expect(phone.locator(".turn__to")).to_have_text("Go to Desk 3")
    phone.click("text=I will be late")
    phone.check("input[value='20']", force=True)
    phone.click("button[type=submit]")
    expect(phone.locator(".stub")).to_contain_text("We let others go first until")
    phone.click("text=Leave my place in the queue")
    expect(phone.locator(".stub")).to_contain_text("Your place in the queue has ended")


def test_the_ticket_and_the_screen_hear_the_call_by_themselves(opens, web) -> None:
    kiosk = opens("/kiosk/servicecenter?lang=en", KIOSK)
    take_number(kiosk)
    path = "/lapp/" + kiosk.url.split("/lapp/")[1].split("?")[0]
    phone, screen = opens(f"{path}?lang=en", PHONE), opens("/skarm/servicecenter?lang=en", TELEVISION)
    assert fits(screen)
    expect(screen.locator(".next")).to_contain_text("C001")
    web.takes_next()
    expect(screen.locator(".now .n")).to_have_text("C001", timeout=10_000)
    expect(screen.locator(".now .d")).to_have_text("Desk 3")
    expect(phone.locator("#ticket-turn")).to_be_visible(timeout=15_000)
    assert phone.title() == "It is your turn"
    screen.context.set_offline(True)
    expect(screen.locator("#line")).to_contain_text("The numbers may be old", timeout=15_000)
    screen.context.set_offline(False)
    expect(screen.locator("#line .msg")).to_have_count(0, timeout=30_000)


def test_the_reception_registers_a_visitor_in_two_keys(opens) -> None:
    page = opens("/logga-in?next=/mottagning&lang=en", {"width": 1440, "height": 900})
    page.fill("[name=email]", "host@kommunen.example")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/mottagning")
    for key, number in (("Alt+Digit3", "C001"), ("Alt+Digit1", "A001"), ("ArrowDown", "B001")):
        page.keyboard.press(key)
        page.keyboard.press("Enter")
        expect(page.locator(".rec__n")).to_have_text(number)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_is_accessible(opens, web, scheme) -> None:
    kiosk = opens("/kiosk/servicecenter?lang=en", KIOSK, color_scheme=scheme)
    take_number(kiosk)
    ticket = "/lapp/" + kiosk.url.split("/lapp/")[1].split("?")[0]
    paths = ("/kiosk/servicecenter?lang=ar", "/kiosk/servicecenter/behov?topic=booked", "/kiosk/servicecenter/oppna")
    found = {"kiosk ticket": Axe().run(kiosk).response["violations"]}
    for path in (*paths, ticket, f"{ticket}/sen", f"{ticket}/utskrift", "/skarm/servicecenter"):
        kiosk.goto(web.address + path)
        found[path] = Axe().run(kiosk).response["violations"]
    assert {path: one for path, one in found.items() if one} == {}
