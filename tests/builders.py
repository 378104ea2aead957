"""Building a small service centre: its doors, departments, services and people."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from helpdesk.channels.arrival import Arrival, arrive
from helpdesk.contacts.doors.models import Door, Site
from helpdesk.contacts.models import Contact
from helpdesk.contacts.stages import Channel
from helpdesk.people.actions import HASHER, GrantSaid, add_account
from helpdesk.people.models import Account
from helpdesk.people.rules import Role
from helpdesk.queue.models import Agent, AgentState
from helpdesk.queue.presence import choose_state, sign_of_life
from helpdesk.queue.staff import take_on
from knowledge.models import Authority, Department, Service

PASSWORD = "ett långt lösenord"
HASH = HASHER.hash(PASSWORD)
"""Computed once, because hashing a password is slow on purpose."""
EVERY_DOOR = (Channel.PHONE, Channel.CHAT, Channel.WALK_IN, Channel.MESSAGE)


class Centre:
    """A service centre in a session: two boards, three departments, two services, a door of each kind."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.site = Site(
            slug="servicecenter", name_sv="Servicecenter", name_en="Service centre", name_fi="Palvelukeskus"
        )
        session.add(self.site)
        session.flush()
        self.doors = {
            channel: Door(
                slug=slug, channel=channel, site_id=site, name_sv=slug, name_en=slug, name_fi=slug, always_open=True
            )
            for channel, slug, site in (
                (Channel.PHONE, "vaxel", None),
                (Channel.CHAT, "chatt", None),
                (Channel.WALK_IN, "besok", self.site.id),
                (Channel.MESSAGE, "meddelande", None),
            )
        }
        session.add_all(self.doors.values())
        self.executive = self.authority("kommunstyrelsen", "executive")
        self.building_board = self.authority("samhallsbyggnadsnamnden", "joint_board")
        self.care_board = self.authority("omsorgsstyrelsen", "board")
        self.home = self.department("servicecenter", self.executive)
        self.building = self.department("bygg", self.building_board)
        self.assistance = self.department("ekonomiskt-bistand", self.care_board, secrecy=True)
        self.permit = self.service("ansok-bygglov", self.building)
        self.support = self.service("ansok-ekonomiskt-bistand", self.assistance)
        session.flush()

    def authority(self, slug: str, kind: str) -> Authority:
        """Add an authority."""
        made = Authority(slug=slug, kind=kind, name_sv=slug, name_en=slug, name_fi=slug)
        self.session.add(made)
        self.session.flush()
        return made

    def department(self, slug: str, authority: Authority, secrecy: bool = False) -> Department:
        """Add a department."""
        made = Department(
            slug=slug, authority_id=authority.id, name_sv=slug, name_en=slug, name_fi=slug, secrecy=secrecy
        )
        self.session.add(made)
        self.session.flush()
        return made

    def service(self, slug: str, department: Department, **more: Any) -> Service:
        """Add a service of a department."""
        fields: dict[str, Any] = {
            "slug": slug,
            "source": "catalogue",
            "source_key": slug,
            "title_sv": slug,
            "title_en": slug,
            "title_fi": slug,
            "summary_sv": slug,
            "form": "e_service",
            "department_id": department.id,
            "authority_id": department.authority_id,
            "secrecy": department.secrecy,
            "area": "bygga-bo-miljo",
            "audience": "citizen",
            "changed_at": self.now,
        }
        made = Service(**(fields | more))
        self.session.add(made)
        self.session.flush()
        return made

    def account(self, name: str, *roles: Role, department: Department | None = None) -> Account:
        """Add an account ``name@kommunen.example`` with :data:`PASSWORD`."""
        made = add_account(
            self.session,
            f"{name}@kommunen.example",
            f"{name.title()} Larsson",
            None,
            [GrantSaid(role, department_id=department.id if department else None) for role in roles],
            self.now,
        )
        made.password_hash = HASH
        return made

    def agent(
        self, name: str = "maria", *abilities: str, channels: tuple[Channel, ...] = EVERY_DOOR, available: bool = True
    ) -> Agent:
        """Add an agent who is there and available (unless told otherwise)."""
        made = take_on(self.session, self.account(name, Role.AGENT), channels, abilities, self.now)
        if available:
            choose_state(self.session, made.id, AgentState.AVAILABLE, None, self.now)
            sign_of_life(self.session, made.id, self.now, holds_s=8 * 3600)
            self.session.flush()
        return made

    def arrives(self, channel: Channel = Channel.CHAT, at: datetime | None = None, **more: Any) -> Contact:
        """Let a citizen come in by a door."""
        return arrive(self.session, Arrival(door=self.doors[channel], **more), at or self.now)

    def staff(self) -> None:
        """Add one person of each role: role name as address."""
        self.agent("agent", "lang:en", "lang:fi", "skill:bygg")
        for role in Role:
            if role is not Role.AGENT:
                where = {Role.OFFICER: self.building, Role.DEPARTMENT_HEAD: self.building}.get(role)
                self.account(role.value.replace("_", "-"), role, department=where)
