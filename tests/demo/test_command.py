"""`helpdesk demo`: refuses in one line where it must, and does nothing twice."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from helpdesk.commands import demo as command
from helpdesk.db import Database
from helpdesk.demo import accounts
from helpdesk.demo.building import Wish, is_built
from helpdesk.people.actions import add_account, is_password
from helpdesk.people.queries import account_by_email
from helpdesk.settings import settings
from tests.conftest import NOW
from tests.demo.conftest import PASSWORD

Run = Callable[..., Result]


@pytest.fixture
def run(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command on an empty, migrated database."""
    monkeypatch.setenv("HELPDESK_INSTANCE", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", database.url)
    monkeypatch.setenv("HELPDESK_DEMO", "1")
    return lambda *arguments: CliRunner().invoke(command.demo, list(arguments))


def people(database: Database, tmp_path: Path) -> None:
    """Settle the demo's people, by which a demo is known."""
    with database.transaction() as session:
        accounts.settle(session, tmp_path, PASSWORD, NOW)


def test_it_is_only_built_in_the_demo(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HELPDESK_DEMO")

    for arguments in ((), ("--reset",)):
        result = run(*arguments)
        assert result.exit_code == 1
        assert result.output.count("\n") == 1
        assert "HELPDESK_DEMO=1" in result.output


def test_a_demo_that_is_there_is_left_alone(run: Run, database: Database, tmp_path: Path) -> None:
    people(database, tmp_path)

    result = run()

    assert result.exit_code == 0
    assert result.stdout == ""
    assert "already there" in result.stderr
    with database.reading() as session:
        assert not settings(session).is_on("demo.live")


def test_asking_for_the_played_day_turns_it_on_in_a_demo_that_is_there(
    run: Run, database: Database, tmp_path: Path
) -> None:
    people(database, tmp_path)

    assert run("--live").exit_code == 0

    with database.reading() as session:
        assert settings(session).is_on("demo.live")


@pytest.mark.parametrize("arguments", [(), ("--reset",)])
def test_somebody_elses_database_is_never_touched(run: Run, database: Database, arguments: tuple[str, ...]) -> None:
    with database.transaction() as session:
        add_account(session, "somebody@town.example", "Somebody Else", None, [], NOW)

    result = run(*arguments)

    assert result.exit_code == 1
    assert "not the demo's" in result.output
    with database.reading() as session:
        assert account_by_email(session, "somebody@town.example") is not None
        assert not is_built(session)


def test_a_database_without_tables_is_asked_to_be_migrated(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/empty.sqlite")

    result = run()

    assert result.exit_code == 1
    assert "helpdesk migrate" in result.output


def test_what_was_asked_for_is_what_is_built(
    run: Run, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wishes: list[tuple[Wish, bool]] = []
    monkeypatch.setattr(command, "make", lambda _db, _config, wish, anew: wishes.append((wish, anew)))

    result = run("--seed", "7", "--hours", "real", "--live")
    people(database, tmp_path)
    run("--reset")

    assert result.stdout.strip().endswith("demo-accounts.json")
    assert wishes == [(Wish(7, always_open=False, live=True), False), (Wish(1), True)]


def test_passwords_lie_in_a_file_for_its_owner_alone(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        accounts.settle(session, tmp_path, None, NOW)

    path = tmp_path / "demo-accounts.json"
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one["email"].partition("@")[0] for one in kept] == [
        "maria", "aino", "samira", "karin", "eva", "henrik", "bodil", "petra", "anna", "koncern", "admin", "dso"
    ]  # fmt: skip
    assert set(kept[0]) == {"email", "password", "roles", "department"}
    assert len({one["password"] for one in kept}) == 12
    with database.reading() as session:
        for one in (kept[0], kept[-1]):
            account = account_by_email(session, one["email"])
            assert account is not None
            assert is_password(account, one["password"])
            assert not account.must_change_password
        history = account_by_email(session, "jonas@kommunen.example")
        assert history is not None
        assert history.password_hash is None


def test_one_password_for_all_when_one_is_set(database: Database, tmp_path: Path) -> None:
    people(database, tmp_path)

    with database.reading() as session:
        for first in ("maria", "dso"):
            assert is_password(account_by_email(session, f"{first}@kommunen.example"), PASSWORD)
