"""Passwords that are hashed at the least cost there is: how slow it is, is not what is tested here."""

import pytest
from argon2 import PasswordHasher

from helpdesk.people import actions
from tests import builders

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def quick_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash quickly, also what stands in for an unknown address, and the builders' password."""
    monkeypatch.setattr(actions, "HASHER", QUICK)
    monkeypatch.setattr(actions, "NOBODY", QUICK.hash("nobody"))
    monkeypatch.setattr(builders, "HASH", QUICK.hash(builders.PASSWORD))
