"""The chat's rules: how fast, from where, by which name, and how long a key holds."""

from datetime import timedelta

import pytest

from helpdesk.channels.chat.keys import contact_of, key_of
from helpdesk.channels.chat.pace import REMEMBERED, Conversations
from helpdesk.channels.chat.rules import (
    KEY_HOLDS,
    KEY_HOLDS_AFTER_END,
    WORDS_AT_ONCE,
    Bucket,
    TooFast,
    agent_name,
    is_over,
    key_holds,
    neighbourhood,
    stage_shown,
)
from helpdesk.contacts.stages import EndedAs, Stage
from helpdesk.refusals import Unknown
from tests.conftest import NOW


def test_a_bucket_gives_what_it_holds_and_fills_with_time() -> None:
    bucket = Bucket.full(3, 0.5, at=100.0)
    assert [bucket.take(100.0) for _ in range(4)] == [True, True, True, False]
    assert not bucket.take(101.9)
    assert bucket.take(102.0)
    assert not bucket.take(102.0)
    assert [bucket.take(1_000.0) for _ in range(4)] == [True, True, True, False], "never fuller than full"
    assert not bucket.take(900.0), "a clock that goes back gives nothing"


def test_each_conversation_has_its_own_measure_and_the_longest_silent_is_forgotten() -> None:
    conversations = Conversations()
    for _ in range(WORDS_AT_ONCE):
        conversations.count("one", 0.0)
    conversations.count("other", 0.0)
    with pytest.raises(TooFast):
        conversations.count("one", 0.0)
    for n in range(REMEMBERED - 1):
        conversations.count(f"more {n}", 0.0)
    assert len(conversations.buckets) == REMEMBERED
    assert "other" not in conversations.buckets and "one" in conversations.buckets


@pytest.mark.parametrize(
    ("address", "counts_as"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("127.0.0.1", None),
        ("::1", None),
        (None, None),
        ("unix:", "unix:"),
    ],
)
def test_what_counts_as_one_address(address: str | None, counts_as: str | None) -> None:
    assert neighbourhood(address) == counts_as


def test_an_agent_is_named_as_the_municipality_wants() -> None:
    names = [agent_name("Maria Anna Larsson", form) for form in ("first", "full", "none")]
    assert names == ["Maria", "Maria Anna Larsson", None]
    assert agent_name(None, "full") is None


def test_a_conversation_is_over_for_the_citizen_when_the_agent_has_said_so() -> None:
    assert is_over(Stage.WRAP_UP, EndedAs.HELPED) and stage_shown(Stage.WRAP_UP, EndedAs.HELPED) == "closed"
    assert not is_over(Stage.WRAP_UP, None) and stage_shown(Stage.WRAP_UP, None) == "wrap_up"
    assert is_over(Stage.HANDED_OVER, EndedAs.HANDED_OVER)
    assert stage_shown(Stage.HANDED_OVER, EndedAs.HANDED_OVER) == "handed_over"
    assert not is_over(Stage.PARKED, None)


def test_a_key_holds_for_its_time() -> None:
    assert key_holds(NOW, None, NOW + KEY_HOLDS)
    assert not key_holds(NOW, None, NOW + KEY_HOLDS + timedelta(seconds=1))
    assert key_holds(NOW, NOW, NOW + KEY_HOLDS_AFTER_END)
    assert not key_holds(NOW, NOW, NOW + KEY_HOLDS_AFTER_END + timedelta(seconds=1))


def test_a_key_is_always_the_same_and_opens_its_contact_only_under_its_own_secret() -> None:
    key = key_of("secret", "abc", NOW)
    assert key == key_of("secret", "abc", NOW)
    assert contact_of("secret", key) == "abc"
    for wrong in ("", "x", key + "x", key[:-1], "a" * 10_000, key.replace(".", "", 1), "é"):
        with pytest.raises(Unknown):
            contact_of("secret", wrong)
    with pytest.raises(Unknown):
        contact_of("another secret", key)
