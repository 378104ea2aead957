"""``helpdesk demo``: build Norrälvens kommun, its people and its past, into an empty database."""

from types import TracebackType
from typing import Never, Self

import click
from tqdm import tqdm

from helpdesk.app import create_app
from helpdesk.clock import now
from helpdesk.config import Config, from_environment
from helpdesk.db import Database
from helpdesk.demo.accounts import FILE
from helpdesk.demo.building import Wish, build, is_built, is_empty
from helpdesk.demo.emptying import empty
from helpdesk.migrating import is_migrated
from helpdesk.settings import change_setting

SHAPE = "{desc} {percentage:3.0f} % {bar:40} {n:.0f} in {elapsed}"
ONLY_IN_THE_DEMO = "The demo is only built with HELPDESK_DEMO=1, into a database of its own."


class Bars:
    """Shows on stderr how far the building has come: one bar a stage."""

    def __init__(self) -> None:
        self._bar: tqdm[Never] | None = None

    def begin(self, what: str, total: int) -> None:
        """Begin a stage of so many steps."""
        self._end()
        self._bar = tqdm(total=total, desc=f"{what:<20}", bar_format=SHAPE, mininterval=0.2)

    def advance(self, count: int) -> None:
        """Note that so many steps are done."""
        if self._bar is not None:
            self._bar.update(count)

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.total = self._bar.n
            self._bar.close()
            self._bar = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()


@click.command()
@click.option("--reset", is_flag=True, help="Take a demo that is there away first, with everything done in it.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Another number, another past.")
@click.option("--hours", type=click.Choice(["always", "real"]), default="always", show_default=True, help="Doors.")
@click.option("--live", is_flag=True, help="Play a calm day while the program serves.")
def demo(reset: bool, seed: int, hours: str, live: bool) -> None:
    """Build the demo: a municipality, its people, 90 days in full and 80 weeks before them as counts."""
    config = from_environment()
    if not config.demo:
        raise click.ClickException(ONLY_IN_THE_DEMO)
    database: Database = create_app(config).extensions["helpdesk.database"]
    if not is_migrated(database):
        raise click.ClickException("The database is not up to date. Run: helpdesk migrate")
    there = is_there(database)
    if there and not reset:
        if live:
            with database.transaction() as session:
                change_setting(session, "demo.live", "on", now())
        click.echo("The demo is already there. To build it anew: helpdesk demo --reset", err=True)
        return
    make(database, config, Wish(seed, hours == "always", live), there)
    click.echo(str((config.instance / FILE).resolve()))


def is_there(database: Database) -> bool:
    """Say whether the database holds the demo. Raises ClickException when it holds something else."""
    with database.reading() as session:
        found = is_built(session)
        if not found and not is_empty(session):
            raise click.ClickException("This database holds accounts that are not the demo's. Nothing was changed.")
    return found


def make(database: Database, config: Config, wish: Wish, anew: bool) -> None:
    """Build the demo in one transaction, after taking the old one away (``anew``): all of it, or nothing changes."""
    with Bars() as bars, database.transaction() as session:
        if anew:
            empty(session)
        build(session, config.instance, config.demo_password, wish, now(), bars)


COMMANDS = (demo,)
