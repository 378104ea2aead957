"""Numbers at the kiosk while the server is killed: every press gets one number, and no number is left out or given twice."""

import re
import threading
import time
from collections import Counter

import requests
from sqlalchemy import select

from helpdesk.channels.walk_in.models import Ticket
from helpdesk.clock import now
from helpdesk.db import Database
from tests.builders import Centre
from tests.soak.checks import Check
from tests.soak.processes import Helpdesk

VISITORS = 8
TOPICS = ("question", "help", "building", "booked")
GIVE_UP_SECONDS = 120
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
NUMBER = re.compile(r'class="lapp__n">([A-Z]\d{3,})<')


def take_number(desk: Helpdesk, topic: str) -> str:
    """Press until there is an answer, with the key of the one page that was opened; return the number on the ticket."""
    end = time.monotonic() + GIVE_UP_SECONDS
    browser, form = requests.Session(), None
    while time.monotonic() < end:
        try:
            if form is None:
                page = browser.get(f"{desk.url}/kiosk/servicecenter/behov", params={"topic": topic}, timeout=10)
                form = dict(HIDDEN.findall(page.text)) if page.ok else None
            else:
                answer = browser.post(f"{desk.url}/kiosk/servicecenter", data=form, timeout=10)
                if found := NUMBER.search(answer.text):
                    return found[1]
        except requests.RequestException:
            browser.close()
        time.sleep(0.05)
    raise TimeoutError(f"no number within {GIVE_UP_SECONDS} s")


def run(scale: float) -> list[Check]:
    """Let eight visitors at a time press, kill the server now and then, and count what was given."""
    presses, kills = max(40, round(1000 * scale)), max(1, round(6 * scale))
    given: list[str] = []
    todo = [TOPICS[n % len(TOPICS)] for n in range(presses)]
    lock = threading.Lock()

    with Helpdesk() as desk:
        desk.migrate()
        database = Database(f"sqlite:///{desk.folder / 'helpdesk.sqlite'}")
        with database.transaction() as session:
            Centre(session, now())
        desk.start()

        def visitors() -> None:
            while True:
                with lock:
                    if not todo:
                        return
                    topic = todo.pop()
                number = take_number(desk, topic)
                with lock:
                    given.append(number)

        crowd = [threading.Thread(target=visitors) for _ in range(VISITORS)]
        for one in crowd:
            one.start()
        for n in range(1, kills + 1):
            while len(given) < presses * n // (kills + 1) and any(one.is_alive() for one in crowd):
                time.sleep(0.02)
            desk.kill_server()
            desk.start()
        for one in crowd:
            one.join()
        with database.reading() as session:
            issued = [(one.letter, one.number, one.label) for one in session.scalars(select(Ticket))]
        database.dispose()

    series = Counter(letter for letter, _number, _label in issued)
    whole = all(
        sorted(number for letter, number, _label in issued if letter == which) == list(range(1, count + 1))
        for which, count in series.items()
    )
    figures = {"presses": presses, "issued": len(issued), "kills": kills}
    return [
        Check("every press got one number, and no other visitor the same", len(set(given)) == presses, figures),
        Check("a press is one ticket, however often it was sent", len(issued) == presses, figures),
        Check("each letter's numbers have no gap", whole, dict(series)),
        Check("what visitors hold is what was issued", {label for *_rest, label in issued} == set(given), figures),
    ]
