"""What keys, numbers and late news mean."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.channels.phone.forms import BadWebhook, moment, read_call, read_conference, read_text_message
from helpdesk.channels.phone.network.script import PLAIN, BadScript, read_script
from helpdesk.channels.phone.rules import AREA_KEYS, LANGUAGE_KEYS, LegState, international, is_news, understand

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("keys", "choice", "is_understood"),
    [("2", "2", True), ("", "1", True), (" 3 ", "3", True), ("9", "1", False), ("#", "1", False), ("21", "2", True)],
)
def test_a_key_is_a_choice_and_no_key_is_the_first(keys, choice, is_understood):
    pressed = understand(keys, LANGUAGE_KEYS)
    assert (pressed.choice, pressed.is_understood) == (choice, is_understood)


@given(st.text(max_size=5))
def test_whatever_is_pressed_leads_to_a_choice_that_exists(keys):
    assert understand(keys, AREA_KEYS).choice in AREA_KEYS


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("+46701740601", "+46701740601"),
        ("070-174 06 01", "+46701740601"),
        ("0980-31 92 00", "+46980319200"),
        ("+358401234567", "+358401234567"),
        ("anonymous", None),
        ("client:maria", None),
        ("", None),
        (None, None),
        ("12", None),
    ],
)
def test_numbers_are_kept_in_international_form_or_not_at_all(written, read):
    assert international(written) == read


def test_a_leg_never_goes_back():
    for before, after in itertools.combinations(
        [LegState.MENU, LegState.QUEUED, LegState.RINGING, LegState.CONNECTED, LegState.ENDED], 2
    ):
        assert is_news(before, after)
        assert not is_news(after, before)
        assert not is_news(after, after)


@pytest.mark.parametrize(
    ("stamp", "read"),
    [
        ("Mon, 23 Nov 2026 08:59:00 +0000", NOW - timedelta(minutes=1)),
        ("Mon, 23 Nov 2026 09:59:00 +0100", NOW - timedelta(minutes=1)),
        ("Mon, 23 Nov 2026 08:59:00 -0000", NOW - timedelta(minutes=1)),
        ("Mon, 23 Nov 2026 10:00:00 +0000", NOW),
        ("yesterday", NOW),
        ("", NOW),
    ],
)
def test_what_happened_then_is_counted_from_then_but_never_from_the_future(stamp, read):
    assert moment({"Timestamp": stamp}, NOW) == read


def test_a_webhook_without_its_ids_says_which():
    for read, form, name in (
        (lambda form: read_call(form, NOW), {}, "CallSid"),
        (lambda form: read_conference(form, NOW), {"ConferenceSid": "CF1"}, "FriendlyName"),
        (read_text_message, {"Body": "hello"}, "MessageSid"),
    ):
        with pytest.raises(BadWebhook, match=name):
            read(form)


def test_a_script_tells_who_calls_when():
    late, plain = read_script('[{caller: "070-174 06 02", after: 20, keys: "2-", talks: 5, patience: null}, {}]')[::-1]
    assert plain == PLAIN
    assert (late.caller, late.after, late.person.keys, late.person.talks, late.person.patience) == (
        "+46701740602",
        20.0,
        "2-",
        5.0,
        None,
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "list"),
        ("[]", "list"),
        ("[", "YAML"),
        ("[7]", "Call 1"),
        ("[{}, {colour: red}]", "Call 2 .* not colour"),
        ("[{talks: long}]", "talks is a number"),
        ("[{after: -1}]", "after is a number"),
        ("[{talks: true}]", "talks is a number"),
        ("[{caller: nobody}]", "caller is a telephone number"),
    ],
)
def test_a_script_that_cannot_be_played_says_why(text, why):
    with pytest.raises(BadScript, match=why):
        read_script(text)
