"""The one policy: who sees how much of what. Pages, lists, search, live news, exports and API all ask here."""

from dataclasses import dataclass
from enum import StrEnum

from helpdesk.people.rules import Role, Viewer


class View(StrEnum):
    """How much of a record somebody sees: nothing (not even that it exists), that it exists and its times, or all."""

    NONE = "none"
    ENVELOPE = "envelope"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Subject:
    """What the policy must know of a contact."""

    agent_id: int | None
    """Who has it right now."""
    authority_id: int | None
    department_id: int | None
    secrecy: bool
    is_handed_over: bool
    """The department has a task from it."""


def view_of_contact(viewer: Viewer, contact: Subject) -> View:
    """Say how much of a contact somebody sees.

    Whoever has it sees all. At the service centre the others see all of an ordinary contact, and of a secret one only
    that it exists. An officer sees what was handed to their department, and nothing of any other contact.
    """
    if viewer.agent_id is not None and viewer.agent_id == contact.agent_id:
        return View.FULL
    if contact.is_handed_over and is_officer_for(viewer, contact.authority_id, contact.department_id):
        return View.FULL
    if viewer.is_any(Role.AGENT, Role.HOST, Role.SUPERVISOR, Role.IMPROVER):
        return View.ENVELOPE if contact.secrecy else View.FULL
    return View.NONE


def is_officer_for(viewer: Viewer, authority_id: int | None, department_id: int | None) -> bool:
    """Say whether somebody works for a department (or above it) with what it is to answer."""
    return viewer.holds(Role.OFFICER, authority_id, department_id) or viewer.holds(
        Role.DEPARTMENT_HEAD, authority_id, department_id
    )


def sees_handover(viewer: Viewer, authority_id: int, department_id: int, secrecy: bool, sent_by: int) -> bool:
    """Say whether somebody sees a handover: the department's own, its sender, and at the centre when it is not secret."""
    if is_officer_for(viewer, authority_id, department_id) or viewer.account_id == sent_by:
        return True
    return not secrecy and viewer.is_any(Role.SUPERVISOR)


def sees_request(
    viewer: Viewer, lead: tuple[int | None, int | None], involved: frozenset[int], for_group: bool
) -> bool:
    """Say whether somebody sees a change request. The service centre sees all, a department its own, the group its own.

    ``lead`` is (authority, department) of the request, ``involved`` the other departments concerned.
    """
    if viewer.is_any(Role.AGENT, Role.SUPERVISOR, Role.IMPROVER):
        return True
    if for_group and viewer.is_any(Role.GROUP_MANAGEMENT):
        return True
    return is_officer_for(viewer, *lead) or any(is_officer_for(viewer, None, one) for one in involved)


def answers_request(viewer: Viewer, lead: tuple[int | None, int | None], for_group: bool) -> bool:
    """Say whether somebody may judge a change request: the lead department's own people, or the group management."""
    return viewer.is_any(Role.GROUP_MANAGEMENT) if for_group else is_officer_for(viewer, *lead)


def sees_draft(viewer: Viewer, created_by: int | None) -> bool:
    """Say whether somebody sees a change request that is not sent yet: its author and those who steer improvements."""
    return steers_requests(viewer) or (created_by is not None and viewer.account_id == created_by)


def drafts_requests(viewer: Viewer) -> bool:
    """Say whether somebody may write a draft: everybody at the service centre, and programs in its name."""
    return viewer.is_any(Role.AGENT, Role.SUPERVISOR, Role.IMPROVER, Role.API)


def steers_requests(viewer: Viewer) -> bool:
    """Say whether somebody sends, merges and follows up change requests, and approves what is quoted in them."""
    return viewer.is_any(Role.IMPROVER)


def totals_open(viewer: Viewer, executive: frozenset[int]) -> frozenset[int] | None:
    """Return the authorities whose totals somebody sees; None for all of them.

    The service centre and the group management see every total, a board's reader those of the board, the reader of an
    executive board (``executive``: their ids) all.
    """
    if viewer.is_any(Role.SUPERVISOR, Role.IMPROVER, Role.GROUP_MANAGEMENT):
        return None
    reads = [one for one in viewer.held if one.role is Role.BOARD_READER]
    if any(one.authority_id is None and one.department_ids is None for one in reads):
        return None
    boards = frozenset(one.authority_id for one in reads if one.authority_id is not None)
    return None if boards & executive else boards
