"""``helpdesk simulate call`` against the program, served over HTTP."""

import threading
import time

import pytest
from click.testing import CliRunner
from werkzeug.serving import make_server

from helpdesk.app import create_app
from helpdesk.channels.phone.network import command
from helpdesk.channels.phone.network.world import JumpingClock
from helpdesk.clock import now
from helpdesk.config import Config
from helpdesk.contacts.models import Contact
from helpdesk.contacts.stages import EndedAs
from tests.builders import Centre
from tests.conftest import empty

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What is tested here lies before the database; the journeys run on both kinds."""


@pytest.fixture
def served(database_url, tmp_path, monkeypatch):
    """The demo, served on a free port; yields the application and its address."""
    monkeypatch.setattr(command, "WallClock", lambda now, wait: JumpingClock(now()))
    monkeypatch.setenv("HELPDESK_INSTANCE", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "the demo's own")
    app = create_app(
        Config(
            secret_key="x",
            seal_key="x",
            instance=tmp_path,
            database_url=database_url,
            twilio_auth_token="the demo's own",
            demo=True,
            testing=True,
        )
    )
    with app.extensions["helpdesk.database"].transaction() as session:
        Centre(session, now())
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield app, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    empty(app.extensions["helpdesk.database"])
    app.extensions["helpdesk.database"].dispose()


def run(*arguments):
    return CliRunner().invoke(command.simulate, ["call", *arguments])


def test_a_script_is_played_against_the_program(served, tmp_path):
    app, address = served
    script = tmp_path / "calls.yaml"
    script.write_text("[{keys: '21', patience: 90}, {caller: 070-174 06 02, after: 5, keys: '--', patience: 30}]")
    started = time.monotonic()
    result = run("--server", address, "--script", str(script), "--twice")
    assert result.exit_code == 0, result.stderr
    assert [line.split("\t")[:2] for line in result.stdout.splitlines()] == [
        ["+46701740601", "completed"],
        ["+46701740602", "completed"],
    ]
    assert "waits in" in result.stderr
    assert time.monotonic() - started < 20
    with app.extensions["helpdesk.database"].reading() as session:
        ended = sorted((one.language, one.ended_as) for one in session.query(Contact))
    assert ended == [("fi", EndedAs.ABANDONED), ("sv", EndedAs.ABANDONED)]
    assert not any((tmp_path / "exchanges").iterdir())


def test_a_program_that_does_not_answer_is_an_error_in_one_line(served):
    result = run("--server", "http://127.0.0.1:9")
    assert result.exit_code == 1
    assert "did not answer" in result.stderr.splitlines()[-1]


def test_without_a_secret_the_phone_is_off(served, monkeypatch):
    monkeypatch.delenv("TWILIO_AUTH_TOKEN")
    monkeypatch.delenv("HELPDESK_DEMO", raising=False)
    result = run()
    assert (result.exit_code, result.stdout) == (1, "")
    assert "TWILIO_AUTH_TOKEN" in result.stderr


def test_a_rest_address_on_another_machine_is_left_alone(served, monkeypatch):
    monkeypatch.setenv("TWILIO_API_URL", "https://api.example")
    result = run()
    assert result.exit_code == 1
    assert "another machine" in result.stderr


def test_a_script_with_a_mistake_says_where(served, tmp_path):
    script = tmp_path / "calls.yaml"
    script.write_text("[{talks: long}]")
    result = run("--script", str(script))
    assert result.exit_code == 1
    assert "Call 1: talks" in result.stderr
