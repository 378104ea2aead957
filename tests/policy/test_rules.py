"""The one policy, role by role and contact by contact."""

import pytest

from helpdesk.people.rules import OPENS, Held, Role, Viewer
from helpdesk.policy.rules import (
    Subject,
    View,
    answers_request,
    drafts_requests,
    is_officer_for,
    sees_draft,
    sees_handover,
    sees_request,
    steers_requests,
    totals_open,
    view_of_contact,
)

CENTRE, BUILDING, CARE = 1, 2, 3
"""Authorities: the executive board with the service centre, the building board, the care board."""
DESK, PERMITS, ROADS, SUPPORT = 11, 21, 22, 31
"""Departments: the service centre, two of the building board, one of the care board."""

NONE, ENVELOPE, FULL = View.NONE, View.ENVELOPE, View.FULL
MINE = 7
"""The agent who looks."""

CONTACTS = {
    "waiting": Subject(None, CENTRE, DESK, secrecy=False, is_handed_over=False),
    "a colleague's": Subject(8, CENTRE, DESK, secrecy=False, is_handed_over=False),
    "a colleague's, secret": Subject(8, CARE, SUPPORT, secrecy=True, is_handed_over=False),
    "closed, secret": Subject(None, CARE, SUPPORT, secrecy=True, is_handed_over=False),
    "handed to permits": Subject(None, BUILDING, PERMITS, secrecy=False, is_handed_over=True),
    "handed to roads": Subject(None, BUILDING, ROADS, secrecy=False, is_handed_over=True),
    "handed to support": Subject(None, CARE, SUPPORT, secrecy=True, is_handed_over=True),
    "about permits, not handed over": Subject(None, BUILDING, PERMITS, secrecy=False, is_handed_over=False),
}
ORDINARY = ("waiting", "a colleague's", "handed to permits", "handed to roads", "about permits, not handed over")
AT_THE_CENTRE = {name: FULL if name in ORDINARY else ENVELOPE for name in CONTACTS}
NOTHING = dict.fromkeys(CONTACTS, NONE)


def viewer(*held: Held, agent_id: int | None = None) -> Viewer:
    """Return somebody who holds these."""
    return Viewer(account_id=99, public_id="p", name="Maria Larsson", email="m@k.example", held=held, agent_id=agent_id)


def in_department(role: Role, *departments: int) -> Viewer:
    """Return somebody who holds a role in departments and nowhere else."""
    return viewer(Held(role, department_ids=frozenset(departments)))


SEES = {
    "agent": (viewer(Held(Role.AGENT), agent_id=MINE), AT_THE_CENTRE),
    "host": (viewer(Held(Role.HOST)), AT_THE_CENTRE),
    "supervisor": (viewer(Held(Role.SUPERVISOR)), AT_THE_CENTRE),
    "improver": (viewer(Held(Role.IMPROVER)), AT_THE_CENTRE),
    "officer of permits": (in_department(Role.OFFICER, PERMITS), NOTHING | {"handed to permits": FULL}),
    "head of permits": (in_department(Role.DEPARTMENT_HEAD, PERMITS), NOTHING | {"handed to permits": FULL}),
    "officer of the whole building board": (
        viewer(Held(Role.OFFICER, authority_id=BUILDING)),
        NOTHING | {"handed to permits": FULL, "handed to roads": FULL},
    ),
    "officer of support": (in_department(Role.OFFICER, SUPPORT), NOTHING | {"handed to support": FULL}),
    "officer of permits who is an agent too": (
        viewer(Held(Role.OFFICER, department_ids=frozenset({PERMITS})), Held(Role.AGENT), agent_id=MINE),
        AT_THE_CENTRE,
    ),
    "officer of support who is an agent too": (
        viewer(Held(Role.OFFICER, department_ids=frozenset({SUPPORT})), Held(Role.AGENT), agent_id=MINE),
        AT_THE_CENTRE | {"handed to support": FULL},
    ),
    **{
        role.value: (viewer(Held(role)), NOTHING)
        for role in (
            Role.EDITOR,
            Role.BOARD_READER,
            Role.GROUP_MANAGEMENT,
            Role.ADMIN,
            Role.DPO,
            Role.API,
        )
    },
    "nobody": (viewer(), NOTHING),
}


@pytest.mark.parametrize("who", SEES)
def test_how_much_of_each_contact_somebody_sees(who: str) -> None:
    looking, expected = SEES[who]
    assert {name: view_of_contact(looking, contact) for name, contact in CONTACTS.items()} == expected


