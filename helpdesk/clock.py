"""The one place that asks what time it is. Everything else is told."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Europe/Stockholm")


def now() -> datetime:
    """Return this moment in UTC, with microseconds. Only the edge (view, socket, command, worker) calls it."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """Return the same moment as the clocks on the wall of the municipality show it (Europe/Stockholm)."""
    return moment.astimezone(LOCAL)
