"""Who somebody is here, and what each role opens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What somebody is here to do. A grant binds a role to an account and to the part of the house where it holds."""

    AGENT = "agent"
    HOST = "host"
    SUPERVISOR = "supervisor"
    IMPROVER = "improver"
    OFFICER = "officer"
    DEPARTMENT_HEAD = "department_head"
    EDITOR = "editor"
    BOARD_READER = "board_reader"
    GROUP_MANAGEMENT = "group_management"
    ADMIN = "admin"
    DPO = "dpo"
    API = "api"


OPENS: Mapping[str, frozenset[Role]] = {
    "desk": frozenset({Role.AGENT}),
    "reception": frozenset({Role.HOST, Role.AGENT, Role.SUPERVISOR}),
    "improvements": frozenset(
        {
            Role.AGENT,
            Role.SUPERVISOR,
            Role.IMPROVER,
            Role.OFFICER,
            Role.DEPARTMENT_HEAD,
            Role.GROUP_MANAGEMENT,
        }
    ),
    "steer_improvements": frozenset({Role.IMPROVER}),
    "answer_improvements": frozenset({Role.OFFICER, Role.DEPARTMENT_HEAD, Role.GROUP_MANAGEMENT}),
    "handovers": frozenset({Role.OFFICER, Role.DEPARTMENT_HEAD, Role.SUPERVISOR}),
    "results": frozenset({Role.BOARD_READER, Role.GROUP_MANAGEMENT, Role.SUPERVISOR, Role.IMPROVER}),
    "knowledge": frozenset({Role.AGENT, Role.HOST, Role.SUPERVISOR, Role.IMPROVER, Role.EDITOR, Role.OFFICER}),
    "edit_knowledge": frozenset({Role.EDITOR}),
    "administration": frozenset({Role.ADMIN, Role.EDITOR}),
    "accounts": frozenset({Role.ADMIN}),
    "read_log": frozenset({Role.DPO}),
}
"""What can be opened, and by which roles. Pages, sockets and API ask the same table."""


@dataclass(frozen=True, slots=True)
class Held:
    """A role that somebody holds, and where: everywhere (both None), in an authority, or in departments."""

    role: Role
    authority_id: int | None = None
    department_ids: frozenset[int] | None = None
    """The department of the grant and all below it."""

    def covers(self, authority_id: int | None, department_id: int | None) -> bool:
        """Say whether the role holds for something that belongs to an authority and a department."""
        if self.department_ids is not None:
            return department_id in self.department_ids
        return self.authority_id is None or self.authority_id == authority_id


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever looks or acts: an account with what it holds, as one request knows it."""

    account_id: int
    public_id: str
    name: str
    email: str
    held: tuple[Held, ...] = ()
    agent_id: int | None = None
    session_epoch: int = 0
    language: str | None = None
    must_change_password: bool = False
    scopes: frozenset[str] | None = field(default=None)
    """What the API token allows; None for somebody who signed in."""
    token_id: int | None = None

    @property
    def roles(self) -> frozenset[Role]:
        """Return the roles that are held anywhere."""
        return frozenset(one.role for one in self.held)

    @property
    def initials(self) -> str:
        """Return one or two letters for the name."""
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()

    @property
    def short_name(self) -> str:
        """Return the name as colleagues see it: ``Maria L.``"""
        words = self.name.split()
        return f"{words[0]} {words[-1][0]}." if len(words) > 1 else self.name

    @property
    def first_name(self) -> str:
        """Return the name as citizens see it, unless the municipality has set another form."""
        return self.name.split()[0]

    def is_any(self, *roles: Role) -> bool:
        """Say whether one of these roles is held anywhere."""
        return not self.roles.isdisjoint(roles)

    def holds(self, role: Role, authority_id: int | None, department_id: int | None) -> bool:
        """Say whether a role is held for something that belongs to an authority and a department."""
        return any(one.role is role and one.covers(authority_id, department_id) for one in self.held)

    def may(self, what: str) -> bool:
        """Say whether something of :data:`OPENS` is open to this person."""
        return not self.roles.isdisjoint(OPENS[what])

    # What Flask-Login asks of a user.
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """Return what the session cookie keeps: the account and its session epoch."""
        return f"{self.public_id}.{self.session_epoch}"
