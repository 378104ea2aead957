"""The ``helpdesk`` command. Results go to stdout, everything else to stderr; exit 0, 1 (one line) or 2 (wrong use)."""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402

import click  # noqa: E402
from alembic.util.exc import CommandError  # noqa: E402
from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError  # noqa: E402

from helpdesk.channels.phone.network import command as simulating  # noqa: E402
from helpdesk.commands import accounts, demo, library, running  # noqa: E402
from helpdesk.config import Misconfigured  # noqa: E402
from helpdesk.refusals import Refusal  # noqa: E402
from helpdesk.settings import BadValue, UnknownSetting  # noqa: E402


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def group() -> None:
    """A helpdesk for a municipality's service centre."""


for module in (running, demo, accounts, library, simulating):
    for command in module.COMMANDS:
        group.add_command(command)


def why_not(error: OperationalError | ProgrammingError) -> str:
    """Return one line about what the database refused: it is away, or its tables are not there yet."""
    first = (str(error.orig).splitlines() or ["no reason given"])[0]
    is_new = "no such table" in first or ("does not exist" in first and isinstance(error, ProgrammingError))
    return (
        "The database is not up to date. Run: helpdesk migrate" if is_new else f"The database does not answer: {first}"
    )


def main() -> None:
    """Run the command line."""
    try:
        code = group.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(1)
    except UnknownSetting as error:
        sys.exit(f"There is no setting {error.args[0]}. `helpdesk setting` lists them.")
    except (Misconfigured, Refusal, BadValue) as error:
        sys.exit(str(error))
    except (OperationalError, ProgrammingError) as error:
        sys.exit(why_not(error))
    except ArgumentError:
        sys.exit("DATABASE_URL cannot be read as the address of a database.")
    except (CommandError, FileNotFoundError, NotADirectoryError, PermissionError) as error:
        sys.exit(str(error))
    if isinstance(code, int):
        sys.exit(code)  # what a command gave to context.exit(); without standalone mode click hands it to us