def test_every_role_is_in_the_table() -> None:
    assert {held.role for looking, _ in SEES.values() for held in looking.held} == set(Role)


def test_whoever_has_a_contact_sees_all_of_it_also_a_secret_one_and_not_one_moment_longer() -> None:
    agent = viewer(Held(Role.AGENT), agent_id=MINE)
    mine = Subject(MINE, CARE, SUPPORT, secrecy=True, is_handed_over=False)
    assert view_of_contact(agent, mine) is FULL
    assert view_of_contact(agent, Subject(None, CARE, SUPPORT, secrecy=True, is_handed_over=False)) is ENVELOPE


def test_somebody_who_takes_no_contacts_has_not_those_that_nobody_has() -> None:
    """None is no agent: it must not equal the None of a contact that waits."""
    assert view_of_contact(viewer(), CONTACTS["waiting"]) is NONE


@pytest.mark.parametrize(
    ("looking", "ordinary", "secret", "secret_by_me"),
    [
        (in_department(Role.OFFICER, SUPPORT), True, True, True),
        (in_department(Role.DEPARTMENT_HEAD, SUPPORT), True, True, True),
        (in_department(Role.OFFICER, PERMITS), False, False, True),
        (viewer(Held(Role.OFFICER, authority_id=CARE)), True, True, True),
        (viewer(Held(Role.SUPERVISOR)), True, False, True),
        (viewer(Held(Role.AGENT), agent_id=MINE), False, False, True),
        (viewer(Held(Role.GROUP_MANAGEMENT)), False, False, True),
        (viewer(Held(Role.DPO)), False, False, True),
    ],
)
def test_who_sees_a_handover_to_support(looking: Viewer, ordinary: bool, secret: bool, secret_by_me: bool) -> None:
    seen = [
        sees_handover(looking, CARE, SUPPORT, is_secret, sent_by)
        for is_secret, sent_by in ((False, 1), (True, 1), (True, 99))
    ]
    assert seen == [ordinary, secret, secret_by_me]


@pytest.mark.parametrize("role", Role)
def test_who_sees_and_who_answers_change_requests(role: Role) -> None:
    everywhere = viewer(Held(role))
    at_centre = role in (Role.AGENT, Role.SUPERVISOR, Role.IMPROVER)
    is_officer = role in (Role.OFFICER, Role.DEPARTMENT_HEAD)
    of_permits = (BUILDING, PERMITS)
    assert sees_request(everywhere, of_permits, frozenset(), False) is (at_centre or is_officer)
    assert sees_request(in_department(role, ROADS), of_permits, frozenset(), False) is at_centre
    assert sees_request(in_department(role, ROADS), of_permits, frozenset({ROADS}), False) is (at_centre or is_officer)
    assert sees_request(in_department(role, ROADS), (None, None), frozenset(), True) is (
        at_centre or role is Role.GROUP_MANAGEMENT
    )
    assert answers_request(everywhere, of_permits, False) is is_officer
    assert answers_request(in_department(role, ROADS), of_permits, False) is False
    assert answers_request(everywhere, of_permits, True) is (role is Role.GROUP_MANAGEMENT)
    assert steers_requests(everywhere) is (role is Role.IMPROVER)
    assert drafts_requests(everywhere) is (at_centre or role is Role.API)
    assert sees_draft(everywhere, None) is (role is Role.IMPROVER)
    assert sees_draft(everywhere, 99) is True


def test_the_totals_of_a_board_are_open_to_its_reader_and_all_of_them_to_the_executive_board() -> None:
    executive = frozenset({CENTRE})
    assert totals_open(viewer(Held(Role.BOARD_READER, authority_id=CARE)), executive) == {CARE}
    assert totals_open(viewer(Held(Role.BOARD_READER, authority_id=CENTRE)), executive) is None
    assert totals_open(viewer(Held(Role.BOARD_READER)), executive) is None
    for role in (Role.SUPERVISOR, Role.IMPROVER, Role.GROUP_MANAGEMENT):
        assert totals_open(viewer(Held(role)), executive) is None
    for role in set(Role) - {Role.SUPERVISOR, Role.IMPROVER, Role.GROUP_MANAGEMENT, Role.BOARD_READER}:
        assert totals_open(viewer(Held(role)), executive) == frozenset()


def test_somebody_without_any_role_may_nothing() -> None:
    assert not any(viewer().may(what) for what in OPENS)
    assert not is_officer_for(viewer(Held(Role.AGENT)), None, None)
