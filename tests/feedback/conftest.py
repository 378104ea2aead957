"""What the tests of the road back share: people as viewers, closed errands, a request with a cause."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from helpdesk.contacts.models import Contact, Errand
from helpdesk.contacts.stages import Exclusion, Reason, Stage
from helpdesk.people.models import Account
from helpdesk.people.queries import viewer_of
from helpdesk.people.rules import Role, Viewer
from knowledge.models import Department, Service
from tests.builders import Centre
from tests.conftest import NOW

Viewers = Callable[..., Viewer]


class Road:
    """A service centre with the people of the road back, in a session."""

    def __init__(self, session: Session, centre: Centre) -> None:
        self.session, self.centre = session, centre
        self.agent = self.viewer("ida", Role.AGENT)
        self.improver = self.viewer("eva", Role.IMPROVER)
        self.officer = self.viewer("henrik", Role.OFFICER, department=centre.building)
        self.stranger = self.viewer("bodil", Role.OFFICER, department=centre.assistance)
        self.group = self.viewer("koncern", Role.GROUP_MANAGEMENT)

    def viewer(self, name: str, *roles: Role, department: Department | None = None) -> Viewer:
        """Add an account and return it as whoever looks or acts."""
        return viewer_of(self.session, self.account(name, *roles, department=department))

    def account(self, name: str, *roles: Role, department: Department | None = None) -> Account:
        """Add an account."""
        return self.centre.account(name, *roles, department=department)

    def closed(
        self,
        reason: Reason | None = Reason.CASE_STATUS,
        service: Service | None = None,
        at: datetime = NOW,
        seconds: int = 300,
        repeat: bool = False,
        exclusion: Exclusion | None = None,
    ) -> Errand:
        """Let a contact have come, with one errand that was closed at a moment."""
        contact: Contact = self.centre.arrives(at=at)
        contact.stage, contact.closed_at, contact.lane_id = Stage.CLOSED, at, None
        errand = Errand(
            contact_id=contact.id,
            n=1,
            service_id=service.id if service else None,
            reason=reason,
            seconds=seconds,
            is_repeat=repeat,
            exclusion=exclusion,
            closed_at=at,
        )
        self.session.add(errand)
        self.session.flush()
        return errand


@pytest.fixture
def road(session: Session, centre: Centre) -> Road:
    """The people of the road back."""
    return Road(session, centre)
