"""Lanes: where a contact waits, by door and needs."""

from collections.abc import Iterable

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from helpdesk.contacts.doors.models import Door
from helpdesk.queue.models import Lane
from helpdesk.queue.rules import needs_key

OPEN_LANE = text(
    "INSERT INTO lane (door_id, channel, needs) VALUES (:door_id, :channel, :needs) ON CONFLICT (door_id, needs) DO NOTHING"
)


def lane_for(session: Session, door: Door, needs: Iterable[str]) -> int:
    """Return the id of the lane of a door for these needs; it is opened on first use, once also in a race."""
    key = needs_key(needs)
    look = select(Lane.id).where(Lane.door_id == door.id, Lane.needs == key)
    found = session.scalar(look)
    if found is None:
        session.execute(OPEN_LANE, {"door_id": door.id, "channel": door.channel.value, "needs": key})
        found = session.scalars(look).one()
    return found
