"""Looking up calls: the legs of a contact, and the door that a number leads to."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.channels.arrival import door_of
from helpdesk.channels.phone.models import CallLeg, LegRole
from helpdesk.channels.phone.rules import LegState, international
from helpdesk.contacts.doors.models import Door
from helpdesk.contacts.stages import Channel


def leg_by_key(session: Session, key: str) -> CallLeg | None:
    """Return the leg that the exchange calls by this key, as it is now."""
    return session.scalar(select(CallLeg).where(CallLeg.call_key == key).execution_options(populate_existing=True))


def lock_leg(session: Session, leg: CallLeg) -> None:
    """Lock a leg until the transaction ends, and read it again. Always agent, then contact, then leg: no deadlock."""
    session.refresh(leg, with_for_update=True)


def citizen_leg(session: Session, contact_id: int) -> CallLeg | None:
    """Return the citizen's latest leg of a contact, also one that has ended."""
    return session.scalar(
        select(CallLeg)
        .where(CallLeg.contact_id == contact_id, CallLeg.role == LegRole.CITIZEN)
        .order_by(CallLeg.id.desc())
        .limit(1)
    )


def live_legs(session: Session, contact_id: int, *roles: LegRole) -> Sequence[CallLeg]:
    """Return the legs of a contact that have not ended, all roles or these only, oldest first."""
    legs = select(CallLeg).where(CallLeg.contact_id == contact_id, CallLeg.state != LegState.ENDED)
    if roles:
        legs = legs.where(CallLeg.role.in_(roles))
    return session.scalars(legs.order_by(CallLeg.id)).all()


def door_called(session: Session, called: str | None) -> Door:
    """Return the phone door with this number, else the first phone door. Raises Unacceptable when there is none."""
    for door in session.scalars(select(Door).where(Door.channel == Channel.PHONE).order_by(Door.id)):
        if called is not None and international(door.address) == called:
            return door
    return door_of(session, Channel.PHONE)
