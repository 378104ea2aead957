"""``helpdesk serve`` as a process: it starts, comes back after a power cut on the same port, and ends with the right code."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.soak.processes import Helpdesk


@pytest.fixture(scope="module")
def desk():
    with Helpdesk() as desk:
        desk.migrate()
        desk.start()
        yield desk


def serve(desk, *arguments):
    return subprocess.run(
        [str(Path(sys.executable).with_name("helpdesk")), "serve", *arguments],
        env=desk.environ,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_a_taken_port_ends_with_one_line_and_code_one(desk):
    ended = serve(desk, "--port", str(desk.port))
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
    assert str(desk.port) in ended.stderr


def test_it_comes_back_on_the_same_port_after_a_kill_and_stops_in_good_order(desk):
    port = desk.port
    desk.kill_server()
    desk.start()
    assert desk.port == port
    assert desk.stop_server() == 0
    assert not [line for line in desk.said if "Traceback" in line]
