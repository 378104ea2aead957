"""``helpdesk simulate call``: a telephone network on this machine calls the running program, signed as Twilio signs."""

import http.client
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import click

from helpdesk.channels.phone.network.calls import Call, Habits, new_sid
from helpdesk.channels.phone.network.exchange import Exchange
from helpdesk.channels.phone.network.player import Network
from helpdesk.channels.phone.network.post import Answer, Carry, Post
from helpdesk.channels.phone.network.script import PLAIN, BadScript, ScriptedCall, read_script
from helpdesk.channels.phone.network.server import RestServer, replies_of
from helpdesk.channels.phone.network.world import WallClock
from helpdesk.channels.phone.telephone import exchange_file, sign
from helpdesk.clock import now
from helpdesk.config import Config, from_environment

PATIENCE_S = 30
"""How long a webhook may take, in seconds: as long as Twilio waits, doubled."""
LOCAL = ("127.0.0.1", "localhost")


def carrier(server: str) -> Carry:
    """Return what carries webhooks to a server over HTTP."""
    where = urlsplit(server)

    def carry(path: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        line = http.client.HTTPConnection(where.hostname or "127.0.0.1", where.port or 80, timeout=PATIENCE_S)
        try:
            sent = dict(headers) | {"Content-Type": "application/x-www-form-urlencoded"}
            line.request("POST", path, urlencode(form), sent)
            answer = line.getresponse()
            return Answer(answer.status, answer.read(), answer.getheader("Content-Type") or "")
        except http.client.HTTPException as error:
            raise OSError(f"no answer: {type(error).__name__}") from error
        finally:
            line.close()

    return carry


@contextmanager
def rest_side(config: Config, network: Network, token: str) -> Iterator[None]:
    """Serve the network's REST side while the block lasts, where the program looks for it."""
    wanted = urlsplit(config.twilio_api_url or "")
    if config.twilio_api_url and wanted.hostname not in LOCAL:
        raise click.ClickException("TWILIO_API_URL leads to another machine; unset it, or point it at 127.0.0.1.")
    with RestServer(replies_of(Exchange(network), token), wanted.port or 0) as server:
        note = exchange_file(config.instance, network.account)
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(server.url, encoding="ascii")
        try:
            yield
        finally:
            note.unlink(missing_ok=True)


def play(network: Network, calls: list[ScriptedCall], status_url: str) -> list[Call]:
    """Play the calls of a script to their ends; return them in order."""
    rung: list[Call] = []

    def ring(one: ScriptedCall) -> Callable[[], None]:
        return lambda: rung.append(network.ring_in(one.caller, one.called, one.person, status_url))

    for one in calls:
        network.later(one.after, ring(one))
    network.run(until=lambda: len(rung) == len(calls) and network.is_quiet())
    return rung


@click.group()
def simulate() -> None:
    """Let invented citizens reach the running program."""


@simulate.command()
@click.option("--script", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A YAML list of calls.")
@click.option("--server", help="Where the program listens. Default: http://127.0.0.1:PORT.")
@click.option("--twice", is_flag=True, help="Send every webhook twice.")
@click.option(
    "--late", type=click.FloatRange(0, 600), default=0, help="Status callbacks come up to so many seconds late."
)
def call(script: Path | None, server: str | None, twice: bool, late: float) -> None:
    """Call the service centre, wait in its queue, talk, hang up. One line per call on stdout, the story on stderr."""
    config = from_environment()
    token = config.twilio_auth_token
    if not token:
        raise click.ClickException("The phone is off: set TWILIO_AUTH_TOKEN, or HELPDESK_DEMO=1 for the demo's own.")
    try:
        calls = read_script(script.read_text(encoding="utf-8")) if script else [PLAIN]
    except (BadScript, UnicodeDecodeError) as error:
        raise click.ClickException(str(error)) from error
    server = (server or f"http://127.0.0.1:{config.port}").rstrip("/")
    public_url = config.public_url or server
    started = now()

    def tell(line: str) -> None:
        click.echo(f"{(now() - started).total_seconds():7.1f} s  {line}", err=True)

    network = Network(
        Post(public_url, lambda url, form: sign(token, url, form), carrier(server)),
        WallClock(now, time.sleep),
        config.twilio_account_sid or new_sid("AC"),
        tell,
        Habits(twice=twice, late=late),
    )
    with rest_side(config, network, token):
        for one in play(network, calls, f"{public_url}/twilio/status"):
            seconds = int(((one.ended_at or now()) - one.created_at).total_seconds())
            click.echo(f"{one.caller}\t{one.status}\t{seconds} s")
    if network.complaints:
        raise click.ClickException(f"The program did not answer as it should: {network.complaints[0]}")


COMMANDS = (simulate,)
