"""Writing the read log."""

from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk.people.rules import Viewer
from helpdesk.policy.models import ReadLog


def log_reading(
    session: Session, viewer: Viewer, record: str, record_id: str, reason: str, route: str, now: datetime
) -> None:
    """Write down who opened something secret, and why. The row can never be changed."""
    session.add(
        ReadLog(
            at=now, account_id=viewer.account_id, record=record, record_id=record_id, reason=reason.strip(), route=route
        )
    )
