"""Several server processes on one address: one parent that serves nobody and N workers that are plain servers.

The parent opens the address once and starts every worker as a fresh program with the same command line, handing down
the open socket. Whoever is free accepts; a worker that dies leaves nothing in the queue behind. Workers hold a pipe from
the parent: when it breaks they stop, so that a killed parent leaves nobody behind.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Final

import click
import gevent
from gevent.event import Event

from helpdesk.web.serving.listener import LISTENER_VARIABLE, CannotListen, as_url, open_listener

WORKER_VARIABLE: Final = "HELPDESK_WORKER"
RESTART_PAUSE_SECONDS: Final = 1.0
STOP_SECONDS: Final = 20
"""How long workers may take to stop before they are killed: their own grace and the handlers of those who leave."""


class Crew:
    """The workers: started, replaced when they die, stopped together."""

    def __init__(self, command: Sequence[str], listener: socket.socket) -> None:
        self.command = list(command)
        self.listener = listener
        self.working: dict[int, subprocess.Popen[bytes]] = {}
        self.is_stopping = False
        self.exit_code = 0
        self.refused = Event()

    def start(self, number: int) -> "subprocess.Popen[bytes]":
        """Start the worker with this number, from 1."""
        descriptor = self.listener.fileno()
        environ = {**os.environ, LISTENER_VARIABLE: str(descriptor), WORKER_VARIABLE: str(number)}
        return subprocess.Popen(self.command, env=environ, stdin=subprocess.PIPE, pass_fds=[descriptor])

    def keep(self, number: int) -> None:
        """Keep one place filled until the crew stops.

        A worker that is killed or crashes is replaced, and so is one that was told to stop alone (an update of one
        after the other). A worker that refuses to start says why and ends with a code of its own: then all stop with it.
        """
        while not self.is_stopping:
            worker = self.working[number] = self.start(number)
            code = worker.wait()
            if self.is_stopping:
                return
            if code > 0:
                self.exit_code = code
                self.refused.set()
                return
            click.echo(
                f"Worker {number} ended ({'killed by signal ' + str(-code) if code else 'told to stop'}); it is replaced.",
                err=True,
            )
            gevent.sleep(RESTART_PAUSE_SECONDS)

    def stop(self) -> None:
        """Tell all workers to stop and wait for them; kill those that do not."""
        self.is_stopping = True
        for worker in self.working.values():
            worker.terminate()
        with gevent.Timeout(STOP_SECONDS, False):
            for worker in self.working.values():
                worker.wait()
        for worker in self.working.values():
            worker.kill()


def supervise(
    host: str, port: int, workers: int, *, redis_url: str | None, database_url: str, say: Callable[[str], None]
) -> int:
    """Run several workers on one address until SIGTERM or SIGINT. Returns the exit code.

    Several processes need a database that several may write to and Redis to pass live news; without them, or when the
    address cannot be had, one line says what is missing and the code is 1.
    """
    if lacking := what_several_need(redis_url, database_url):
        say(lacking)
        return 1
    try:
        listener = open_listener(host, port)
    except CannotListen as refused:
        say(str(refused))
        return 1
    say(f"Serving on {as_url(listener)} with {workers} workers")
    crew = Crew([sys.executable, *sys.orig_argv[1:]], listener)
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, crew.refused.set)
    keepers = [gevent.spawn(crew.keep, number) for number in range(1, workers + 1)]
    crew.refused.wait()
    listener.close()
    crew.stop()
    gevent.killall(keepers)
    return crew.exit_code


def what_several_need(redis_url: str | None, database_url: str) -> str | None:
    """Return one line about what is missing for several server processes, or nothing."""
    if database_url.startswith("sqlite"):
        return "Several workers need PostgreSQL: set DATABASE_URL, or leave --workers out."
    if not redis_url:
        return "Several workers need Redis to pass live news to each other: set REDIS_URL, or leave --workers out."
    return None


def wait_for_orphanhood() -> None:
    """Return when the parent of this worker is gone: the pipe on standard input then ends."""
    while True:
        gevent.socket.wait_read(sys.stdin.fileno())
        if not os.read(sys.stdin.fileno(), 1):
            return
