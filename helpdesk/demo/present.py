"""The demo in the serving process: it greets whoever started it, and plays the day."""

from collections.abc import Callable

import click
import gevent
from flask import Flask
from gevent.event import Event

from helpdesk.clock import now
from helpdesk.config import Config
from helpdesk.demo.accounts import FILE
from helpdesk.demo.live.player import EVERY_S, play

LAST_MOMENT_S = 5
"""How long the end of a process waits for the played day to leave, in seconds."""


def greet(config: Config, address: str) -> None:
    """Say on stderr, in five lines, where the demo is and how to begin. ``address``: as it is typed into a browser."""
    for line in (
        "",
        f"The demo is at      {address}",
        f"The passwords are in {(config.instance / FILE).resolve()}",
        "For phones in the same network: HOST=0.0.0.0 make run. Ctrl+C stops it.",
        f"Open {address}/ to start the tour.",
    ):
        click.echo(line, err=True)


def begin(app: Flask) -> Callable[[], None]:
    """Begin to play in a greenlet of its own, whenever the setting demo.live is on; return what ends it."""
    stopped = Event()

    def wait(seconds: float) -> bool:
        return bool(stopped.wait(seconds))

    def go_on() -> None:
        while not stopped.is_set():
            one = gevent.spawn(play, app, now, wait)
            one.join()  # what went wrong stands on stderr; the day goes on
            stopped.wait(EVERY_S)

    playing = gevent.spawn(go_on)

    def stop() -> None:
        stopped.set()
        playing.join(timeout=LAST_MOMENT_S)

    return stop
