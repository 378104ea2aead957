"""Commands that run the program: migrate, serve, worker, setting."""

import click
import gevent
from flask import Flask

from helpdesk.app import create_app, socket_of
from helpdesk.clock import now
from helpdesk.config import from_environment
from helpdesk.db import Database, transaction
from helpdesk.migrating import is_migrated
from helpdesk.migrating import migrate as run_migrations
from helpdesk.outbox.actions import Sender
from helpdesk.settings import KNOWN, change_setting, settings
from helpdesk.web import server
from helpdesk.worker import work


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
@click.option("--work/--no-work", default=True, help="Also do a worker's work in this process.")
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
    if work:
        start_working(app)
    context.exit(server.serve(app, socket_of(app), host, port))


@click.command()
def worker() -> None:
    """Send the outbox and follow the clock, beside the servers."""
    app = create_app()
    start_working(app).join()


def start_working(app: Flask) -> gevent.Greenlet:
    """Begin a worker's work in a greenlet of its own."""

    def wait(seconds: float) -> bool:
        gevent.sleep(seconds)
        return False

    senders: dict[str, Sender] = app.extensions["helpdesk.senders"]
    return gevent.spawn(work, app, senders, wait)


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
