"""The command line: the result alone on stdout, everything else on stderr, exit 0, 1 (one line) or 2 (wrong use).

All commands of a test run in one process that has loaded the program and forks for each, because loading is slow.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpdesk.db import Database
from helpdesk.people.actions import is_password, viewer_of_token
from helpdesk.people.queries import account_by_email, viewer_of
from helpdesk.people.rules import Role
from tests.conftest import lack, new_postgres_database

RUNNER = """
import json, os, sys
from helpdesk.command import main

for line in sys.stdin:
    asked = json.loads(line)
    pid = os.fork()
    if pid == 0:
        for number, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(asked[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
        os.environ.update(asked["environ"])
        sys.argv = ["helpdesk", *asked["arguments"]]
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
            if isinstance(ended.code, str):
                print(ended.code, file=sys.stderr)
        except BaseException:
            import traceback
            traceback.print_exc()
            code = 70
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    _, status = os.waitpid(pid, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""


class Shell:
    """Runs ``helpdesk`` commands with settings of their own; ``run`` returns exit code, stdout and stderr."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.environ: dict[str, str] = {}
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("HELPDESK", "TWILIO"))}
        for name in ("REDIS_URL", "SECRET_KEY", "PORT", "HOST", "PUBLIC_URL"):
            kept.pop(name, None)
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUNNER],
            cwd=Path(__file__).parent.parent,
            env={**kept, "HELPDESK_INSTANCE": str(folder / "instance"), "DATABASE_URL": database_url},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **environ: str) -> tuple[int, str, str]:
        """Run one command."""
        out, err = self.folder / "out", self.folder / "err"
        asked: dict[str, Any] = {
            "arguments": arguments,
            "environ": self.environ | environ,
            "out": str(out),
            "err": str(err),
        }
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        code = int(self.process.stdout.readline())
        return code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8")

    def result(self, *arguments: str) -> str:
        """Run a command that must succeed and return what it printed."""
        code, out, err = self.run(*arguments)
        assert code == 0, err
        return out

    def end(self) -> None:
        """End the process."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(20)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A shell whose database nobody has made yet."""
    folder = tmp_path_factory.mktemp("shell")
    made = Shell(folder, f"sqlite:///{folder}/helpdesk.sqlite")
    yield made
    made.end()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('commands')}/helpdesk.sqlite"
    server = request.getfixturevalue("postgres_server")
    if server is None:
        lack("PostgreSQL", "no initdb in /usr/lib/postgresql or on the path")
    return new_postgres_database(server, "commands")


@pytest.fixture(scope="module")
def migrated(shell: Shell, url: str) -> Shell:
    """The shell with a migrated database of each kind."""
    shell.environ = {"DATABASE_URL": url}
    code, out, err = shell.run("account", "list")
    assert (code, out) == (1, "") and err.strip() == "The database is not up to date. Run: helpdesk migrate"
    code, out, err = shell.run("serve", "--port", "0")
    assert (code, out) == (1, "") and "helpdesk migrate" in err
    code, out, err = shell.run("migrate")
    assert (code, out) == (0, "") and "up to date" in err
    assert shell.run("migrate")[0] == 0, "a second time there is nothing to do"
    return shell


def test_accounts_are_made_listed_disabled_and_reset(migrated: Shell, url: str) -> None:
    made = migrated.result(
        *("account", "add", "Maria@kommunen.example", "--name", "Maria Larsson", "--role", "agent,supervisor"),
        *("--languages", "sv,fi", "--skills", "bygg"),
    )
    database = Database(url)
    with database.reading() as session:
        account = account_by_email(session, "maria@kommunen.example")
        assert account is not None and is_password(account, made.strip()) and account.must_change_password
        assert viewer_of(session, account).roles == {Role.AGENT, Role.SUPERVISOR}
    line = "maria@kommunen.example\tMaria Larsson\tagent,supervisor\t"
    assert migrated.result("account", "list") == f"{line}active\n"
    assert migrated.result("account", "disable", "maria@kommunen.example") == ""
    assert migrated.result("account", "list") == f"{line}disabled\n"
    again = migrated.result("account", "reset", "MARIA@kommunen.example")
    assert again.strip() and again != made and migrated.result("account", "list") == f"{line}active\n"
    token = migrated.result("token", "--account", "maria@kommunen.example", "--scope", "contacts:read,contacts:take")
    assert len(token.splitlines()) == 1
    with database.reading() as session:
        account = account_by_email(session, "maria@kommunen.example")
        assert account is not None
        viewer = viewer_of_token(session, token.strip(), account.created_at)
        assert viewer is not None and viewer.scopes == {"contacts:read", "contacts:take"}
    database.dispose()


def test_settings_are_shown_and_changed(migrated: Shell) -> None:
    listed = migrated.result("setting")
    assert "queue.target.phone = 180 s (10-86400)" in listed.splitlines()
    assert migrated.result("setting", "queue.target.phone") == "180\n"
    assert migrated.result("setting", "queue.target.phone", "240") == "240\n"
    assert migrated.result("setting", "queue.target.phone") == "240\n"


ONE_LINE = (
    (("account", "disable", "nobody@kommunen.example"), "There is no account nobody@kommunen.example."),
    (("account", "reset", "nobody@kommunen.example"), "There is no account nobody@kommunen.example."),
    (("token", "--account", "nobody@kommunen.example", "--scope", "admin"), "There is no account"),
    (
        ("account", "add", "x@kommunen.example", "--name", "X", "--role", "agent", "--department", "nonesuch"),
        "There is no department nonesuch.",
    ),
    (("setting", "queue.nonesuch"), "There is no setting queue.nonesuch."),
    (("setting", "queue.nonesuch", "1"), "There is no setting queue.nonesuch."),
    (("setting", "queue.target.phone", "soon"), "queue.target.phone is a whole number from 10 to 86400 (s)"),
    (("migrate", "--to", "nonesuch"), "nonesuch"),
)


def test_what_cannot_be_done_is_one_line_and_exit_1(migrated: Shell) -> None:
    for arguments, said in ONE_LINE:
        code, out, err = migrated.run(*arguments)
        assert (code, out, len(err.strip().splitlines())) == (1, "", 1), (arguments, err)
        assert said in err
    migrated.result("account", "add", "twice@kommunen.example", "--name", "Twice", "--role", "editor")
    code, out, err = migrated.run("account", "add", "Twice@kommunen.example", "--name", "T", "--role", "editor")
    assert (code, out, err) == (1, "", "There is an account for Twice@kommunen.example already.\n")


WRONG_USE = (
    ("nonesuch",),
    ("account",),
    ("account", "add"),
    ("account", "add", "no-address", "--name", "X", "--role", "agent"),
    ("account", "add", "x@kommunen.example", "--name", " ", "--role", "agent"),
    ("account", "add", "x@kommunen.example", "--name", "X", "--role", ","),
    ("account", "add", "x@kommunen.example", "--name", "X", "--role", "king"),
    ("account", "add", "x@kommunen.example", "--name", "X", "--role", "agent", "--doors", "roof"),
    ("token", "--account", "x@kommunen.example", "--scope", "everything"),
    ("token", "--account", "x@kommunen.example", "--scope", ","),
    ("token", "--account", "x@kommunen.example", "--scope", "admin", "--days", "0"),
    ("serve", "--port", "70000"),
    ("serve", "--workers", "0"),
    ("setting", "a", "b", "c"),
)


def test_wrong_use_is_exit_2_and_says_what_is_right(shell: Shell) -> None:
    for arguments in WRONG_USE:
        code, out, err = shell.run(*arguments)
        assert (code, out) == (2, ""), (arguments, err)
        assert err.strip() and "Traceback" not in err


ENVIRONMENTS = (
    ({"PORT": "many"}, "PORT must be a whole number from 0 to 65535, not 'many'."),
    ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES must be a whole number"),
    ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "SECRET_KEY must be set when REDIS_URL is"),
    ({"DATABASE_URL": "nonsense"}, "DATABASE_URL is not the address of a database"),
    ({"DATABASE_URL": "oracle://x"}, "DATABASE_URL is not the address of a database"),
    ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"}, "The database does not answer"),
    ({"DATABASE_URL": "sqlite:////proc/nonesuch/x.sqlite"}, "The database does not answer"),
)


def test_an_environment_that_cannot_work_is_one_line_and_exit_1(shell: Shell) -> None:
    for environ, said in ENVIRONMENTS:
        for arguments in (("setting",), ("migrate",)):
            code, out, err = shell.run(*arguments, **environ)
            assert (code, out, len(err.strip().splitlines())) == (1, "", 1), (environ, arguments, err)
            assert said in err


def test_help_is_a_result(shell: Shell) -> None:
    for arguments in (("--help",), ("account", "-h"), ("token", "--help")):
        out = shell.result(*arguments)
        assert out.startswith("Usage: helpdesk")
