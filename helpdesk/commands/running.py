"""Commands that run the program: migrate, serve, worker, setting."""

import signal
from collections.abc import Callable
from functools import partial
from typing import Any

import click
import gevent
from flask import Flask
from gevent.event import Event

from helpdesk.answers.search import searching
from helpdesk.app import create_app, socket_of
from helpdesk.clock import now
from helpdesk.config import from_environment
from helpdesk.db import Database, transaction
from helpdesk.demo import present
from helpdesk.migrating import is_migrated
from helpdesk.migrating import migrate as run_migrations
from helpdesk.outbox.actions import Sender
from helpdesk.queue.giving.dispatch import Bell
from helpdesk.settings import KNOWN, change_setting, settings
from helpdesk.web import server
from helpdesk.worker import EVERY_S, follow_clock, keep_offering, send_outbox

LAST_ROUND_S = 15
"""How long the end of a process waits for what is just being sent, in seconds."""


@click.command()
@click.option("--to", default="head", show_default=True, help="A migration, head, or base to take all back.")
def migrate(to: str) -> None:
    """Bring the database up to the newest migration."""
    database = Database(from_environment().database_url)
    run_migrations(database, to)
    click.echo("The database is up to date.", err=True)


@click.command()
@click.option("--host", help="Address to listen on. Default: HOST, else 127.0.0.1.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on. Default: PORT, else 5000.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Server processes.")
@click.option("--work/--no-work", default=True, help="Also send the outbox and follow the clock in this process.")
@click.pass_context
def serve(context: click.Context, host: str | None, port: int | None, workers: int, work: bool) -> None:
    """Serve the program."""
    config = from_environment()
    host, port = host or config.host, config.port if port is None else port
    if workers > 1 and not server.is_worker():
        context.exit(
            server.supervise(host, port, workers, redis_url=config.redis_url, database_url=config.database_url)
        )
    app = create_app(config)
    if not is_migrated(app.extensions["helpdesk.database"]):
        raise click.ClickException("The database is not up to date. Run: helpdesk migrate")
    with app.app_context():
        searching().is_ready()  # builds the search now, so that nobody has to wait for it
    ends = [start_working(app) if work else go_on_with(app, (keep_offering, app))]
    if config.demo:
        ends.insert(0, present.begin(app))
    code = server.serve(
        app, socket_of(app), host, port, when_serving=partial(present.greet, config) if config.demo else None
    )
    for end in ends:
        end()
    context.exit(code)


@click.command()
def worker() -> None:
    """Send the outbox and follow the clock, beside the servers."""
    app = create_app()
    asked_to_stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, asked_to_stop.set)
    stop = start_working(app)
    click.echo("Working.", err=True)
    asked_to_stop.wait()
    stop()


def start_working(app: Flask) -> Callable[[], None]:
    """Begin a worker's work; return what ends it, once what is being sent has been sent."""
    senders: dict[str, Sender] = app.extensions["helpdesk.senders"]
    return go_on_with(app, (follow_clock, app), (send_outbox, app, senders), (keep_offering, app))


def go_on_with(app: Flask, *works: tuple[Any, ...]) -> Callable[[], None]:
    """Begin each work (what to call, and with what) in a greenlet of its own; return what ends them all."""
    stopped = Event()

    def wait(seconds: float) -> bool:
        gevent.sleep(0)
        return bool(stopped.wait(seconds))

    def go_on(work: Callable[..., None], *what: Any) -> gevent.Greenlet:
        one = gevent.spawn(work, *what, wait)
        one.link_exception(lambda _: gevent.spawn_later(EVERY_S, go_on, work, *what))  # its trace is on stderr
        return one

    going = [go_on(*work) for work in works]

    def stop() -> None:
        stopped.set()
        bell: Bell = app.extensions["helpdesk.bell"]
        bell.ring()
        gevent.joinall(going, timeout=LAST_ROUND_S)

    return stop


@click.command()
@click.argument("key", required=False)
@click.argument("value", required=False)
def setting(key: str | None, value: str | None) -> None:
    """Show settings, or change one: helpdesk setting queue.target.phone 240."""
    app = create_app()
    with app.app_context(), transaction() as session:
        if key is None:
            for known in KNOWN.values():
                bounds = f" ({known.low}-{known.high})" if known.high else ""
                click.echo(f"{known.key} = {settings(session)[known.key]} {known.unit}{bounds}".rstrip())
        elif value is None:
            click.echo(settings(session)[key])
        else:
            click.echo(change_setting(session, key, value, now()))


COMMANDS = (migrate, serve, worker, setting)
