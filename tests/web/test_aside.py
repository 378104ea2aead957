"""What computes beside the event loop: others are served meanwhile, and its errors come home."""

import subprocess
import sys

import pytest

from helpdesk.web.aside import aside

SERVED_MEANWHILE = """
from gevent import monkey
monkey.patch_all()
import gevent
from helpdesk.web.aside import aside

others = []

def compute():
    for _ in range(500_000_000):
        if others:
            return "served meanwhile"
    return "stood still"

gevent.spawn(others.append, "somebody")
print(aside(compute))
try:
    aside(int, "x")
except ValueError:
    print("came home")
"""


def test_somebody_else_is_served_while_one_computes_and_errors_come_home() -> None:
    ran = subprocess.run([sys.executable, "-c", SERVED_MEANWHILE], capture_output=True, text=True, timeout=120)
    assert ran.stdout.split("\n")[:2] == ["served meanwhile", "came home"], ran.stderr


def test_without_gevents_patches_it_is_a_plain_call() -> None:
    assert aside(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        aside(divmod, 7, 0)
