"""The product as processes: set up in a folder of its own, started, killed, started again, asked over HTTP.

    with Helpdesk() as desk:
        desk.migrate()
        desk.demo()
        desk.start()
        token = desk.token("maria@kommunen.example", "contacts:read,contacts:take")
        contact = desk.api(token).post("/contacts/next", {})
        desk.kill_server()
        desk.start()

The database is SQLite in the folder unless a URL is given. Nothing is left behind.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import requests

ROOT = Path(__file__).parents[2]
START_SECONDS = 60
STOP_SECONDS = 30
OUR_VARIABLES = re.compile(
    r"HELPDESK_|DATABASE_URL|REDIS_URL|SECRET_KEY|SEAL_KEY|PUBLIC_URL|TWILIO_|CTI_|OIDC_|HOST$|PORT$"
)

Found = TypeVar("Found")


class Refused(RuntimeError):
    """The product answered with an error: ``status`` of HTTP and ``problem``, its body as far as it was JSON."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('code', '')} {problem.get('detail', '')}".strip())
        self.status = status
        self.problem = problem


def wait_for(condition: Callable[[], Found | None], seconds: float, what: str) -> Found:
    """Return the condition's first true answer. Raises TimeoutError that says what did not come, after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        if found := condition():
            return found
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come within {seconds:.0f} s")
        time.sleep(0.05)


class Helpdesk:
    """One installation: its folder, its settings and the processes that belong to it."""

    def __init__(
        self, *, database_url: str | None = None, workers: int = 1, environ: Mapping[str, str] | None = None
    ) -> None:
        self.workers = workers
        self.database_url = database_url
        self.more = dict(environ or {})
        self.port = 0
        self.running: dict[str, subprocess.Popen[str]] = {}
        self.listeners: dict[str, threading.Thread] = {}
        self.said: list[str] = []

    def __enter__(self) -> "Helpdesk":
        self.temporary = tempfile.TemporaryDirectory(prefix="helpdesk-soak-")
        self.folder = Path(self.temporary.name)
        inherited = {name: value for name, value in os.environ.items() if not OUR_VARIABLES.match(name)}
        own = {
            "HELPDESK_INSTANCE": str(self.folder),
            "HELPDESK_DEMO": "1",
            "UPLOAD_DIR": str(self.folder / "uploads"),
            "DATABASE_URL": self.database_url or f"sqlite:///{self.folder / 'helpdesk.sqlite'}",
            "PYTHONPATH": str(ROOT),
        }
        self.environ = {**inherited, **own, **self.more}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in list(self.running):
            self.end(name, signal.SIGKILL)
        self.temporary.cleanup()

    def command(self, *arguments: str, seconds: float = 300) -> str:
        """Run one command to its end and return its standard output. Raises RuntimeError with what it said when it fails."""
        done = subprocess.run(
            [*program(), *arguments],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(
                f"helpdesk {' '.join(arguments)} ended with {done.returncode}: {done.stderr.strip()[-2000:]}"
            )
        return done.stdout

    def migrate(self) -> None:
        """Bring the database to the newest form."""
        self.command("migrate")

    def demo(self, *arguments: str) -> None:
        """Fill the database with the demo municipality, always open."""
        self.command("demo", "--seed", "1", "--hours", "always", *arguments)

    def spawn(self, name: str, *arguments: str) -> "subprocess.Popen[str]":
        """Start a process that stays, under a name of ours."""
        process = subprocess.Popen(
            [*program(), *arguments],
            cwd=ROOT,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.running[name] = process
        return process

    def start(self, name: str = "server") -> None:
        """Start the server and wait until it is ready. It keeps its port when it is started again."""
        arguments = ["serve", "--host", "127.0.0.1", "--port", str(self.port)]
        if self.workers > 1:
            arguments += ["--workers", str(self.workers)]
        process = self.spawn(name, *arguments)
        assert process.stderr is not None
        for line in process.stderr:
            self.said.append(line)
            if found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
                self.port = int(found[1])
                break
        else:
            process.stderr.close()
            raise RuntimeError(f"helpdesk serve did not start: {''.join(self.said[-20:])}")
        self.listen_to(name, process)
        self.wait_until_ready()

    def listen_to(self, name: str, process: "subprocess.Popen[str]") -> None:
        """Keep reading what a process says, so that it is never held up."""
        self.listeners[name] = threading.Thread(target=self.listen, args=(process,), daemon=True)
        self.listeners[name].start()

    def listen(self, process: "subprocess.Popen[str]") -> None:
        """Keep what a process says on stderr, for whoever wants to know why."""
        assert process.stderr is not None
        with process.stderr:
            self.said.extend(process.stderr)

    def start_worker(self, name: str = "worker") -> None:
        """Start the process that sends what leaves the house and does the timed work."""
        self.listen_to(name, self.spawn(name, "worker"))

    def wait_until_ready(self, seconds: float = START_SECONDS) -> None:
        """Return when the server answers that it is ready. Raises TimeoutError when it does not within the bound."""

        def is_ready() -> bool:
            try:
                return requests.get(f"{self.url}/readyz", timeout=5).status_code == 200
            except requests.RequestException:
                return False

        wait_for(is_ready, seconds, "readiness of the server")

    def kill_server(self, name: str = "server") -> None:
        """End the server the hard way, as a power cut would."""
        self.end(name, signal.SIGKILL)

    def stop_server(self, name: str = "server") -> int:
        """Ask the server to stop; return its exit code."""
        return self.end(name, signal.SIGTERM)

    def end(self, name: str, how: signal.Signals) -> int:
        """Send a signal to a process of ours and wait until it is gone."""
        process = self.running.pop(name)
        process.send_signal(how)
        try:
            return process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        finally:
            if listener := self.listeners.pop(name, None):
                listener.join()

    @property
    def url(self) -> str:
        """The address of the server."""
        return f"http://127.0.0.1:{self.port}"

    def accounts(self) -> list[dict[str, Any]]:
        """Return the demo accounts: e-mail, password, roles, department."""
        found: list[dict[str, Any]] = json.loads((self.folder / "demo-accounts.json").read_text(encoding="utf-8"))
        return found

    def token(self, email: str, scope: str) -> str:
        """Return a token of the API for an account; scopes with commas between."""
        return self.command("token", "--account", email, "--scope", scope).strip()

    def api(self, token: str | None = None) -> "Api":
        """Return a client of the API, with its own connection."""
        return Api(self.url, token)


class Api:
    """A client of ``/api/v1``: JSON there, JSON back, an exception for every refusal. One for each thread."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.base = f"{url}/api/v1"
        self.session = requests.Session()
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, body: Any = None, key: str | None = None, **headers: str) -> Any:
        """Send a request and return the JSON of the answer, None when it has no body. Raises Refused from 400 upwards."""
        if key:
            headers["Idempotency-Key"] = key
        answer = self.session.request(method, self.base + path, json=body, headers=headers, timeout=30)
        if answer.status_code >= 400:
            try:
                problem = answer.json()
            except requests.JSONDecodeError:
                problem = {"detail": answer.text[:200]}
            raise Refused(answer.status_code, problem)
        return answer.json() if answer.content else None

    def get(self, path: str) -> Any:
        """Read."""
        return self.ask("GET", path)

    def post(self, path: str, body: Any = None, key: str | None = None) -> Any:
        """Create or act; with a key that makes it once."""
        return self.ask("POST", path, {} if body is None else body, key)

    def put(self, path: str, body: Any) -> Any:
        """Replace."""
        return self.ask("PUT", path, body)


def program() -> list[str]:
    """Return how the product's command is started: the script beside this Python."""
    script = Path(sys.executable).with_name("helpdesk")
    return [str(script)] if script.exists() else [sys.executable, "-m", "helpdesk.command"]
