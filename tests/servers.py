"""Real PostgreSQL and Redis for the tests: private servers on free ports in a temporary folder, ended with the tests.

Without their programs on the machine the tests that need them are skipped, and say so; under ``CI=true`` that fails.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOT_ROOT = "nobody"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postgres_programs() -> Path | None:
    """Return the folder of the newest PostgreSQL server on the machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def as_nobody(command: list[str]) -> list[str]:
    """Run as somebody else than root, because PostgreSQL refuses root."""
    return (
        ["setpriv", f"--reuid={NOT_ROOT}", f"--regid={gid()}", "--clear-groups", *command]
        if os.getuid() == 0
        else command
    )


def gid() -> str:
    """Return the group of the user who is not root."""
    return subprocess.run(["id", "-g", NOT_ROOT], capture_output=True, text=True, check=True).stdout.strip()


@contextmanager
def postgres() -> Iterator[str | None]:
    """Run a PostgreSQL server and give its address without a database name; None when there is none on the machine."""
    programs = postgres_programs()
    if programs is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="helpdesk-pg-") as folder:
        place = Path(folder)
        if os.getuid() == 0:
            shutil.chown(place, NOT_ROOT)
        cluster, port = str(place / "cluster"), free_port()
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": folder}
        run = {"env": env, "check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
        subprocess.run(
            as_nobody(
                [str(programs / "initdb"), "-D", cluster, "-U", "helpdesk", "--auth=trust", "-E", "UTF8", "--no-sync"]
            ),
            **run,  # type: ignore[call-overload]
        )
        options = (
            f"-p {port} -k {folder} -h 127.0.0.1 -F -c full_page_writes=off -c max_connections=200 -c timezone=UTC"
        )
        control = [str(programs / "pg_ctl"), "-D", cluster, "-w", "-l", str(place / "log")]
        subprocess.run(as_nobody([*control, "-o", options, "start"]), **run)  # type: ignore[call-overload]
        try:
            yield f"postgresql+psycopg://helpdesk@127.0.0.1:{port}"
        finally:
            subprocess.run(as_nobody([*control, "-m", "immediate", "stop"]), **run)  # type: ignore[call-overload]


@contextmanager
def redis() -> Iterator[str | None]:
    """Run a Redis server and give its address; None when there is none on the machine."""
    program = shutil.which("redis-server")
    if program is None:
        yield None
        return
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="helpdesk-redis-") as folder:
        server = subprocess.Popen(
            [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            for line in server.stdout or ():
                if "Ready to accept connections" in line:
                    break
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()
            server.communicate(timeout=20)
