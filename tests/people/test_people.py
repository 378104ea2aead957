"""Signing in, passwords, tokens and what a grant covers."""

import threading
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.db import Database
from helpdesk.people import actions
from helpdesk.people.actions import (
    FAILURES_KEPT,
    GrantSaid,
    add_account,
    first_password,
    forget_old_failures,
    is_password,
    make_token,
    set_password,
    sign_in,
    token_hash,
    viewer_of_token,
)
from helpdesk.people.models import Account, ApiToken, SignInFailure
from helpdesk.people.queries import account_by_email, viewer_of
from helpdesk.people.rules import Role
from helpdesk.refusals import Unacceptable
from knowledge.models import Department
from tests.builders import PASSWORD, Centre
from tests.conftest import NOW

SECOND = timedelta(seconds=1)
ADDRESS = "maria@kommunen.example"


@pytest.fixture
def maria(centre: Centre) -> Account:
    """An agent with :data:`PASSWORD`."""
    return centre.account("maria", Role.AGENT)


class TestSigningIn:
    """An address and a password."""

    def test_the_right_password_opens_in_whatever_case_the_address_is_typed(
        self, session: Session, maria: Account
    ) -> None:
        tried = sign_in(session, "  Maria@KOMMUNEN.example ", PASSWORD, NOW)
        assert tried.viewer is not None and tried.viewer.account_id == maria.id
        assert session.scalar(select(func.count()).select_from(SignInFailure)) == 0

    @pytest.mark.parametrize("address", [ADDRESS, "nobody@kommunen.example"])
    def test_three_failures_are_free_then_each_doubles_the_wait_known_or_not(
        self, session: Session, maria: Account, address: str
    ) -> None:
        moment, waits = NOW, []
        for _ in range(13):
            tried = sign_in(session, address, "wrong", moment)
            assert tried.viewer is None
            waits.append(tried.wait_s)
            moment += timedelta(seconds=tried.wait_s)
        assert waits == [0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]

    def test_during_the_wait_even_the_right_password_waits_and_nothing_is_counted(
        self, session: Session, maria: Account
    ) -> None:
        for _ in range(4):
            sign_in(session, ADDRESS, "wrong", NOW)
        assert sign_in(session, ADDRESS, PASSWORD, NOW + timedelta(seconds=0.5)) == actions.SignIn(None, 2)
        assert sign_in(session, ADDRESS, PASSWORD, NOW + SECOND).wait_s == 1
        assert session.scalars(select(SignInFailure.count)).one() == 4
        assert sign_in(session, ADDRESS, PASSWORD, NOW + 2 * SECOND).viewer is not None
        assert sign_in(session, ADDRESS, "wrong", NOW + 2 * SECOND).wait_s == 0, "the count began anew"

    def test_an_unknown_address_takes_the_same_road(
        self, session: Session, maria: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Counting(PasswordHasher):
            verified = 0

            def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
                self.verified += 1
                return bool(super().verify(hash, password))

        counting = Counting(time_cost=1, memory_cost=8, parallelism=1)
        monkeypatch.setattr(actions, "HASHER", counting)
        without = add_account(session, "sso@kommunen.example", "Sso", None, [], NOW)
        for address in (ADDRESS, "nobody@kommunen.example", without.email):
            assert sign_in(session, address, "wrong", NOW) == actions.SignIn(None, 0)
        assert counting.verified == 3

    def test_a_disabled_account_and_one_without_password_never_open(self, session: Session, maria: Account) -> None:
        without = add_account(session, "sso@kommunen.example", "Sso", None, [], NOW)
        maria.disabled_at = NOW
        session.flush()
        assert sign_in(session, ADDRESS, PASSWORD, NOW).viewer is None
        assert sign_in(session, without.email, "nobody", NOW).viewer is None

    def test_a_password_hashed_with_older_parameters_is_hashed_anew(self, session: Session, maria: Account) -> None:
        maria.password_hash = old = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
        assert sign_in(session, ADDRESS, PASSWORD, NOW).viewer is not None
        assert maria.password_hash != old and is_password(maria, PASSWORD)

    def test_counts_are_forgotten_after_a_day(self, session: Session, maria: Account) -> None:
        sign_in(session, ADDRESS, "wrong", NOW)
        sign_in(session, "nobody@kommunen.example", "wrong", NOW + SECOND)
        forget_old_failures(session, NOW + FAILURES_KEPT)
        assert session.scalars(select(SignInFailure.email)).all() == ["nobody@kommunen.example"]

    def test_guesses_that_come_all_at_once_are_counted_one_by_one(self, database: Database) -> None:
        results: list[actions.SignIn] = []

        def guess() -> None:
            with database.transaction() as session:
                results.append(sign_in(session, "nobody@kommunen.example", "wrong", NOW))

        threads = [threading.Thread(target=guess) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert sorted(one.wait_s for one in results) == [0, 0, 0, 2, 2, 2], "later ones met the wait"
        with database.reading() as session:
            assert session.scalars(select(SignInFailure.count)).one() == 4


class TestAccounts:
    """Making them, their passwords and sessions."""

    def test_an_address_has_one_account(self, session: Session, maria: Account) -> None:
        with pytest.raises(Unacceptable):
            add_account(session, " MARIA@kommunen.example", "Another", None, [], NOW)
        assert account_by_email(session, "Maria@kommunen.example") is maria

    def test_first_passwords_can_be_read_out_and_differ(self) -> None:
        made = {first_password() for _ in range(50)}
        assert len(made) == 50
        assert all(len(one) == 19 and not set(one) & set("lo01LO") for one in made)

    def test_a_new_password_ends_every_session_of_the_account(self, session: Session, maria: Account) -> None:
        before = viewer_of(session, maria).get_id()
        set_password(session, maria, "ett annat lösenord", must_change=True)
        session.flush()
        after = viewer_of(session, maria)
        assert after.get_id() != before and after.must_change_password
        assert is_password(maria, "ett annat lösenord") and not is_password(maria, PASSWORD)

    def test_a_department_grant_holds_there_and_below_and_nowhere_else(self, session: Session, centre: Centre) -> None:
        below = centre.department("bygglov", centre.building_board)
        deeper = centre.department("altaner", centre.building_board)
        below.parent_id, deeper.parent_id = centre.building.id, below.id
        session.flush()
        viewer = viewer_of(session, centre.account("henrik", Role.OFFICER, department=centre.building))
        for one in (centre.building, below, deeper):
            assert viewer.holds(Role.OFFICER, one.authority_id, one.id)
        for other in (centre.home, centre.assistance):
            assert not viewer.holds(Role.OFFICER, other.authority_id, other.id)
        assert not viewer.holds(Role.OFFICER, centre.building_board.id, None)
        assert not viewer.holds(Role.AGENT, centre.building_board.id, centre.building.id)

    def test_an_authority_grant_holds_in_all_its_departments(self, session: Session, centre: Centre) -> None:
        account = add_account(
            session, ADDRESS, "Maria", None, [GrantSaid(Role.OFFICER, authority_id=centre.building_board.id)], NOW
        )
        viewer = viewer_of(session, account)
        assert viewer.holds(Role.OFFICER, centre.building_board.id, centre.building.id)
        assert viewer.holds(Role.OFFICER, centre.building_board.id, None)
        assert not viewer.holds(Role.OFFICER, centre.care_board.id, centre.assistance.id)

    def test_departments_that_stand_in_a_circle_do_not_hang_anybody(self, session: Session, centre: Centre) -> None:
        other = centre.department("runt", centre.building_board)
        centre.building.parent_id, other.parent_id = other.id, centre.building.id
        session.flush()
        viewer = viewer_of(session, centre.account("henrik", Role.OFFICER, department=centre.building))
        assert viewer.holds(Role.OFFICER, None, other.id)
        session.get_one(Department, other.id)

    @pytest.mark.parametrize(
        ("name", "initials", "short", "first"),
        [
            ("Maria Larsson", "ML", "Maria L.", "Maria"),
            ("Anna Maria af Ugglas", "AU", "Anna U.", "Anna"),
            ("Koncernledningen", "K", "Koncernledningen", "Koncernledningen"),
            ("  Åsa   Öberg ", "ÅÖ", "Åsa Ö.", "Åsa"),
        ],
    )
    def test_names_as_colleagues_and_citizens_see_them(
        self, session: Session, centre: Centre, name: str, initials: str, short: str, first: str
    ) -> None:
        viewer = viewer_of(session, add_account(session, ADDRESS, name, None, [], NOW))
        assert (viewer.initials, viewer.short_name, viewer.first_name) == (initials, short, first)


class TestTokens:
    """Keys to the API."""

    def test_a_token_speaks_for_its_account_until_it_ends(self, session: Session, maria: Account) -> None:
        token = make_token(session, maria, ["contacts:read", "contacts:read"], timedelta(days=30), NOW)
        session.flush()
        viewer = viewer_of_token(session, token, NOW + timedelta(days=30) - SECOND)
        assert viewer is not None and viewer.account_id == maria.id
        assert viewer.scopes == frozenset({"contacts:read"}) and viewer.token_id is not None
        assert viewer_of_token(session, token, NOW + timedelta(days=30)) is None

    def test_only_its_hash_is_kept(self, session: Session, maria: Account) -> None:
        token = make_token(session, maria, ["admin"], timedelta(days=1), NOW)
        session.flush()
        row = session.scalars(select(ApiToken)).one()
        assert token not in (row.token_hash, row.public_id) and row.token_hash == token_hash(token)
        assert viewer_of_token(session, row.token_hash, NOW) is None
        assert viewer_of_token(session, "", NOW) is None

    def test_a_revoked_token_and_one_of_a_disabled_account_open_nothing(self, session: Session, maria: Account) -> None:
        token = make_token(session, maria, ["admin"], timedelta(days=1), NOW)
        session.flush()
        row = session.scalars(select(ApiToken)).one()
        row.revoked_at = NOW
        session.flush()
        assert viewer_of_token(session, token, NOW) is None
        row.revoked_at, maria.disabled_at = None, NOW
        session.flush()
        assert viewer_of_token(session, token, NOW) is None
