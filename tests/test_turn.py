"""One at a time, in the order in which they asked, also when somebody comes straight back or gives up."""

import subprocess
import sys
import threading

from helpdesk.turn import Turn

GIVES_UP = """
from gevent import monkey
monkey.patch_all()
import gevent
from helpdesk.turn import Turn

turn, done = Turn(), []

def work(name):
    with turn:
        done.append(name)

with turn:
    one, two = gevent.spawn(work, "one"), gevent.spawn(work, "two")
    gevent.sleep(0)
    one.kill()
gevent.joinall([two], timeout=10)
with turn:
    done.append("free")
print(done)
"""


def test_whoever_comes_straight_back_stands_behind_those_who_wait() -> None:
    turn, served = Turn(), []

    def work() -> None:
        with turn:
            served.append("waiter")

    with turn:
        waiter = threading.Thread(target=work)
        waiter.start()
        assert any(turn._line for _look in range(50_000_000)), "nobody came to wait"
    with turn:
        served.append("came back")
    waiter.join(10)
    assert served == ["waiter", "came back"]


def test_never_two_at_once() -> None:
    turn, inside, most = Turn(), [], []

    def work() -> None:
        for _ in range(500):
            with turn:
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    workers = [threading.Thread(target=work) for _ in range(8)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(60)
    assert (len(most), max(most)) == (4_000, 1)


def test_who_is_ended_while_waiting_leaves_the_line() -> None:
    ran = subprocess.run([sys.executable, "-c", GIVES_UP], capture_output=True, text=True, timeout=60)
    assert ran.stdout.strip() == "['two', 'free']", ran.stderr


def test_an_error_inside_hands_it_on() -> None:
    turn = Turn()
    try:
        with turn:
            raise ValueError
    except ValueError:
        pass
    with turn:
        assert True
